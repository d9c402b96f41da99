/**
 * A file of stored embeddings in place of a network: its paths and digests, opened once for all evaluations.
 *
 * @module
 */
import { type Files, matchEmbeddings, openEmbeddings, type StoredEmbeddings } from "../datasets/mod.ts";
import type { EmbeddingSource } from "../tensor/embedding_source.ts";
import type { Selection } from "./evaluation_input.ts";

/** Where embeddings are stored: a path, or one for images as they are and one for mirrored images. */
export type EmbeddingsPath = string | { readonly path: string; readonly mirrored?: string | undefined };

/** A file of embeddings that is open. */
export interface StoredFile {
  /** Path of the embeddings. */
  readonly path: string;
  /** Its SHA-256, lower-case hexadecimal. */
  readonly digest: string;
  /** File of the mirrored images' embeddings with its SHA-256, where it is one of its own. */
  readonly mirrored?: { readonly path: string; readonly digest: string };
  /** The embeddings. */
  readonly embeddings: StoredEmbeddings;
}

/** The files that a path of embeddings means. */
export function embeddingPaths(where: EmbeddingsPath): string[] {
  return typeof where === "string" ? [where] : [where.path, ...where.mirrored === undefined ? [] : [where.mirrored]];
}

/**
 * Opens stored embeddings.
 *
 * @throws {MissingDataError} if they are not there.
 * @throws {SyntaxError} if they are damaged.
 */
export async function openStored(where: EmbeddingsPath, files: Files): Promise<StoredFile> {
  const [path, mirrored] = embeddingPaths(where) as [string, string?];
  const embeddings = await openEmbeddings(path, files, mirrored === undefined ? {} : { mirrored });
  const own = mirrored === undefined ? {} : { mirrored: { path: mirrored, digest: await files.digest(mirrored) } };
  return { path, digest: await files.digest(path), ...own, embeddings };
}

/**
 * Gives the images of a data set their stored embeddings: by name where the file has names, else by order.
 *
 * @param evaluation Name of the evaluation, for messages.
 * @throws {RangeError} if an image that takes part has no embedding, or two have its name, or their number differs.
 */
export function attachEmbeddings(
  { path, embeddings }: StoredFile,
  { images, indices }: Selection,
  evaluation: string,
): EmbeddingSource {
  const task = `evaluate "${evaluation}" by the embeddings of ${path}`;
  return matchEmbeddings(embeddings, images, { source: path, task, indices });
}
