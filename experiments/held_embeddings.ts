/**
 * Embeddings that are kept for several evaluations: in memory where they are few, else in a temporary file.
 *
 * @module
 */
import { rowSource } from "../datasets/row_source.ts";
import type { Embeddings } from "../evaluation/mod.ts";
import type { EmbeddingSource } from "../tensor/embedding_source.ts";

/** Embeddings are held in memory up to this many bytes, in all: 512 MiB. */
export const HELD_BYTES: number = 2 ** 29;

/** Embeddings that have been taken from their source. */
export interface HeldEmbeddings extends EmbeddingSource {
  /** Bytes of memory that they take. */
  readonly memory: number;
  /** All of them at once; of what lies in memory no copy is made. */
  all(): Embeddings;
  /** Lets them go. */
  free(): void;
}

/** Bytes that the embeddings of a source take. */
export function bytesOf({ count, dimension, mirrored }: EmbeddingSource): number {
  return 4 * count * dimension * (mirrored ? 2 : 1);
}

/** How many rows, and how long they are. */
export interface RowShape {
  /** Number of embeddings. */
  readonly count: number;
  /** Length of each. */
  readonly dimension: number;
}

/** Where rows are put into and taken from. */
export interface RowPlace extends RowShape {
  /** Rows `start … start + count − 1`, row-major. */
  rows(start: number, count: number): Promise<ArrayLike<number>>;
  /** Puts rows from `row` on. */
  write(row: number, values: Float32Array): void;
  /** All of them at once. */
  all(): Float32Array;
  /** Bytes of memory. */
  readonly memory: number;
  /** Lets them go. */
  free(): void;
}

/** Makes room for rows. */
export type Scratch = (shape: RowShape) => RowPlace | Promise<RowPlace>;

/**
 * Takes all embeddings from a source, in the order of its indices.
 *
 * @param scratch Where they are kept; by default in memory.
 * @returns Yields how many are done after each chunk; ends with what is held, which its user frees.
 */
export async function* holdAll(
  source: EmbeddingSource,
  scratch: Scratch = rowsInMemory,
): AsyncGenerator<number, HeldEmbeddings> {
  const { count, dimension, mirrored } = source, shape = { count, dimension }, places: RowPlace[] = [];
  let whole = false;
  try {
    for (let kind = 0; kind < (mirrored ? 2 : 1); kind++) {
      places.push(await scratch(shape));
    }
    let done = 0;
    for await (const chunk of source.chunks(Int32Array.from({ length: count }, (_, i) => i))) {
      const size = chunk.count * dimension;
      places[0]!.write(chunk.start, chunk.original.subarray(0, size));
      places[1]?.write(chunk.start, chunk.mirrored!.subarray(0, size));
      yield done += chunk.count;
    }
    whole = true;
  } finally {
    if (!whole) places.forEach((place) => place.free());
  }
  const [original, other] = places as [RowPlace, RowPlace?];
  return {
    ...rowSource(original, other),
    memory: places.reduce((sum, place) => sum + place.memory, 0),
    all: () => ({ ...shape, original: original.all(), ...other ? { mirrored: other.all() } : {} }),
    free: () => places.forEach((place) => place.free()),
  };
}

/** Rows in memory. */
export function rowsInMemory({ count, dimension }: RowShape): RowPlace {
  const values = new Float32Array(count * dimension);
  return {
    count,
    dimension,
    memory: values.byteLength,
    write: (row, part) => values.set(part, row * dimension),
    rows: (start, count) => Promise.resolve(values.subarray(start * dimension, (start + count) * dimension)),
    all: () => values,
    free() {},
  };
}
