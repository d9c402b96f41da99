/**
 * The reader of stored embeddings.
 *
 * @module
 */
import { z } from "zod";
import { type Column, readColumn } from "./columns.ts";
import { combinedDigest } from "./combined_digest.ts";
import { LABELLED_EMBEDDING_FIELDS } from "./embedding_fields.ts";
import { IMAGE_FIELDS } from "./image_fields.ts";
import { createNamedSet } from "./named_set.ts";
import { pathDigests } from "./path_digests.ts";
import { defineReader, type ImageSet, type ReaderContext, type ReaderPlugin } from "./reader.ts";
import { openEmbeddings } from "./stored_embeddings.ts";

const side = (what: string) => z.string().min(1).nullable().default(null).describe(what);

const params = z.strictObject({
  ...LABELLED_EMBEDDING_FIELDS,
  labels: side("Classes, an image a line (text) or an element (.npy): any text or numbers; null: each its own class"),
  names: side("Names of the images, as labels; null: those that are stored with the embeddings, else row numbers"),
  license: IMAGE_FIELDS.license,
  citation: IMAGE_FIELDS.citation,
});

type Params = z.output<typeof params>;

/**
 * Embeddings that another program has stored, as images without pixels; see {@link openEmbeddings} for the formats. An
 * evaluation takes them as they are and runs no network. Classes are numbered in the order in which they come up.
 *
 * @throws {MissingDataError} (`open`) if a file is not there.
 * @throws {SyntaxError} (`open`, chunks) if a file is damaged.
 * @throws {RangeError} (`open`) if labels, names or mirrored embeddings are more or fewer than the embeddings.
 */
export const embeddings: ReaderPlugin = defineReader({
  name: "embeddings",
  version: "1.0.0",
  summary: "Embeddings that are stored: .npy, .npz, feature files of MegaFace; no pixels",
  reference: "https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html",
  params,
  gives: "images",
  shape: () => [0, 0, 0],
  storesEmbeddings: () => true,
  paths: pathsOf,
  open,
});

function pathsOf({ path, mirrored, labels, names }: Params): string[] {
  return [path, mirrored, labels, names].filter((one) => one !== null);
}

async function open(params: Params, { files }: ReaderContext): Promise<ImageSet> {
  const { path, mirrored, members, suffix, license, citation } = params, normalise = { mean: 127.5, std: 127.5 };
  const stored = await openEmbeddings(path, files, { mirrored, members, suffix }), { count } = stored;
  const names = params.names === null ? stored.names : await column(params.names, count);
  const named = params.labels === null ? stored.labels : await column(params.labels, count);
  const name = (index: number) => names ? String(names[index]) : `${index}`;

  async function column(file: string, count: number): Promise<Column> {
    const values = await readColumn(file, files);
    if (values.length === count) return values;
    throw new RangeError(`Cannot read "${file}": found ${values.length} values, ${count} are wanted, one an image`);
  }

  const { labels, classes } = named ? numberClasses(named) : {
    labels: Int32Array.from({ length: count }, (_, i) => i),
    classes: Array.from({ length: count }, (_, i) => name(i)),
  };
  const digest = combinedDigest({ digests: await pathDigests(pathsOf(params), files), members, suffix });
  const provenance = { reader: "embeddings", digest };
  const set = createNamedSet({ source: path, classes, labels, name, provenance }, { normalise, license, citation });
  return { ...set, embeddings: stored };
}

/** Numbers values in the order in which they come up. */
function numberClasses(values: Column): { labels: Int32Array; classes: string[] } {
  const numbers = new Map<string | number, number>(), labels = new Int32Array(values.length);
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!, known = numbers.get(value);
    labels[i] = known ?? numbers.size;
    if (known === undefined) numbers.set(value, numbers.size);
  }
  return { labels, classes: Array.from(numbers.keys(), String) };
}
