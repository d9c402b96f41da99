/**
 * Embeddings that are stored in files: NumPy arrays, archives of these, and MegaFace's feature files.
 *
 * @module
 */
import type { EmbeddingSource } from "../tensor/embedding_source.ts";
import type { ByteSource } from "./byte_source.ts";
import { type Column, decodeColumn } from "./columns.ts";
import type { EmbeddingFields } from "./embedding_fields.ts";
import { openFeatureFile, openFeatureFiles, type Rows } from "./feature_file.ts";
import { isDamage } from "./file_set.ts";
import { type Files, MissingDataError } from "./files.ts";
import { openNpy } from "./npy.ts";
import { rowSource } from "./row_source.ts";
import { openZipFile, type ZipFile } from "./zip_file.ts";

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
 * Embeddings of mirrored images are at a path of their own, in any of these forms (of a `.npz`, the member
 * `members.mirrored`, else the one that the embeddings have), or in the member `mirrored` of a `.npz`.
 *
 * @param path File or folder, in the data folder or absolute.
 * @throws {MissingDataError} if there is nothing.
 * @throws {SyntaxError} if a file is damaged or of no such format.
 * @throws {RangeError} if a member that was named is not there, or is named where there is no archive, or shapes
 *   disagree.
 */
export async function openEmbeddings(
  path: string,
  files: Files,
  { mirrored = null, members = {}, suffix = ".bin", rows }: Omit<EmbeddingFields, "path"> = {},
): Promise<StoredEmbeddings> {
  const archive = isArchive(path) ? await openArchive(path, files) : undefined;
  checkMembers(path, mirrored, members);
  const own = archive
    ? { rows: await arrayOf(path, archive, members.embeddings ?? "embeddings") }
    : await openRows(path, files, suffix, rows);
  const { count } = own.rows;
  const names = archive ? await columnOf(path, archive, members.names, "names") : own.names;
  const labels = archive && await columnOf(path, archive, members.labels, "labels");
  checkLength(path, "names", names, count);
  checkLength(path, "labels", labels, count);
  return {
    ...rowSource(own.rows, await openMirrored()),
    ...names ? { names: Array.from(names, String) } : {},
    ...labels ? { labels } : {},
  };

  async function openMirrored(): Promise<Rows | undefined> {
    if (mirrored !== null && !isArchive(mirrored)) return (await openRows(mirrored, files, suffix, rows)).rows;
    if (mirrored !== null) {
      const name = members.mirrored ?? members.embeddings ?? "embeddings";
      return await arrayOf(mirrored, await openArchive(mirrored, files), name);
    }
    const name = members.mirrored ?? "mirrored";
    if (!archive || (members.mirrored === undefined && !hasMember(archive, name))) return undefined;
    return await arrayOf(path, archive, name);
  }
}

function isArchive(path: string): boolean {
  return /\.npz$/i.test(path);
}

async function openArchive(path: string, files: Files): Promise<ZipFile> {
  return await openZipFile(path, files).catch((error) => {
    throw damagedArchive(path, error);
  });
}

/** Refuses names of members where there is no archive that could have them. */
function checkMembers(path: string, mirrored: string | null, members: NonNullable<EmbeddingFields["members"]>): void {
  const archives = { own: isArchive(path), other: isArchive(mirrored ?? path) };
  const name = Object.entries(members).find(([kind, name]) => {
    if (name === undefined) return false;
    if (kind === "mirrored") return !archives.other;
    return !archives.own && !(kind === "embeddings" && archives.other);
  })?.[0];
  if (name === undefined) return;
  const place = name === "mirrored" ? mirrored ?? path : path;
  throw new RangeError(
    `Cannot take member "${members[name as keyof typeof members]}" of "${place}": it is no .npz archive, ` +
      `leave members.${name} out`,
  );
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

async function arrayOf(path: string, archive: ZipFile, name: string): Promise<Rows> {
  const { read, size } = await openMember(path, archive, name);
  return await matrix(read, size, `member "${name}" of "${path}"`);
}

/** A column of an archive; where no name is given, the usual one, if there is such a member. */
async function columnOf(
  path: string,
  archive: ZipFile,
  given: string | undefined,
  usual: string,
): Promise<Column | undefined> {
  const name = given ?? usual;
  if (given === undefined && !hasMember(archive, name)) return undefined;
  const { read, size } = await openMember(path, archive, name);
  return decodeColumn(await read({ start: 0, length: size }), `member "${name}" of "${path}"`);
}

function hasMember(archive: ZipFile, name: string): boolean {
  return archive.entries.some((entry) => entry.path === `${name}.npy`);
}

async function openMember(path: string, archive: ZipFile, name: string): Promise<ByteSource> {
  const entry = archive.entries.find((entry) => entry.path === `${name}.npy`);
  if (!entry) {
    const known = archive.entries.map((entry) => `"${entry.path.replace(/\.npy$/, "")}"`).slice(0, 20).join(", ");
    throw new RangeError(`Cannot find member "${name}" of "${path}": it has ${known || "no arrays"}`);
  }
  return await archive.open(entry).catch((error) => {
    throw damagedArchive(path, error, `member "${name}" of `);
  });
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

function checkLength(path: string, what: string, column: Column | undefined, count: number): void {
  if (!column || column.length === count) return;
  throw new RangeError(`Cannot read ${what} of "${path}": found ${column.length}, ${count} are wanted, one an image`);
}
