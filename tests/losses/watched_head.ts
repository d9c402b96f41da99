/**
 * ArcFace as a head that gives the angle of each sample, by another way than the head's own statistics.
 *
 * @module
 */
import { arcface, type HeadPlugin, type MarginHeadPlugin } from "../../losses/mod.ts";
import { type Tensor1D, type Tensor2D, tf } from "../../tensor/tf.ts";

/** `arcface` with `angles`, named `watched`; other heads by `inner`. */
export function watchedHead(inner: HeadPlugin = arcface): MarginHeadPlugin {
  return {
    ...inner as MarginHeadPlugin,
    name: "watched",
    create(params, context) {
      const head = inner.create(params, context), weights = head.parameters[0]!.variable as tf.Variable<tf.Rank.R2>;
      return {
        ...head,
        loss: (embeddings, labels, step) => ({
          ...head.loss(embeddings, labels, step),
          angles: tf.tidy(() => {
            const unit = (x: Tensor2D) => tf.div(x, tf.norm(x, 2, 1, true));
            const cosines = tf.sum(tf.mul(unit(embeddings), unit(tf.gather(weights, labels) as Tensor2D)), 1);
            return tf.acos(tf.clipByValue(cosines, -1, 1)) as Tensor1D;
          }),
        }),
      };
    },
  };
}
