/**
 * A batch's samples and their own classes: the cosines, and what a head makes of them.
 *
 * @module
 */
import { inverseRowNorms } from "../tensor/kernels/class_logits.ts";
import { gatherRows } from "../tensor/kernels/class_rows.ts";
import { type Scalar, type Tensor, type Tensor1D, type Tensor2D, tf } from "../tensor/tf.ts";
import { gatherTargets } from "./class_chunks.ts";
import type { ClassLogits, Margined } from "./class_logits.ts";
import type { ClassBatch } from "./class_loop.ts";
import { nearestCentres } from "./class_passes.ts";

/** Embeddings as the logits take them. */
export interface Rows {
  /** `1 / ‖x‖`, shape `[batch]`. */
  readonly inverse: Tensor1D;
  /** `x̂`, or `x` where embeddings keep their length, shape `[batch, d]`. */
  readonly unit: Tensor2D;
}

/** Own logits of a batch. */
export interface OwnLogits {
  /** Cosine to the own class, shape `[batch]`. */
  readonly cosine: Tensor1D;
  /** Sine of the angle to it, shape `[batch]`. */
  readonly sine: Tensor1D;
  /** Logit of the own class, shape `[batch]`. */
  readonly logit: Tensor;
  /** What the margin made of the batch. */
  readonly margined: Margined;
}

/** Embeddings at unit length, or as they are, with their inverse lengths. */
export function rowsOf({ normalised, keepsLength }: ClassLogits, { embeddings }: ClassBatch): Rows {
  const inverse = inverseRowNorms(embeddings);
  const unit = normalised && !keepsLength ? tf.mul(embeddings, tf.expandDims(inverse, 1)) : embeddings;
  return { inverse, unit: unit as Tensor2D };
}

/**
 * Cosine and logit of each sample's own class.
 *
 * @param others See `OwnClass.others`.
 */
export function ownLogits(
  logits: ClassLogits,
  batch: ClassBatch,
  rows: Rows,
  others: (scale: Scalar) => Tensor2D,
): OwnLogits {
  const { normalised, keepsLength, s, margin, offsetSign = 1 } = logits,
    { embeddings, labels, classes, bias, offset, step } = batch;
  const { product, lengths, own } = ownProducts(logits, batch, rows);
  const scaled = (normalised ? tf.mul(product, lengths) : product) as Tensor1D;
  const cosine =
    (normalised && !keepsLength
      ? scaled
      : tf.mul(scaled, normalised ? rows.inverse : tf.mul(lengths, rows.inverse))) as Tensor1D;
  const sine = sineTo(embeddings, rows.inverse, { own, lengths, cosine });
  const length = () => tf.reciprocal(rows.inverse);
  const margined = margin?.({ cosine, sine, length, labels: classes, step, others }) ?? {};
  let logit: Tensor = tf.mul(margined.target?.value ?? scaled, margined.scale ?? s);
  if (bias) logit = tf.add(logit, gatherRows(bias, labels));
  if (offset) logit = tf.add(logit, tf.mul(offset, offsetSign));
  return { cosine, sine, logit, margined };
}

/** Sine of the angles between rows and others: the length of `x̂ − c ŵ`. */
export function sineTo(
  rows: Tensor2D,
  inverse: Tensor1D,
  { own, lengths, cosine }: { readonly own: Tensor; readonly lengths: Tensor; readonly cosine: Tensor },
): Tensor1D {
  return tf.tidy(() => {
    const column = (x: Tensor) => tf.expandDims(x, 1);
    const across = tf.sub(tf.mul(rows, column(inverse)), tf.mul(own, column(tf.mul(lengths, cosine))));
    return tf.sqrt(tf.sum(tf.square(across), 1)) as Tensor1D;
  });
}

/** The own class weight, the product with it and its inverse length; of several centres, those of the nearest. */
function ownProducts(
  { centres = 1 }: ClassLogits,
  { embeddings, labels, shards }: ClassBatch,
  { unit }: Rows,
): { product: Tensor; lengths: Tensor; own: Tensor } {
  if (centres === 1) {
    const own = gatherTargets(shards, labels);
    return { product: tf.sum(tf.mul(unit, own), 1), lengths: inverseRowNorms(own), own };
  }
  const [batch, d] = embeddings.shape;
  const first = tf.expandDims(tf.mul(labels, tf.scalar(centres, "int32")), 1);
  const places = tf.reshape(tf.add(first, tf.range(0, centres, 1, "int32")), [-1]) as Tensor1D;
  const rows = gatherTargets(shards, places), all = tf.reshape(rows, [batch, centres, d]);
  const lengths = tf.reshape(inverseRowNorms(rows), [batch, centres]);
  const products = tf.sum(tf.mul(tf.expandDims(unit, 1), all), 2);
  const winners = nearestCentres(tf.mul(products, lengths)), pick = (x: Tensor) => tf.sum(tf.mul(x, winners), 1);
  const own = tf.sum(tf.mul(all, tf.expandDims(winners, 2)), 1);
  return { product: pick(products), lengths: pick(lengths), own };
}
