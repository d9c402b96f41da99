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

  async function embed(part: Int32Array, start: number): Promise<EmbeddingChunk> {
    const { images } = await assembleBatch(set, part, { augment: [], random: unused });
    const [plain, flipped] = tf.tidy(() => {
      const batch = tf.tensor4d(images, [part.length, ...set.shape]);
      const forward = (x: typeof batch) => backbone.forward(x, { training: false });
      return [forward(batch), mirrored ? forward(tf.reverse(batch, 2)) : undefined];
    });
    try {
      const original = await plain.data() as Float32Array;
      const other = flipped ? { mirrored: await flipped.data() as Float32Array } : {};
      checkDevice();
      return { start, count: part.length, original, ...other };
    } finally {
      tf.dispose([plain, ...flipped ? [flipped] : []]);
    }
  }

  return {
    count: set.length,
    dimension: backbone.embedding,
    mirrored,
    async *chunks(indices) {
      for (let start = 0; start < indices.length; start += batchSize) {
        yield await embed(indices.subarray(start, start + batchSize), start);
      }
    },
  };
}
