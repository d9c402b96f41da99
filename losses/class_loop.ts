/**
 * Softmax cross-entropy over many classes, chunk by chunk: at no time are there more logits than a chunk's.
 *
 * Forward: the target's cosine by gathering its class weight, then the log-sum-exp of all others chunk by chunk.
 * Backward: each chunk's products again, their softmax from the log-sum-exp, the gradients of both sides. Where all
 * products fit the budget, they are kept instead of computed again.
 *
 * @module
 */
import {
  type ClassChunk,
  classGradient,
  classStatistics,
  columnSums,
  inverseRowNorms,
  tangentRows,
} from "../tensor/kernels/class_logits.ts";
import { gatherRows } from "../tensor/kernels/class_rows.ts";
import { type Scalar, type Tensor, type Tensor1D, type Tensor2D, tf } from "../tensor/tf.ts";
import { angleOf, tensors } from "./algebra.ts";
import { type Cut, cutsOf, fits, gatherTargets, joined, weightsOf } from "./class_chunks.ts";
import type { Shard } from "./class_weights.ts";

/** The target's logit as a head makes it. */
export interface TargetLogit {
  /** Logit, divided by `s`, shape `[batch]`. */
  readonly value: Tensor1D;
  /** What is passed on as its derivative in the target's cosine, shape `[batch]`. */
  readonly slope: Tensor1D;
  /** Scalars worth logging. */
  readonly statistics: Readonly<Record<string, Scalar>>;
}

/** What makes a head of the loop: all that heads differ in. */
export interface ClassLogits {
  /** Whether embeddings and class weights are taken at unit length. */
  readonly normalised: boolean;
  /** Scale `s` of the logits. */
  readonly s: number;
  /**
   * A margin: the target's logit from its cosine and from the embedding's length, both of shape `[batch]`, in closed
   * form; no gradient is taken through it. For normalised heads only.
   */
  readonly target?: (point: { readonly cosine: Tensor1D; readonly length: () => Tensor1D }) => TargetLogit;
  /** Logits that may be held at once, by default 8 Mi. */
  readonly budget?: number;
}

/** What the loop works on. */
export interface ClassBatch {
  /** Embeddings, shape `[batch, d]`. */
  readonly embeddings: Tensor2D;
  /** Class of each, int32, shape `[batch]`. */
  readonly labels: Tensor1D;
  /** Class weights. */
  readonly shards: readonly Shard[];
  /** A bias for each class, shape `[classes]`. */
  readonly bias?: Tensor1D | undefined;
}

/** What the backward pass needs besides the batch; the caller frees `tensors`. */
export interface ClassForward {
  /** Mean loss, shape `[]`. */
  readonly loss: Scalar;
  /** Scalars worth logging. */
  readonly statistics: Readonly<Record<string, Scalar>>;
  /** Everything else, in an order that {@link classBackward} knows. */
  readonly tensors: readonly Tensor[];
}

/** Gradients of the loop's inputs; the caller disposes them. */
export interface ClassGradients {
  /** Shape `[batch, d]`. */
  readonly embeddings: Tensor2D;
  /** One a shard, of its shape. */
  readonly shards: readonly Tensor2D[];
  /** Shape `[classes]`, if there is a bias. */
  readonly bias?: Tensor1D;
}

/** Loss and statistics; to be called inside a `tf.tidy`. */
export function classForward(logits: ClassLogits, batch: ClassBatch): ClassForward {
  const inverse = inverseRowNorms(batch.embeddings);
  const unit = logits.normalised ? tf.mul(batch.embeddings, tf.expandDims(inverse, 1)) as Tensor2D : batch.embeddings;
  const { cosine, logit, target } = ownLogits(logits, batch, { inverse, unit });
  const { statistics, kept } = scanOthers(logits, batch, unit);
  const [max, sum] = tf.unstack(statistics, 1) as [Tensor1D, Tensor1D];
  // How far all others together are above the target: the loss is softplus of it, however large or small.
  const lead = tf.sub(tf.add(max, tf.log(sum)), logit);
  const losses = tf.add(tf.relu(lead), tf.log1p(tf.exp(tf.neg(tf.abs(lead)))));
  const missing = tf.neg(tf.sigmoid(lead));
  const pull = target ? tf.mul(missing, target.slope) : missing;
  return {
    loss: tf.mean(losses) as Scalar,
    statistics: { targetAngle: tf.mean(angleOf(tensors, cosine)) as Scalar, ...target?.statistics },
    tensors: [inverse, unit, tf.add(logit, losses), pull, ...kept],
  };
}

/** Cosine and logit of each sample's own class. */
function ownLogits(
  { normalised, s, target: margin }: ClassLogits,
  { labels, shards, bias }: ClassBatch,
  { inverse, unit }: { inverse: Tensor1D; unit: Tensor2D },
): { cosine: Tensor1D; logit: Tensor; target: TargetLogit | undefined } {
  const own = gatherTargets(shards, labels), lengths = inverseRowNorms(own);
  const product = tf.sum(tf.mul(unit, own), 1);
  const cosine = tf.mul(product, normalised ? lengths : tf.mul(lengths, inverse)) as Tensor1D;
  const target = margin?.({ cosine, length: () => tf.reciprocal(inverse) });
  if (normalised) return { cosine, target, logit: tf.mul(target ? target.value : cosine, s) };
  return { cosine, target, logit: bias ? tf.add(product, gatherRows(bias, labels)) : product };
}

/** Statistics of all other classes, and what each chunk keeps: inverse lengths and, if they fit, products. */
function scanOthers(
  logits: ClassLogits,
  batch: ClassBatch,
  unit: Tensor2D,
): { statistics: Tensor2D; kept: readonly Tensor[] } {
  const classes = classesOf(logits, batch), kept: Tensor[] = [];
  let statistics: Tensor2D | undefined;
  for (const cut of cutsOf(classes)) {
    const weights = weightsOf(cut), before = statistics;
    const inverse = logits.normalised ? inverseRowNorms(weights) : tf.ones([cut.count]) as Tensor1D;
    const products = tf.matMul(unit, weights, false, true) as Tensor2D;
    statistics = classStatistics(chunkOf(logits, batch, cut, { products, inverse }), before);
    kept.push(inverse);
    if (fits(classes)) kept.push(products);
    else products.dispose();
    before?.dispose();
    if (weights !== cut.shard.weights) weights.dispose();
  }
  return { statistics: statistics!, kept };
}

/**
 * Gradients of all inputs.
 *
 * @param saved What the forward pass gave as `tensors`.
 * @param gradient Gradient of the total in the mean loss, shape `[]`.
 */
export function classBackward(
  logits: ClassLogits,
  batch: ClassBatch,
  { saved, gradient }: { saved: readonly Tensor[]; gradient: Tensor },
): ClassGradients {
  const { embeddings, bias } = batch, size = embeddings.shape[0], classes = classesOf(logits, batch);
  const [inverse, unit, logSumExp, pull, ...kept] = saved as [Tensor1D, Tensor2D, Tensor1D, Tensor1D, ...Tensor[]];
  const weight = tf.tidy(() => tf.mul(tf.ones([size]), tf.div(gradient, size))) as Tensor1D;
  const target = tf.mul(pull, weight) as Tensor1D;
  const rows = new Map<Shard, Tensor2D[]>(batch.shards.map((shard) => [shard, []])), biases: Tensor1D[] = [];
  let sum: Tensor2D | undefined;
  for (const cut of cutsOf(classes)) {
    const inverses = kept.shift() as Tensor1D, products = fits(classes) ? kept.shift() as Tensor2D : undefined;
    const before = sum;
    const pulled = tf.tidy(() => {
      const weights = weightsOf(cut), raw = products ?? tf.matMul(unit, weights, false, true) as Tensor2D;
      const chunk = chunkOf(logits, batch, cut, { products: raw, inverse: inverses });
      const d = classGradient(chunk, { logSumExp, weight, target });
      const own = tf.matMul(d, weights) as Tensor2D, theirs = tf.matMul(d, unit, true) as Tensor2D;
      return {
        unit: before ? tf.add(before, own) as Tensor2D : own,
        rows: logits.normalised ? tangentRows(theirs, weights, inverses) : theirs,
        ...bias ? { bias: columnSums(d) } : {},
      };
    });
    before?.dispose();
    sum = pulled.unit;
    rows.get(cut.shard)!.push(pulled.rows);
    if (pulled.bias) biases.push(pulled.bias);
  }
  const shards = batch.shards.map((shard) => joined(rows.get(shard)!, shard));
  const through = tf.tidy(() => {
    if (!logits.normalised) return tf.clone(sum!);
    return tangentRows(tf.mul(sum!, tf.expandDims(inverse, 1)), embeddings, inverse);
  });
  tf.dispose([weight, target, sum!]);
  return { embeddings: through, shards, ...bias ? { bias: joined(biases) } : {} };
}

function classesOf({ budget }: ClassLogits, { embeddings, shards }: ClassBatch) {
  return { batch: embeddings.shape[0], shards, budget };
}

function chunkOf(
  { s }: ClassLogits,
  { labels, bias, shards }: ClassBatch,
  { shard, from, count }: Cut,
  { products, inverse }: { products: Tensor2D; inverse: Tensor1D },
): ClassChunk {
  const first = shard.first + from;
  const whole = shards.length === 1 && count === shard.weights.shape[0];
  return { products, inverse, labels, first, s, bias: bias && !whole ? tf.slice(bias, first, count) : bias };
}
