/**
 * Which stored embedding is whose.
 *
 * @module
 */
import type { EmbeddingSource } from "../tensor/embedding_source.ts";
import { reorderedSource } from "./row_source.ts";
import type { StoredEmbeddings } from "./stored_embeddings.ts";

/** Images that want their embeddings. */
export interface EmbeddedImages {
  /** How many. */
  readonly length: number;
  /** Name of an image. */
  name(index: number): string;
}

/** How embeddings are matched. */
export interface MatchOptions {
  /** What the embeddings are stored in, for messages. */
  readonly source: string;
  /** What fails without them, for messages: `Cannot …`; by default `take the embeddings of "source"`. */
  readonly task?: string;
  /** The images that take part; by default all. The others need no embedding. */
  readonly indices?: Int32Array;
}

/**
 * Gives each image its stored embedding: by name where the embeddings have names, else in order. Names in the order of
 * the images may come again, since each row then is that of its image.
 *
 * @throws {RangeError} if an image that takes part has no embedding, or two have its name, or there are more or fewer of
 *   those that have no names.
 */
export function matchEmbeddings(
  stored: StoredEmbeddings,
  images: EmbeddedImages,
  {
    source,
    task = `take the embeddings of "${source}"`,
    indices = Int32Array.from({ length: images.length }, (_, i) => i),
  }: MatchOptions,
): EmbeddingSource {
  const { names, count } = stored, { length } = images;
  const fail = (why: string) => new RangeError(`Cannot ${task}: ${why}`);
  if (!names) {
    if (count === length) return stored;
    throw fail(`found ${count} without names, ${length} are wanted, one an image`);
  }
  if (count === length && names.every((name, row) => name === images.name(row))) return stored;
  const places = new Map<string, number>(), twice = new Set<string>();
  for (const [row, name] of names.entries()) {
    if (places.has(name)) twice.add(name);
    places.set(name, row);
  }
  const rows = new Int32Array(length).fill(-1);
  for (const index of indices) {
    const name = images.name(index), row = places.get(name);
    if (row === undefined) throw fail(`found none for image "${name}", wanted names such as "${names[0]}"`);
    if (twice.has(name)) throw fail(`found two for image "${name}", one is wanted`);
    rows[index] = row;
  }
  return reorderedSource(stored, rows);
}
