/**
 * Center loss: embeddings are pulled to moving centres of their classes.
 *
 * @module
 */
import { z } from "zod";
import { gatherRows } from "../tensor/kernels/class_rows.ts";
import { disposeParameters, parameter } from "../tensor/parameter.ts";
import { type Tensor1D, type Tensor2D, tf, type Variable } from "../tensor/tf.ts";
import { LARGEST_BINDING } from "./class_weights.ts";
import { classWeightCount, composedMemory } from "./class_memory.ts";
import { rowsByClass } from "./class_terms.ts";
import { defineHead, type HeadPlugin } from "./head.ts";
import { checkBatch, tidyOutput } from "./parts.ts";
import { termNode } from "./term.ts";

/**
 * Loss `1/(2N) Σ_i ‖x_i − c_{y_i}‖²`; after it the centres move, `c_j ← c_j − α Σ_{y_i=j} (c_j − x_i) / (1 + n_j)` with n_j
 * samples of class j in the batch. Y. Wen et al., "A Discriminative Feature Learning Approach for Deep Face Recognition",
 * ECCV 2016.
 *
 * The paper adds it to softmax with λ = 0.003 and sums over a batch of N where this is the mean: that is
 * `auxiliary: [{ name: center, weight: 0.003 N }]`. Centres begin at 0.
 */
export const center: HeadPlugin = defineHead({
  name: "center",
  version: "1.0.0",
  summary: "Squared distance of embeddings to moving centres of their classes; an auxiliary loss",
  reference: "https://doi.org/10.1007/978-3-319-46478-7_31",
  formula: "L = 1/(2N) Σ_i ‖x_i - c_{y_i}‖²; c_j <- c_j - alpha Σ_{y_i=j} (c_j - x_i) / (1 + n_j)",
  params: z.strictObject({
    alpha: z.number().min(0).max(1).default(0.5).describe(
      "Rate α at which the centres move, no unit, in [0, 1]",
    ),
  }),
  notes: [
    "The paper adds it to softmax with λ = 0.003 and sums over a batch of N: that is auxiliary: [{ name: center, weight: " +
    "0.003 N }] here, 0.768 for its batches of 256.",
    "Alone it draws all embeddings into one point. Centres begin at 0, and move by parts of a batch.",
  ],
  normalised: false,
  create({ alpha }, context) {
    const { classes, embedding } = context, shape = [classes, embedding];
    if (4 * classes * embedding > LARGEST_BINDING) {
      const most = Math.floor(LARGEST_BINDING / 4 / embedding);
      throw new RangeError(
        `Cannot allocate the centres: found ${classes} classes of ${embedding} dimensions, wanted at most ${most}, whose ` +
          "centres are one tensor of 128 MiB",
      );
    }
    const centres = parameter("head.centers", new Float32Array(classes * embedding), {
      shape,
      role: "class",
      trainable: false,
    });
    return {
      parameters: [centres],
      loss: (embeddings, labels, step) =>
        tidyOutput(() => {
          checkBatch(embeddings, labels, context);
          const own = gatherRows(centres.variable as unknown as Tensor2D, labels);
          const away = tf.sub(embeddings, own) as Tensor2D, n = embeddings.shape[0];
          const output = termNode([embeddings], () => ({
            loss: tf.div(tf.sum(tf.mean(tf.square(away), 0)), 2),
            statistics: { distance: tf.mean(tf.sqrt(tf.sum(tf.square(away), 1))) },
            saved: [away],
            gradients: ([away], gradient) => [tf.mul(away!, tf.div(gradient, n))],
          }));
          if (step) moveCentres(centres.variable, { away, labels, alpha });
          return output;
        }),
      dispose: () => disposeParameters([centres]),
    };
  },
  size: classWeightCount,
  stepMemory: (_, { batch, classes }) => ({ ...composedMemory(batch * classes, 3), kept: 0 }),
});

function moveCentres(
  centres: Variable,
  { away, labels, alpha }: { away: Tensor2D; labels: Tensor1D; alpha: number },
): void {
  const shards = [{ weights: centres as unknown as Tensor2D, first: 0 }],
    ones = tf.ones([away.shape[0], 1]) as Tensor2D;
  const [sum] = rowsByClass(tf.concat([away, ones], 1) as Tensor2D, labels, shards);
  const [moves, counts] = tf.split(sum!, [away.shape[1], 1], 1) as [Tensor2D, Tensor2D];
  centres.assign(tf.add(centres, tf.mul(tf.div(moves, tf.add(counts, 1)), alpha)));
}
