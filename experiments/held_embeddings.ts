/**
 * Embeddings that are kept for several evaluations: in memory where they are few, else in a temporary file.
 *
 * @module
 */
import type { Rows } from "../datasets/feature_file.ts";
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

/** Where rows are put into and taken from. */
interface Place extends Rows {
  write(row: number, values: Float32Array): void;
  /** All of them at once. */
  all(): Float32Array;
  /** Bytes of memory. */
  readonly memory: number;
  free(): void;
}

/**
 * Takes all embeddings from a source, in the order of its indices.
 *
 * @param scratch Folder for a temporary file, or `undefined` to hold them in memory.
 * @returns Yields how many are done after each chunk; ends with what is held, which its user frees.
 */
export async function* holdAll(
  source: EmbeddingSource,
  scratch: string | undefined,
): AsyncGenerator<number, HeldEmbeddings> {
  const { count, dimension, mirrored } = source, shape = { count, dimension }, places: Place[] = [];
  let whole = false;
  try {
    for (let kind = 0; kind < (mirrored ? 2 : 1); kind++) {
      places.push(scratch === undefined ? rowsInMemory(shape) : await rowsInFile(scratch, shape));
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
  const [original, other] = places as [Place, Place?];
  return {
    ...rowSource(original, other),
    memory: places.reduce((sum, place) => sum + place.memory, 0),
    all: () => ({ ...shape, original: original.all(), ...other ? { mirrored: other.all() } : {} }),
    free: () => places.forEach((place) => place.free()),
  };
}

/** How many rows, and how long they are. */
type Shape = Pick<Rows, "count" | "dimension">;

function rowsInMemory({ count, dimension }: Shape): Place {
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

/** Rows in a file that has lost its name as soon as it is open, so that nothing is left of it however the process ends. */
async function rowsInFile(folder: string, { count, dimension }: Shape): Promise<Place> {
  await Deno.mkdir(folder, { recursive: true });
  const path = `${folder}/.embeddings-${crypto.randomUUID()}.tmp`;
  const file = await Deno.open(path, { createNew: true, read: true, write: true });
  const nameless = await Deno.remove(path).then(() => true, () => false);
  const bytes = (values: Float32Array) => new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  // One call after the other: two readers must not move each other's place in the file.
  const seek = (row: number) => file.seekSync(4 * row * dimension, Deno.SeekMode.Start);
  const read = (row: number, count: number): Float32Array => {
    seek(row);
    const values = new Float32Array(count * dimension), target = bytes(values);
    for (let at = 0; at < target.length;) {
      const read = file.readSync(target.subarray(at));
      if (read === null) throw new RangeError(`Cannot read back embedding ${row}: the temporary file ${path} ends`);
      at += read;
    }
    return values;
  };
  return {
    count,
    dimension,
    memory: 0,
    write(row, part) {
      seek(row);
      const from = bytes(part);
      for (let at = 0; at < from.length;) at += file.writeSync(from.subarray(at));
    },
    rows: (start, count) => Promise.resolve().then(() => read(start, count)),
    all: () => read(0, count),
    free() {
      file.close();
      if (!nameless) Deno.removeSync(path);
    },
  };
}
