/**
 * The two passes over the logits of a chunk of classes: by the kernels, or, for heads that change the other logits, have
 * several centres a class or sum binary cross-entropies, composed of plain operations.
 *
 * @module
 */
import {
  type ClassChunk,
  classGradient,
  type ClassPull,
  classStatistics,
  LOWEST,
} from "../tensor/kernels/class_logits.ts";
import { type Tensor, type Tensor1D, type Tensor2D, tf } from "../tensor/tf.ts";
import { ownColumns } from "./class_chunks.ts";
import type { ClassLogits, OtherLogits } from "./class_logits.ts";

/** A chunk of classes, as the passes see it. */
export interface PassChunk extends ClassChunk {
  /** What becomes of the cosines; absent for the cosines themselves. */
  readonly others?: OtherLogits | undefined;
  /** Added to every logit, shape `[1]`. */
  readonly offset?: Tensor | undefined;
}

/** The passes over a chunk; the caller tidies. */
export interface ClassPasses {
  /** Sums over all classes but the own, of this chunk and those before it, shape `[batch, columns]`. */
  statistics(chunk: PassChunk, before?: Tensor2D): Tensor2D;
  /** Gradient in the raw products, and in the logits of the other classes, added up, where there is an offset. */
  gradient(chunk: PassChunk, pull: ClassPull): { readonly products: Tensor2D; readonly offset?: Tensor };
}

const kernels: ClassPasses = {
  statistics: classStatistics,
  gradient: (chunk, pull) => ({ products: classGradient(chunk, pull) }),
};

/** Whether a head's passes are composed, and so hold many times a cut's logits. */
export function isComposed({ centres = 1, binary }: ClassLogits, others: OtherLogits | undefined): boolean {
  return centres > 1 || binary !== undefined || others !== undefined;
}

/** The passes that a head needs. */
export function passesOf(logits: ClassLogits, others: OtherLogits | undefined): ClassPasses {
  if (!isComposed(logits, others)) return kernels;
  const { centres = 1, binary } = logits;
  return {
    statistics(chunk, before) {
      const { z, own } = logitsOf(chunk, centres);
      const found = binary ? sumOfSoftplus(z, own) : logSumExp(z, own);
      if (!before) return found;
      return binary ? tf.add(before, found) : joinLogSumExp(before, found);
    },
    gradient(chunk, { logSumExp, weight, target }) {
      const { z, slope, own, winners } = logitsOf(chunk, centres);
      const share = binary
        ? tf.mul(tf.sigmoid(z), binary.negative)
        : tf.exp(tf.minimum(tf.sub(z, tf.expandDims(logSumExp, 1)), 0));
      const inLogits = tf.mul(tf.mul(share, tf.expandDims(weight, 1)), tf.sub(1, own));
      const inCosines = tf.mul(
        tf.add(slope ? tf.mul(inLogits, slope) : inLogits, tf.mul(own, tf.expandDims(target, 1))),
        chunk.s,
      );
      const spread = winners ? spreadOver(winners, inCosines) : inCosines;
      const products = tf.mul(spread, chunk.inverse) as Tensor2D;
      return { products, ...chunk.offset ? { offset: tf.reshape(tf.sum(tf.sum(inLogits, 1)), [1]) } : {} };
    },
  };
}

/** Logits of a chunk with their derivative in the cosine, and 1 in each sample's own column. */
function logitsOf(chunk: PassChunk, centres: number): { z: Tensor; slope?: Tensor; own: Tensor; winners?: Tensor } {
  const { products, inverse, bias, labels, first, s, others, offset } = chunk;
  const all = tf.mul(products, inverse);
  const [batch, rows] = products.shape, n = rows / centres;
  const winners = centres === 1 ? undefined : nearestCentres(tf.reshape(all, [batch, n, centres]));
  const cosine = winners ? tf.sum(tf.mul(tf.reshape(all, [batch, n, centres]), winners), 2) : all;
  const made = others?.apply(cosine as Tensor2D, others.context);
  let z: Tensor = tf.mul(made?.value ?? cosine, s);
  if (bias) z = tf.add(z, bias);
  if (offset) z = tf.add(z, offset);
  const own = ownColumns(labels, { first: first / centres, count: n });
  return { z, ...made ? { slope: made.slope } : {}, own, ...winners ? { winners } : {} };
}

/** 1 at the nearest centre of each class (the first, where several are as near), else 0; shape `[…, centres]`. */
export function nearestCentres(cosines: Tensor): Tensor {
  const nearest = tf.argMax(cosines, -1);
  return tf.cast(tf.oneHot(nearest as Tensor1D, cosines.shape.at(-1)!), "float32");
}

/** Gradients of classes handed to their nearest centres, shape `[batch, classes · centres]`. */
function spreadOver(winners: Tensor, gradient: Tensor): Tensor {
  return tf.reshape(tf.mul(winners, tf.expandDims(gradient, 2)), [gradient.shape[0]!, -1]);
}

function logSumExp(z: Tensor, own: Tensor): Tensor2D {
  const masked = tf.add(z, tf.mul(own, LOWEST / 2));
  const max = tf.max(masked, 1, true);
  return tf.concat([max, tf.sum(tf.mul(tf.exp(tf.sub(masked, max)), tf.sub(1, own)), 1, true)], 1) as Tensor2D;
}

function joinLogSumExp(a: Tensor2D, b: Tensor2D): Tensor2D {
  const [maxA, sumA] = tf.split(a, 2, 1) as [Tensor2D, Tensor2D],
    [maxB, sumB] = tf.split(b, 2, 1) as [
      Tensor2D,
      Tensor2D,
    ];
  const top = tf.maximum(maxA, maxB), scaled = (max: Tensor, sum: Tensor) => tf.mul(sum, tf.exp(tf.sub(max, top)));
  return tf.concat([top, tf.add(scaled(maxA, sumA), scaled(maxB, sumB))], 1) as Tensor2D;
}

function sumOfSoftplus(z: Tensor, own: Tensor): Tensor2D {
  return tf.sum(tf.mul(exactSoftplus(z), tf.sub(1, own)), 1, true) as Tensor2D;
}

/** {@link softplus} with all its digits where it is tiny: a million of them add up, and tfjs's log1p is log(1 + x). */
export function exactSoftplus<T extends Tensor>(x: T): T {
  const e = tf.exp(tf.neg(tf.abs(x)));
  const series = tf.mul(e, tf.sub(1, tf.mul(e, tf.sub(0.5, tf.div(e, 3)))));
  return tf.add(tf.relu(x), tf.where(tf.less(e, 1e-2), series, tf.log(tf.add(e, 1)))) as unknown as T;
}

/** `log(1 + e^x)`, however large or small. */
export function softplus<T extends Tensor>(x: T): T {
  return tf.add(tf.relu(x), tf.log1p(tf.exp(tf.neg(tf.abs(x))))) as unknown as T;
}
