/**
 * Softmax: the linear classifier that margins are compared with.
 *
 * @module
 */
import { z } from "zod";
import { disposeParameters, parameter } from "../tensor/parameter.ts";
import { type Scalar, type Tensor1D, type Tensor2D, tf } from "../tensor/tf.ts";
import { angleOf, tensors } from "./algebra.ts";
import { crossEntropy } from "./cross_entropy.ts";
import { defineHead, type Head, type HeadContext, type HeadPlugin } from "./head.ts";
import { addBias, rowNorms, rowProducts } from "./linear.ts";
import { classWeights, oneHotTargets, tidyOutput } from "./parts.ts";

/** Logits `W_jᵀ x + b_j` of unnormalised features; equation 1 of J. Deng et al., https://arxiv.org/abs/1801.07698. */
export const softmax: HeadPlugin = defineHead({
  name: "softmax",
  version: "1.0.0",
  summary: "Plain softmax with bias, on unnormalised features",
  reference: "https://arxiv.org/abs/1801.07698",
  formula: "z_j = W_j·x + b_j",
  params: z.strictObject({}),
  create: (_, context) => createSoftmax(context),
  size: (_, { classes, embedding }) => classes * embedding + classes,
});

function createSoftmax(context: HeadContext): Head {
  const weight = classWeights(context);
  const bias = parameter("head.bias", new Float32Array(context.classes), { shape: [context.classes], role: "bias" });
  const variable = weight.variable as Tensor2D;
  return {
    parameters: [weight, bias],
    loss: (embeddings, labels) =>
      tidyOutput(() => {
        const target = oneHotTargets(embeddings, labels, context);
        const products = rowProducts(embeddings, variable);
        const loss = crossEntropy(addBias(products, bias.variable as Tensor1D), target);
        const targetAngle = meanTargetAngle(embeddings, variable, tf.sum(tf.mul(products, target), 1, true), target);
        return { loss, statistics: { targetAngle } };
      }),
    dispose: () => disposeParameters([weight, bias]),
  };
}

/** Mean angle between each embedding and the weight of its class, radians; `dot` is their product, `[batch, 1]`. */
function meanTargetAngle(embeddings: Tensor2D, weights: Tensor2D, dot: Tensor2D, target: Tensor2D): Scalar {
  const lengths = tf.mul(rowNorms(embeddings), tf.matMul(target, rowNorms(weights)));
  return tf.mean(angleOf(tensors, tf.div(dot, tf.maximum(lengths, 1e-12)))) as Scalar;
}
