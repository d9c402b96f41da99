/**
 * What every head has: class weights, one-hot targets with the check of its batch, and a tidy of its own.
 *
 * @module
 */
import { type Parameter, parameter } from "../tensor/parameter.ts";
import { type Tensor1D, type Tensor2D, tf } from "../tensor/tf.ts";
import type { HeadContext, HeadOutput } from "./head.ts";

/** Standard deviation of the initial class weights, as in the paper's own code. */
const DEVIATION = 0.01;

/** Class weights `W`, shape `[classes, d]`, drawn from N(0, 0.01) by the stream `head.weight`. */
export function classWeights({ classes, embedding, random }: HeadContext): Parameter {
  const stream = random.fork("head.weight");
  const values = Float32Array.from({ length: classes * embedding }, () => DEVIATION * stream.normal());
  return parameter("head.weight", values, { shape: [classes, embedding], role: "class" });
}

/**
 * One-hot rows of the labels, shape `[batch, classes]`; the caller disposes them.
 *
 * @throws {TypeError} if embeddings and labels are not of the shapes and type that the head was made for.
 */
export function oneHotTargets(embeddings: Tensor2D, labels: Tensor1D, context: HeadContext): Tensor2D {
  const { embedding, classes } = context;
  if (embeddings.rank !== 2 || embeddings.shape[1] !== embedding) {
    throw new TypeError(
      `Cannot compute the loss: found embeddings of shape [${embeddings.shape}], wanted [batch, ${embedding}]`,
    );
  }
  if (labels.rank !== 1 || labels.shape[0] !== embeddings.shape[0] || labels.dtype !== "int32") {
    throw new TypeError(
      `Cannot compute the loss: found ${labels.dtype} labels of shape [${labels.shape}], ` +
        `wanted int32 labels of shape [${embeddings.shape[0]}]`,
    );
  }
  // tfjs's WASM backend writes integer bits when asked for a float32 one-hot.
  return tf.cast(tf.oneHot(labels, classes), "float32") as Tensor2D;
}

/** Runs a head's computation and frees every tensor but those of the output. */
export function tidyOutput(compute: () => HeadOutput): HeadOutput {
  let output: HeadOutput | undefined;
  tf.tidy(() => {
    output = compute();
    return [output.loss, ...Object.values(output.statistics)];
  });
  return output!;
}
