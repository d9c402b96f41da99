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
  classGradient,
  classStatistics,
  columnSums,
  inverseRowNorms,
  tangentRows,
} from "../tensor/kernels/class_logits.ts";
import { gatherRows } from "../tensor/kernels/class_rows.ts";
import { type Scalar, type Tensor, type Tensor1D, type Tensor2D, tf } from "../tensor/tf.ts";
import { angleOf, tensors } from "./algebra.ts";
import type { Shard } from "./class_weights.ts";

/** Logits that may be held at once: 32 MiB. */
const BUDGET = 2 ** 23;

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
  /** Logits that may be held at once, by default {@link BUDGET}. */
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

/** Some rows of a shard. */
interface Cut {
  readonly shard: Shard;
  readonly from: number;
  readonly count: number;
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
  const { embeddings, labels, shards, bias } = batch, { normalised, s } = logits;
  const inverse = inverseRowNorms(embeddings);
  const unit = normalised ? tf.mul(embeddings, tf.expandDims(inverse, 1)) as Tensor2D : embeddings;
  const own = gatherTargets(shards, labels);
  const product = tf.sum(tf.mul(unit, own), 1);
  const lengths = inverseRowNorms(own);
  const cosine = tf.mul(product, normalised ? lengths : tf.mul(lengths, inverse)) as Tensor1D;
  const target = logits.target?.({ cosine, length: () => tf.reciprocal(inverse) });
  const plain = normalised ? tf.mul(cosine, s) : bias ? tf.add(product, gatherRows(bias, labels)) : product;
  const logit = target ? tf.mul(target.value, s) : plain;

  const kept: Tensor[] = [], keepProducts = fits(logits, batch);
  let running: Tensor2D | undefined;
  for (const cut of cutsOf(logits, batch)) {
    const weights = weightsOf(cut);
    const inverses = normalised ? inverseRowNorms(weights) : tf.ones([cut.count]) as Tensor1D;
    const products = tf.matMul(unit, weights, false, true) as Tensor2D;
    const before = running;
    running = classStatistics(chunkOf(logits, batch, cut, { products, inverse: inverses }), before);
    kept.push(inverses);
    if (keepProducts) kept.push(products);
    else products.dispose();
    before?.dispose();
    if (weights !== cut.shard.weights) weights.dispose();
  }

  const [max, sum] = tf.unstack(running!, 1) as [Tensor1D, Tensor1D];
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
  const { embeddings, bias } = batch, size = embeddings.shape[0];
  const [inverse, unit, logSumExp, pull, ...kept] = saved as [Tensor1D, Tensor2D, Tensor1D, Tensor1D, ...Tensor[]];
  const weight = tf.tidy(() => tf.mul(tf.ones([size]), tf.div(gradient, size))) as Tensor1D;
  const target = tf.mul(pull, weight) as Tensor1D;
  const keepProducts = fits(logits, batch), parts = new Map<Shard, Tensor2D[]>(), biases: Tensor1D[] = [];
  let unitGradient: Tensor2D | undefined;
  for (const cut of cutsOf(logits, batch)) {
    const inverses = kept.shift() as Tensor1D, products = keepProducts ? kept.shift() as Tensor2D : undefined;
    const before = unitGradient;
    const [sum, rows, biasRows] = tf.tidy(() => {
      const weights = weightsOf(cut);
      const chunk = chunkOf(logits, batch, cut, {
        products: products ?? tf.matMul(unit, weights, false, true) as Tensor2D,
        inverse: inverses,
      });
      const pulled = classGradient(chunk, { logSumExp, weight, target });
      const added = tf.matMul(pulled, weights) as Tensor2D;
      const rows = tf.matMul(pulled, unit, true) as Tensor2D;
      return [
        before ? tf.add(before, added) : added,
        logits.normalised ? tangentRows(rows, weights, inverses) : rows,
        ...bias ? [columnSums(pulled)] : [],
      ] as [Tensor2D, Tensor2D, Tensor1D?];
    });
    before?.dispose();
    unitGradient = sum;
    parts.set(cut.shard, [...parts.get(cut.shard) ?? [], rows]);
    if (biasRows) biases.push(biasRows);
  }
  const shards = batch.shards.map((shard) => joined(parts.get(shard) ?? [], shard));
  const embeddingGradient = tf.tidy(() => {
    if (!logits.normalised) return tf.clone(unitGradient!);
    return tangentRows(tf.mul(unitGradient!, tf.expandDims(inverse, 1)), embeddings, inverse);
  });
  tf.dispose([weight, target, unitGradient!]);
  return { embeddings: embeddingGradient, shards, ...bias ? { bias: joined(biases) } : {} };
}

/** The pieces of one tensor put together, and freed. */
function joined<T extends Tensor1D | Tensor2D>(pieces: readonly T[], shard?: Shard): T {
  if (pieces.length === 0) return tf.zeros(shard!.weights.shape) as T;
  if (pieces.length === 1) return pieces[0]!;
  const whole = tf.concat(pieces as unknown as Tensor2D[], 0) as unknown as T;
  tf.dispose(pieces as T[]);
  return whole;
}

/** Whether the products of all classes fit the budget. */
function fits({ budget = BUDGET }: ClassLogits, { embeddings, shards }: ClassBatch): boolean {
  return shards.reduce((sum, { weights }) => sum + weights.shape[0], 0) * embeddings.shape[0] <= budget;
}

/** Each shard in the fewest parts of about equal size whose products fit the budget. */
function cutsOf({ budget = BUDGET }: ClassLogits, { embeddings, shards }: ClassBatch): Cut[] {
  const most = Math.max(1, Math.floor(budget / embeddings.shape[0]));
  return shards.flatMap((shard) => {
    const rows = shard.weights.shape[0], count = Math.ceil(rows / Math.max(1, Math.ceil(rows / most)));
    const cuts: Cut[] = [];
    for (let from = 0; from < rows; from += count) cuts.push({ shard, from, count: Math.min(count, rows - from) });
    return cuts;
  });
}

/** A copy of the rows, or the shard itself where they are all. */
function weightsOf({ shard: { weights }, from, count }: Cut): Tensor2D {
  return count === weights.shape[0] ? weights : tf.slice(weights, [from, 0], [count, -1]);
}

function chunkOf(
  { s }: ClassLogits,
  { labels, bias, shards }: ClassBatch,
  { shard, from, count }: Cut,
  { products, inverse }: { products: Tensor2D; inverse: Tensor1D },
) {
  const first = shard.first + from;
  const whole = shards.length === 1 && count === shard.weights.shape[0];
  return { products, inverse, labels, first, s, bias: bias && !whole ? tf.slice(bias, first, count) : bias };
}

/** The class weight of each sample, shape `[batch, d]`. */
function gatherTargets(shards: readonly Shard[], labels: Tensor1D): Tensor2D {
  if (shards.length === 1) return gatherRows(shards[0]!.weights, labels);
  const classes = tf.cast(labels, "float32");
  return shards.filter(({ weights }) => weights.size > 0).map(({ weights, first }) =>
    tf.tidy(() => {
      const place = tf.sub(classes, first), last = weights.shape[0] - 1;
      const nearest = tf.clipByValue(place, 0, last);
      const inside = tf.cast(tf.equal(place, nearest), "float32");
      const rows = gatherRows(weights, tf.cast(nearest, "int32") as Tensor1D);
      return tf.mul(rows, tf.expandDims(inside, 1)) as Tensor2D;
    })
  ).reduce((sum, rows) => tf.add(sum, rows));
}
