/**
 * Batches as the network sees them.
 *
 * @module
 */
import type { Random } from "../tensor/random.ts";
import type { ImageSet } from "./reader.ts";

/** A batch on the host; the trainer uploads it. */
export interface Batch {
  /** Pixels `(byte − mean) / std`, row-major `[batch, height, width, channels]`. */
  readonly images: Float32Array;
  /** Class of each image. */
  readonly labels: Int32Array;
}

/** How the images of a batch are changed before training. */
export interface BatchOptions {
  /** Made by {@link AugmentationPlugin.create}; applied in order. Empty for evaluation. */
  readonly augment: readonly ((image: Uint8Array, random: Random) => Uint8Array)[];
  /** Stream of this batch, such as `augment.fork(step)`; the image at place `i` draws from its fork `i` alone. */
  readonly random: Random;
}

/**
 * Reads, augments and normalises the images of a batch.
 *
 * @param set Where the images are.
 * @param indices Images of the batch.
 * @returns Arrays of the caller's own.
 * @throws {SyntaxError} if an image is damaged.
 */
export async function assembleBatch(set: ImageSet, indices: Int32Array, options: BatchOptions): Promise<Batch> {
  const { augment, random } = options, { mean, std } = set.normalise;
  const table = Float32Array.from({ length: 256 }, (_, byte) => (byte - mean) / std);
  const size = set.shape[0] * set.shape[1] * set.shape[2];
  const images = new Float32Array(indices.length * size), labels = new Int32Array(indices.length);
  const sources = await Promise.all(Array.from(indices, (index) => set.read(index)));
  sources.forEach((source, i) => {
    let bytes = source;
    if (augment.length > 0) {
      const stream = random.fork(i);
      for (const change of augment) bytes = change(bytes, stream);
    }
    const row = images.subarray(i * size, (i + 1) * size);
    for (let p = 0; p < size; p++) row[p] = table[bytes[p]!]!;
    labels[i] = set.labels[indices[i]!]!;
  });
  return { images, labels };
}
