/**
 * A network at work as a source of embeddings.
 *
 * @module
 */
import type { Backbone } from "../backbones/mod.ts";
import { assembleBatch, type ImageSet } from "../datasets/mod.ts";
import { checkDevice } from "../tensor/device.ts";
import type { EmbeddingChunk, EmbeddingSource } from "../tensor/embedding_source.ts";
import { createRandom } from "../tensor/random.ts";
import { tf } from "../tensor/tf.ts";
import { depthOf, readAhead } from "./read_ahead.ts";

/** Which of the wanted images a chunk holds. */
type Place = Pick<EmbeddingChunk, "start" | "count">;

/**
 * Embeds images of a set with running statistics, a batch a chunk.
 *
 * @param options Images a batch, and whether mirrored images are embedded as well.
 */
export function networkSource(
  backbone: Backbone,
  set: ImageSet,
  { batchSize, mirrored }: { readonly batchSize: number; readonly mirrored: boolean },
): EmbeddingSource {
  const unused = createRandom(0, "embed");

  async function embed(images: Float32Array, { start, count }: Place): Promise<EmbeddingChunk> {
    const [plain, flipped] = tf.tidy(() => {
      const batch = tf.tensor4d(images, [count, ...set.shape]);
      const forward = (x: typeof batch) => backbone.forward(x, { training: false });
      return [forward(batch), mirrored ? forward(tf.reverse(batch, 2)) : undefined];
    });
    try {
      const original = await plain.data() as Float32Array;
      const other = flipped ? { mirrored: await flipped.data() as Float32Array } : {};
      checkDevice();
      return { start, count, original, ...other };
    } finally {
      tf.dispose([plain, ...flipped ? [flipped] : []]);
    }
  }

  return {
    count: set.length,
    dimension: backbone.embedding,
    mirrored,
    async *chunks(indices) {
      const place = (i: number): Place => {
        const start = i * batchSize;
        return { start, count: Math.min(batchSize, indices.length - start) };
      };
      const read = (i: number) => {
        const { start, count } = place(i);
        return assembleBatch(set, indices.subarray(start, start + count), { augment: [], random: unused });
      };
      const [height, width, channels] = set.shape, end = Math.ceil(indices.length / batchSize);
      const depth = depthOf(batchSize * height * width * channels * Float32Array.BYTES_PER_ELEMENT);
      const batches = readAhead(read, { end, depth });
      try {
        for (let i = 0; i < end; i++) yield await embed((await batches.get(i)).images, place(i));
      } finally {
        await batches.close();
      }
    },
  };
}
