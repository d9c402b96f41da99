/**
 * The reader that takes some images of another reader, by name.
 *
 * @module
 */
import { z } from "zod";
import { pluginReference } from "../plugin/mod.ts";
import { selectEmbeddings } from "../tensor/embedding_source.ts";
import { combinedDigest } from "./combined_digest.ts";
import { defineReader, type ImageSet, type ReaderContext, type ReaderPlugin } from "./reader.ts";
import { readLines } from "./text_lines.ts";

const params = z.strictObject({
  from: pluginReference({ plugin: "reader", gives: "images" }, "Reader of the labelled images"),
  list: z.string().min(1).describe(
    "Text file of image names, one a line, in the data folder or absolute; names are those of the reader, for " +
      "image-folder the path below its folder",
  ),
  take: z.enum(["listed", "others"]).describe("Whether the images on the list are taken, or all others"),
});

type Params = z.output<typeof params>;

/**
 * Images of another reader that are on a list, or that are not, in that reader's order. Classes without an image left
 * are left out, and the others numbered anew. The lists of protocol `dominant-centre` are of this form.
 *
 * @throws {TypeError} (`open`) if `from` does not give images.
 * @throws {MissingDataError} (`open`) if there is no list.
 * @throws {SyntaxError} (`open`) if a line of the list is no UTF-8, or longer than 1 MiB.
 * @throws {RangeError} (`open`) if a name on the list is no image of `from`, or fewer than two classes are left.
 */
export const listed: ReaderPlugin = defineReader({
  name: "listed",
  version: "1.0.0",
  summary: "Images of another reader that a text file lists, or all others",
  reference: "https://doi.org/10.1007/978-3-030-58621-8_43",
  params,
  gives: "images",
  shape: () => undefined,
  paths: ({ list }) => [list],
  open,
});

async function open({ from, list, take }: Params, { files, open }: ReaderContext): Promise<ImageSet> {
  const all = await open(from);
  if (all.gives !== "images") {
    throw new TypeError(
      `Cannot list images of "${all.provenance.reader}": it gives ${all.gives}, a reader of images is wanted`,
    );
  }
  const names = new Set<string>();
  for await (const { lines } of readLines(list, files)) lines.forEach((name) => name !== "" && names.add(name));
  const images = select(all, names, { list, take });
  const kept = [...new Set(images.map((image) => all.labels[image]!))].sort((a, b) => a - b);
  if (kept.length < 2) {
    throw new RangeError(
      `Cannot train on what "${list}" leaves of "${all.provenance.reader}": ${images.length} images of ` +
        `${kept.length} classes, at least two classes are wanted`,
    );
  }
  const place = new Map(kept.map((label, index) => [label, index]));
  const digest = combinedDigest({ digest: all.provenance.digest, list: await files.digest(list), take });
  return {
    ...all,
    length: images.length,
    classes: kept.map((label) => all.classes[label]!),
    labels: Int32Array.from(images, (image) => place.get(all.labels[image]!)!),
    name: (index) => images[index] === undefined ? `${index}` : all.name(images[index]),
    read: async (index) => await all.read(imageOf(images, index, list)),
    ...all.file ? { file: async (index) => await all.file!(imageOf(images, index, list)) } : {},
    ...all.embeddings ? { embeddings: selectEmbeddings(all.embeddings, Int32Array.from(images)) } : {},
    provenance: {
      ...all.provenance,
      reader: "listed",
      classes: kept.length,
      images: images.length,
      digest,
    },
  };
}

/** Indices of the images that are taken, ascending. */
function select(all: ImageSet, names: Set<string>, { list, take }: Pick<Params, "list" | "take">): number[] {
  const images = Array.from({ length: all.length }, (_, image) => image);
  const unknown = new Set(names);
  const taken = images.filter((image) => {
    const name = all.name(image);
    unknown.delete(name);
    return names.has(name) === (take === "listed");
  });
  if (unknown.size === 0) return taken;
  const [first] = unknown;
  throw new RangeError(
    `Cannot find "${first}" of "${list}" among the images of "${all.provenance.reader}" (${unknown.size} names are ` +
      `unknown): wanted names such as "${all.name(0)}"; give the reader that the list was made with`,
  );
}

function imageOf(images: readonly number[], index: number, list: string): number {
  const image = images[index];
  if (image !== undefined) return image;
  throw new RangeError(`Cannot read image ${index} of "${list}": it has images 0 to ${images.length - 1}`);
}
