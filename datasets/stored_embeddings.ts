/**
 * Embeddings that are stored in files: NumPy arrays, archives of these, and MegaFace's feature files.
 *
 * @module
 */
import { z } from "zod";
import type { EmbeddingSource } from "../tensor/embedding_source.ts";
import type { ByteSource } from "./byte_source.ts";
import { openFeatureFile, openFeatureFiles, type Rows } from "./feature_file.ts";
import { isDamage } from "./file_set.ts";
import { type Files, MissingDataError } from "./files.ts";
import { decodeNpy, decodeNpyText, NPY_HEADER_BYTES, openNpy, parseNpyHeader } from "./npy.ts";
import { reorderedSource, rowSource } from "./row_source.ts";
import { openZipFile, type ZipFile } from "./zip_file.ts";

const member = (what: string) => z.string().min(1).optional().describe(what);

/** Parameters that name stored embeddings. */
export const EMBEDDING_FIELDS = {
  path: z.string().min(1).describe(
    "Embeddings, an image a row: .npy, .npz, a feature file (.bin), or a folder of feature files of one image each",
  ),
  mirrored: z.string().min(1).nullable().default(null).describe(
    "Embeddings of the mirrored images, in the same order: as path; null where there are none, or in a member of .npz",
  ),
  members: z.strictObject({
    embeddings: member("Array of the embeddings; absent: embeddings"),
    mirrored: member("Array of those of the mirrored images; absent: mirrored, where there is one"),
    labels: member("Array of class numbers or names; absent: labels, where there is one"),
    names: member("Array of image names; absent: names, where there is one"),
  }).prefault({}).describe("Names of the arrays within an .npz archive"),
  suffix: z.string().min(1).default(".bin").describe(
    "What the names of feature files have after the image's name, such as _r100.bin",
  ),
} as const;

/** Where embeddings are stored; see {@link EMBEDDING_FIELDS}. */
export interface EmbeddingFields {
  /** File or folder of the embeddings. */
  readonly path: string;
  /** File or folder of those of the mirrored images. */
  readonly mirrored?: string | null;
  /** Names of arrays in an archive. */
  readonly members?: { readonly [K in "embeddings" | "mirrored" | "labels" | "names"]?: string | undefined };
  /** Ending of feature files; by default `.bin`. */
  readonly suffix?: string;
  /** Rows to open of a folder of feature files, by name and in this order; by default all, sorted. */
  readonly rows?: { readonly count: number; name(row: number): string };
}

/** Values of a column of text or numbers. */
export type Column = ArrayLike<number> | readonly string[];

/** Stored embeddings, and what is stored with them. */
export interface StoredEmbeddings extends EmbeddingSource {
  /** Names of the images, where they are known: a member of an archive, or the names of feature files. */
  readonly names?: readonly string[];
  /** Classes of the images, where an archive has them. */
  readonly labels?: Column;
}

/**
 * Opens stored embeddings; they are read in parts as they are asked for.
 *
 * | path | embeddings |
 * | --- | --- |
 * | `.npy` | array `[images, dimension]` of half, single or double precision |
 * | `.npz` | such arrays by name; stored ones are read in parts, deflated ones are inflated and held |
 * | `.bin` | a feature file with an image a row |
 * | a folder | feature files of an image each, sorted by path; names are paths without `suffix` |
 *
 * @param path File or folder, in the data folder or absolute.
 * @throws {MissingDataError} if there is nothing.
 * @throws {SyntaxError} if a file is damaged or of no such format.
 * @throws {RangeError} if a member that was named is not there, or shapes disagree.
 */
export async function openEmbeddings(
  path: string,
  files: Files,
  { mirrored = null, members = {}, suffix = ".bin", rows }: Omit<EmbeddingFields, "path"> = {},
): Promise<StoredEmbeddings> {
  if (/\.npz$/i.test(path)) {
    const archive = await openZipFile(path, files).catch((error) => {
      throw damagedArchive(path, error);
    });
    const other = mirrored === null
      ? await arrayOf(path, archive, members.mirrored ?? "mirrored", members.mirrored !== undefined)
      : (await openRows(mirrored, files, suffix, rows)).rows;
    const original = (await arrayOf(path, archive, members.embeddings ?? "embeddings", true))!;
    const names = await columnOf(path, archive, members.names ?? "names", members.names !== undefined);
    const labels = await columnOf(path, archive, members.labels ?? "labels", members.labels !== undefined);
    checkLength(path, "names", names, original.count);
    checkLength(path, "labels", labels, original.count);
    return {
      ...rowSource(original, other),
      ...names ? { names: Array.from(names, String) } : {},
      ...labels ? { labels } : {},
    };
  }
  const own = await openRows(path, files, suffix, rows);
  const other = mirrored === null ? undefined : await openRows(mirrored, files, suffix, rows);
  return { ...rowSource(own.rows, other?.rows), ...own.names ? { names: own.names } : {} };
}

/**
 * Gives each of `count` images its stored embedding: by name where the embeddings have names, else in order.
 *
 * @param source What the embeddings are stored in, for messages.
 * @throws {RangeError} if an image has no embedding, or there are more or fewer of those that have no names.
 */
export function matchEmbeddings(
  stored: StoredEmbeddings,
  images: { readonly length: number; name(index: number): string },
  source: string,
): EmbeddingSource {
  const { names } = stored, { length } = images;
  if (!names) {
    if (stored.count === length) return stored;
    throw new RangeError(
      `Cannot take the embeddings of "${source}": found ${stored.count} without names, ${length} are wanted, one an image`,
    );
  }
  const places = new Map(names.map((name, row) => [name, row]));
  const rows = new Int32Array(length);
  for (let index = 0; index < length; index++) {
    const row = places.get(images.name(index));
    if (row === undefined) {
      throw new RangeError(
        `Cannot take the embeddings of "${source}": found none for image "${images.name(index)}", ` +
          `wanted names such as "${names[0]}"`,
      );
    }
    rows[index] = row;
  }
  return rows.every((row, index) => row === index) && names.length === length ? stored : reorderedSource(stored, rows);
}

/** A column of a file: lines of text, or an array of numbers or text (`.npy`). */
export async function readColumn(path: string, files: Files): Promise<Column> {
  const bytes = await files.read(path);
  if (/\.npy$/i.test(path)) return decodeColumn(bytes, `"${path}"`);
  return new TextDecoder().decode(bytes).replace(/\r?\n$/, "").split(/\r?\n/);
}

/** Rows of a file or folder, and their names where the files tell. */
async function openRows(
  path: string,
  files: Files,
  suffix: string,
  wanted: EmbeddingFields["rows"],
): Promise<{ rows: Rows; names?: readonly string[] }> {
  const kind = await files.stat(path);
  if (kind === undefined) {
    throw new MissingDataError(
      `Cannot open embeddings "${path}": there is nothing at ${files.locate(path)}, ` +
        "put a file there or name the data folder with --data",
    );
  }
  if (kind === "folder" && wanted) {
    const { count } = wanted;
    const rows = { folder: path, count, path: (row: number) => `${path}/${wanted.name(row)}${suffix}` };
    return { rows: await openFeatureFiles(rows, files) };
  }
  if (kind === "folder") {
    const paths = (await files.list(path)).map((entry) => entry.path).filter((inner) => inner.endsWith(suffix));
    const rows = { folder: path, count: paths.length, path: (row: number) => `${path}/${paths[row]}` };
    return {
      rows: await openFeatureFiles(rows, files),
      names: paths.map((inner) => inner.slice(0, inner.length - suffix.length)),
    };
  }
  if (/\.bin$/i.test(path)) return { rows: await openFeatureFile(path, files) };
  const read = (range: { start: number; length: number }) => files.read(path, range);
  return { rows: await matrix(read, await files.size(path), `"${path}"`) };
}

async function arrayOf(
  path: string,
  archive: ZipFile,
  name: string,
  wanted: boolean,
): Promise<Rows | undefined> {
  const found = await find(path, archive, { name, wanted });
  return found && await matrix(found.read, found.size, `member "${name}" of "${path}"`);
}

async function columnOf(
  path: string,
  archive: ZipFile,
  name: string,
  wanted: boolean,
): Promise<Column | undefined> {
  const found = await find(path, archive, { name, wanted });
  return found && decodeColumn(await found.read({ start: 0, length: found.size }), `member "${name}" of "${path}"`);
}

/** An array of an archive, or `undefined` where it is neither there nor wanted. */
async function find(
  path: string,
  archive: ZipFile,
  { name, wanted }: { readonly name: string; readonly wanted: boolean },
): Promise<ByteSource | undefined> {
  const entry = archive.entries.find((entry) => entry.path === `${name}.npy`);
  if (entry) {
    return await archive.open(entry).catch((error) => {
      throw damagedArchive(path, error, `member "${name}" of `);
    });
  }
  if (!wanted) return undefined;
  const known = archive.entries.map((entry) => `"${entry.path.replace(/\.npy$/, "")}"`).slice(0, 20).join(", ");
  throw new RangeError(`Cannot find member "${name}" of "${path}": it has ${known || "no arrays"}`);
}

function damagedArchive(path: string, error: unknown, member = ""): unknown {
  if (!isDamage(error)) return error;
  return new SyntaxError(
    `Cannot read ${member}"${path}": ${error.message}; numpy.savez stores arrays so that they can be read in parts`,
    { cause: error },
  );
}

async function matrix(read: ByteSource["read"], size: number, source: string): Promise<Rows> {
  const array = await openNpy(read, size, source), [count = 0, dimension = 0] = array.shape;
  if (array.shape.length === 2 && count > 0 && dimension > 0 && /f[248]$/.test(array.descr)) {
    return { count, dimension, rows: array.rows };
  }
  throw new SyntaxError(
    `Cannot read ${source}: found type ${array.descr} of shape (${array.shape.join(", ")}), ` +
      "floats of shape (images, dimension) are wanted",
  );
}

function decodeColumn(bytes: Uint8Array, source: string): Column {
  const { descr, shape } = parseNpyHeader(bytes.subarray(0, NPY_HEADER_BYTES), source);
  if (shape.length !== 1) {
    throw new SyntaxError(`Cannot read ${source}: found shape (${shape.join(", ")}), one value an image is wanted`);
  }
  return /[US]\d+$/.test(descr) ? decodeNpyText(bytes, source).data : decodeNpy(bytes, source).data;
}

function checkLength(path: string, what: string, column: Column | undefined, count: number): void {
  if (!column || column.length === count) return;
  throw new RangeError(`Cannot read ${what} of "${path}": found ${column.length}, ${count} are wanted, one an image`);
}
