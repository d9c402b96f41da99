/**
 * No network at all: the floor that a trained backbone has to beat.
 *
 * @module
 */
import { z } from "zod";
import { type BackbonePlugin, defineBackbone } from "./backbone.ts";
import { type GraphBuilder, graphOf } from "./graph.ts";
import { tf } from "../tensor/tf.ts";

/**
 * The pixels themselves, centred image by image: `e = x − mean(x)`, so that the cosine of two embeddings is the
 * correlation of the images. It has no parameters; give its row `train: { steps: 0 }`.
 */
export const pixels: BackbonePlugin = defineBackbone({
  name: "pixels",
  version: "1.0.0",
  summary: "The pixels themselves, centred image by image: a floor that needs no training (steps: 0)",
  reference: "https://en.wikipedia.org/wiki/Cross-correlation#Zero-normalized_cross-correlation_(ZNCC)",
  formula: "e = x − mean(x)",
  params: z.strictObject({}),
  cost: (_params, shape) => ({
    embedding: shape[0] * shape[1] * shape[2],
    parameters: 0,
    trainableParameters: 0,
    multiplyAdds: 0,
    memory: { kept: 0, forward: shape[0] * shape[1] * shape[2], backward: 0 },
  }),
  graph: (_params, shape) => graphOf({ emit, embedding: shape[0] * shape[1] * shape[2] }, shape),
  create: (_params, { shape }) => ({
    parameters: [],
    embedding: shape[0] * shape[1] * shape[2],
    forward: (images) =>
      tf.tidy(() => {
        const flat = tf.reshape(images, [images.shape[0], -1]) as tf.Tensor2D;
        return tf.sub(flat, tf.mean(flat, 1, true)) as tf.Tensor2D;
      }),
    dispose: () => {},
  }),
});

/** Centres the pixels, channels fastest as in {@link pixels}. */
function emit(graph: GraphBuilder, x: string): string {
  const last = graph.add("Transpose", [x], { perm: { ints: [0, 2, 3, 1] } });
  const flat = graph.add("Flatten", [last], { axis: { int: 1 } });
  return graph.add("Sub", [flat, graph.add("ReduceMean", [flat], { axes: { ints: [1] }, keepdims: { int: 1 } })]);
}
