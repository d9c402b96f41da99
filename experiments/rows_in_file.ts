/**
 * Rows of numbers in a temporary file, for embeddings that are too many for memory.
 *
 * @module
 */
import type { RowPlace, RowShape, Scratch } from "./held_embeddings.ts";

/** Keeps rows in files of a folder, which is made where it is not there. */
export function rowsInFile(folder: string): Scratch {
  return (shape) => openRows(folder, shape);
}

/** Rows in a file that has lost its name as soon as it is open, so that nothing is left of it however the process ends. */
async function openRows(folder: string, { count, dimension }: RowShape): Promise<RowPlace> {
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
