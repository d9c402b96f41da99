/**
 * What every head has: a check of its batch, and a tidy of its own.
 *
 * @module
 */
import { type Tensor1D, type Tensor2D, tf } from "../tensor/tf.ts";
import type { HeadContext, HeadOutput } from "./head.ts";

/**
 * Checks what a head is given.
 *
 * @throws {TypeError} if embeddings and labels are not of the shapes and type that the head was made for.
 */
export function checkBatch(embeddings: Tensor2D, labels: Tensor1D, { embedding }: HeadContext): void {
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
}

/** Runs a head's computation and frees every tensor but those of the output. */
export function tidyOutput(compute: () => HeadOutput): HeadOutput {
  let output: HeadOutput | undefined;
  tf.tidy(() => {
    output = compute();
    return [output.loss, ...Object.values(output.statistics), ...output.angles ? [output.angles] : []];
  });
  return output!;
}
