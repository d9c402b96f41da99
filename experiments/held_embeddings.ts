/**
 * Embeddings that are kept for several evaluations: in memory where they are few, else in a temporary file.
 *
 * @module
 */
import type { Embeddings } from "../evaluation/mod.ts";
import type { EmbeddingSource } from "../tensor/embedding_source.ts";

/** Embeddings are held in memory up to this many bytes, in all: 512 MiB. */
export const HELD_BYTES: number = 2 ** 29;

/** Floats of a chunk: 4 MiB. */
const CHUNK = 2 ** 20;

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

/** The place that rows are put into and taken from. */
interface Rows {
  write(row: number, values: Float32Array): void;
  read(row: number, into: Float32Array): void;
  /** All of them, where they lie in memory. */
  readonly values?: Float32Array;
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
  const { count, dimension, mirrored } = source, kinds = mirrored ? 2 : 1;
  const places = Array.from(
    { length: kinds },
    () => scratch === undefined ? rowsInMemory(count, dimension) : undefined,
  );
  const rows: Rows[] = [];
  let whole = false;
  try {
    for (const place of places) rows.push(place ?? await rowsInFile(scratch!, dimension));
    let done = 0;
    for await (const chunk of source.chunks(Int32Array.from({ length: count }, (_, i) => i))) {
      const size = chunk.count * dimension;
      rows[0]!.write(chunk.start, chunk.original.subarray(0, size));
      rows[1]?.write(chunk.start, chunk.mirrored!.subarray(0, size));
      yield done += chunk.count;
    }
    whole = true;
  } finally {
    if (!whole) rows.forEach((one) => one.free());
  }
  return held({ count, dimension }, rows);
}

function held(
  { count, dimension }: { readonly count: number; readonly dimension: number },
  [original, mirrored]: readonly Rows[],
): HeldEmbeddings {
  const whole = (rows: Rows): Float32Array => {
    if (rows.values) return rows.values;
    const values = new Float32Array(count * dimension);
    rows.read(0, values);
    return values;
  };
  return {
    count,
    dimension,
    mirrored: mirrored !== undefined,
    memory: original!.values ? 4 * count * dimension * (mirrored ? 2 : 1) : 0,
    all: () => ({ count, dimension, original: whole(original!), ...mirrored ? { mirrored: whole(mirrored) } : {} }),
    async *chunks(indices) {
      const perChunk = Math.max(1, Math.floor(CHUNK / dimension));
      for (let start = 0; start < indices.length; start += perChunk) {
        const part = indices.subarray(start, start + perChunk);
        yield {
          start,
          count: part.length,
          original: gather(original!, part, dimension),
          ...mirrored ? { mirrored: gather(mirrored, part, dimension) } : {},
        };
      }
    },
    free() {
      original!.free();
      mirrored?.free();
    },
  };
}

/** Rows in the order of `indices`; those that lie side by side are read at once. */
function gather(rows: Rows, indices: Int32Array, dimension: number): Float32Array {
  const values = new Float32Array(indices.length * dimension);
  for (let at = 0; at < indices.length;) {
    let run = 1;
    while (at + run < indices.length && indices[at + run] === indices[at]! + run) run++;
    rows.read(indices[at]!, values.subarray(at * dimension, (at + run) * dimension));
    at += run;
  }
  return values;
}

function rowsInMemory(count: number, dimension: number): Rows {
  const values = new Float32Array(count * dimension);
  return {
    values,
    write: (row, part) => values.set(part, row * dimension),
    read: (row, into) => into.set(values.subarray(row * dimension, row * dimension + into.length)),
    free() {},
  };
}

/** Rows in a file that has lost its name as soon as it is open, so that nothing is left of it however the process ends. */
async function rowsInFile(folder: string, dimension: number): Promise<Rows> {
  await Deno.mkdir(folder, { recursive: true });
  const path = `${folder}/.embeddings-${crypto.randomUUID()}.tmp`;
  const file = await Deno.open(path, { createNew: true, read: true, write: true });
  const nameless = await Deno.remove(path).then(() => true, () => false);
  const bytes = (values: Float32Array) => new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  // One call after the other: two readers must not move each other's place in the file.
  const seek = (row: number) => file.seekSync(4 * row * dimension, Deno.SeekMode.Start);
  return {
    write(row, part) {
      seek(row);
      const from = bytes(part);
      for (let at = 0; at < from.length;) at += file.writeSync(from.subarray(at));
    },
    read(row, into) {
      seek(row);
      const target = bytes(into);
      for (let at = 0; at < target.length;) {
        const read = file.readSync(target.subarray(at));
        if (read === null) throw new RangeError(`Cannot read back embedding ${row}: the temporary file ${path} ends`);
        at += read;
      }
    },
    free() {
      file.close();
      if (!nameless) Deno.removeSync(path);
    },
  };
}
