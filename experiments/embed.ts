/**
 * Embeds the images of an evaluation in batches.
 *
 * @module
 */
import type { Backbone } from "../backbones/mod.ts";
import { assembleBatch, type ImageSet } from "../datasets/mod.ts";
import type { Embeddings } from "../evaluation/mod.ts";
import { checkDevice } from "../tensor/device.ts";
import { createRandom } from "../tensor/random.ts";
import { tf } from "../tensor/tf.ts";

/** Progress of {@link embedImages}: how many of the images are done, and the embeddings once all are. */
export interface EmbedProgress {
  /** Images embedded so far. */
  readonly done: number;
  /** Images in all. */
  readonly total: number;
  /** The result, with the last event alone. */
  readonly embeddings?: Embeddings;
}

/**
 * Embeds images of a set with running statistics, yielding after every batch; the last event carries the embeddings.
 *
 * @param indices Images to embed, in this order.
 * @param options Images a batch, and whether mirrored images are embedded as well.
 */
export async function* embedImages(
  backbone: Backbone,
  set: ImageSet,
  indices: Int32Array,
  options: { batchSize: number; mirrored: boolean },
): AsyncGenerator<EmbedProgress> {
  const total = indices.length, dimension = backbone.embedding;
  const original = new Float32Array(total * dimension);
  const mirrored = options.mirrored ? new Float32Array(total * dimension) : undefined;
  const unused = createRandom(0, "embed");
  for (let begin = 0; begin < total; begin += options.batchSize) {
    const part = indices.subarray(begin, begin + options.batchSize);
    const { images } = await assembleBatch(set, part, { augment: [], random: unused });
    const [plain, flipped] = tf.tidy(() => {
      const batch = tf.tensor4d(images, [part.length, ...set.shape]);
      const embed = (x: typeof batch) => backbone.forward(x, { training: false });
      return [embed(batch), mirrored ? embed(tf.reverse(batch, 2)) : undefined];
    });
    try {
      original.set(await plain.data() as Float32Array, begin * dimension);
      if (mirrored) mirrored.set(await flipped!.data() as Float32Array, begin * dimension);
      checkDevice();
    } finally {
      tf.dispose([plain, ...flipped ? [flipped] : []]);
    }
    yield { done: begin + part.length, total };
  }
  yield { done: total, total, embeddings: { count: total, dimension, original, ...mirrored ? { mirrored } : {} } };
}
