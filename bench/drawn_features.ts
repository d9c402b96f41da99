/**
 * Large files of embeddings that look like those of a network: a direction a class, and noise about it.
 *
 * @module
 */
import { createRandom } from "../tensor/random.ts";

const NOISE = 2 ** 20, PART = 4096;

/** What is written by {@link writeFeatures}. */
export interface DrawnFeatures {
  /** Number of embeddings. */
  readonly count: number;
  /** Length of each. */
  readonly dimension: number;
  /** Class of an embedding; `undefined` for one that is like no other. */
  classOf(index: number): number | undefined;
  /** Length of the noise, where that of a class's direction is 1. */
  readonly noise: number;
}

/** Writes a `.npy` file a part at a time. Noise is read from a table at a place drawn for each embedding. */
export async function writeFeatures(path: string, { count, dimension, classOf, noise }: DrawnFeatures): Promise<void> {
  const random = createRandom(0, `bench/features/${path.slice(path.lastIndexOf("/") + 1)}`),
    noisy = random.fork("noise");
  const table = Float32Array.from({ length: NOISE + dimension }, () => noisy.normal() / Math.sqrt(dimension));
  using file = await Deno.open(path, { write: true, create: true, truncate: true });
  const header = `{'descr': '<f4', 'fortran_order': False, 'shape': (${count}, ${dimension}), }`.padEnd(117) + "\n";
  await writeAll(file, Uint8Array.of(0x93, ...new TextEncoder().encode("NUMPY"), 1, 0, header.length, 0));
  await writeAll(file, new TextEncoder().encode(header));
  for (let start = 0; start < count; start += PART) {
    const rows = Math.min(PART, count - start), part = new Float32Array(rows * dimension);
    for (let row = 0; row < rows; row++) {
      const own = classOf(start + row), away = random.integer(NOISE), length = 10 + 15 * random.uniform();
      const centre = own === undefined ? undefined : (Math.imul(own + 1, 0x9e3779b1) >>> 0) % NOISE;
      for (let i = 0; i < dimension; i++) {
        const direction = centre === undefined ? 0 : table[centre + i]!;
        part[row * dimension + i] = length * (direction + noise * table[away + i]!);
      }
    }
    await writeAll(file, new Uint8Array(part.buffer));
  }
}

/** Writes lines of text a part at a time. */
export async function writeLines(path: string, count: number, line: (index: number) => string): Promise<void> {
  using file = await Deno.open(path, { write: true, create: true, truncate: true });
  for (let start = 0; start < count; start += 100_000) {
    let text = "";
    for (let i = start; i < Math.min(count, start + 100_000); i++) text += `${line(i)}\n`;
    await writeAll(file, new TextEncoder().encode(text));
  }
}

async function writeAll(file: Deno.FsFile, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) at += await file.write(bytes.subarray(at));
}
