/**
 * The loss over many classes, chunk by chunk: at no time are there more logits than a chunk's.
 *
 * Forward: the target's cosine by gathering its class weight, then what the loss sums over all others (the log-sum-exp
 * of softmax, or binary cross-entropies) chunk by chunk. Backward: each chunk's products again, the gradients of both
 * sides. Where all products fit the budget, they are kept instead of computed again.
 *
 * @module
 */
import { columnSums, inverseRowNorms, tangentRows } from "../tensor/kernels/class_logits.ts";
import { type Scalar, type Tensor, type Tensor1D, type Tensor2D, tf } from "../tensor/tf.ts";
import { COMPOSED_SHARE, type Cut, cutsOf, fits, joined, weightsOf } from "./class_chunks.ts";
import type { ClassLogits, OtherLogits } from "./class_logits.ts";
import { ownLogits, rowsOf } from "./class_own.ts";
import { exactSoftplus, isComposed, type PassChunk, passesOf, softplus } from "./class_passes.ts";
import type { Shard } from "./class_weights.ts";
import type { HeadStep } from "./head.ts";

/** What the loop works on. */
export interface ClassBatch {
  /** Embeddings, shape `[batch, d]`. */
  readonly embeddings: Tensor2D;
  /** Class of each among the class weights, int32, shape `[batch]`. */
  readonly labels: Tensor1D;
  /** Class of each as the data counts them, int32, shape `[batch]`. */
  readonly classes: Tensor1D;
  /** Class weights. */
  readonly shards: readonly Shard[];
  /** A bias for each class, shape `[classes]`. */
  readonly bias?: Tensor1D | undefined;
  /** One offset of all logits, shape `[1]`. */
  readonly offset?: Tensor1D | undefined;
  /** The step, for margins with a state. */
  readonly step?: HeadStep | undefined;
}

/** What the backward pass needs besides the batch. */
export interface ClassSaved {
  /** `1 / ‖x‖`. */
  readonly inverse: Tensor;
  /** Embeddings as the logits take them. */
  readonly unit: Tensor;
  /** Log-sum-exp over all classes; of binary losses anything. */
  readonly logSumExp: Tensor;
  /** Gradient of each sample's loss in its own logit. */
  readonly missing: Tensor;
  /** The same in its own product, before the scale. */
  readonly pull: Tensor;
  /** Gradient of each sample's loss in its embedding's length beyond that in the products. */
  readonly radial?: Tensor;
  /** Scale in place of `s`. */
  readonly scale?: Tensor;
  /** What the other logits need. */
  readonly context: readonly Tensor[];
  /** Of each chunk: inverse lengths and, if they fit, products. */
  readonly chunks: readonly Tensor[];
}

/** What the forward pass gives. */
export interface ClassForward {
  /** Mean loss, shape `[]`. */
  readonly loss: Scalar;
  /** Scalars worth logging. */
  readonly statistics: Readonly<Record<string, Scalar>>;
  /** Angle to the own class, in radians, shape `[batch]`. */
  readonly angles: Tensor1D;
  /** What becomes of the other cosines. */
  readonly others: OtherLogits | undefined;
  /** For the backward pass. */
  readonly saved: ClassSaved;
}

/** Gradients of the loop's inputs; the caller disposes them. */
export interface ClassGradients {
  /** Shape `[batch, d]`. */
  readonly embeddings: Tensor2D;
  /** One a shard, of its shape. */
  readonly shards: readonly Tensor2D[];
  /** Shape `[classes]`, if there is a bias. */
  readonly bias?: Tensor1D;
  /** Shape `[1]`, if there is an offset. */
  readonly offset?: Tensor;
}

/** Loss and statistics; to be called inside a `tf.tidy`. */
export function classForward(logits: ClassLogits, batch: ClassBatch): ClassForward {
  const { factor = 1, binary, s } = logits, rows = rowsOf(logits, batch);
  const plain = (scale: Scalar) => {
    const { statistics, kept } = scanOthers({ ...logits, s: 1 }, batch, { unit: rows.unit, scale });
    tf.dispose([...kept]);
    return statistics;
  };
  const { cosine, sine, logit, margined } = ownLogits(logits, batch, rows, plain);
  const { target, others, scale, penalty } = margined;
  const { statistics, kept } = scanOthers(logits, batch, { unit: rows.unit, scale, others });
  const { losses, missing, logSumExp } = binary ? sumLoss(logit, statistics, binary) : softmaxLoss(logit, statistics);
  const inLength = target?.radial && tf.mul(tf.mul(missing, target.radial), scale ?? s);
  const slope = penalty && tf.div(penalty.slope, factor);
  const radial = inLength && slope ? tf.add(inLength, slope) : inLength ?? slope;
  const mean = tf.mean(losses), angles = tf.atan2(sine, cosine) as Tensor1D;
  const scaled = factor === 1 ? mean : tf.mul(mean, factor);
  return {
    loss: (penalty ? tf.add(scaled, tf.mean(penalty.value)) : scaled) as Scalar,
    statistics: { targetAngle: tf.mean(angles) as Scalar, ...margined.statistics },
    angles,
    others,
    saved: {
      ...rows,
      logSumExp,
      missing,
      pull: target ? tf.mul(missing, target.slope) : missing,
      ...radial ? { radial } : {},
      ...scale ? { scale } : {},
      context: others?.context ?? [],
      chunks: kept,
    },
  };
}

/** Loss of each sample and its derivative in the own logit. */
interface Losses {
  readonly losses: Tensor;
  readonly missing: Tensor;
  readonly logSumExp: Tensor;
}

function softmaxLoss(logit: Tensor, statistics: Tensor2D): Losses {
  const [max, sum] = tf.unstack(statistics, 1) as [Tensor1D, Tensor1D];
  // How far all others together are above the target: the loss is softplus of it, however large or small.
  const lead = tf.sub(tf.add(max, tf.log(sum)), logit), losses = softplus(lead);
  return { losses, missing: tf.neg(tf.sigmoid(lead)), logSumExp: tf.add(logit, losses) };
}

function sumLoss(
  logit: Tensor,
  statistics: Tensor2D,
  { positive, negative }: NonNullable<ClassLogits["binary"]>,
): Losses {
  const against = tf.mul(tf.reshape(statistics, [-1]), negative), minus = tf.neg(logit);
  return {
    losses: tf.add(tf.mul(exactSoftplus(minus), positive), against),
    missing: tf.mul(tf.sigmoid(minus), -positive),
    logSumExp: logit,
  };
}

/** How the others are gone through. */
interface Scan {
  readonly unit: Tensor2D;
  readonly scale?: Scalar | undefined;
  readonly others?: OtherLogits | undefined;
}

/** Statistics of all other classes, and what each chunk keeps: inverse lengths and, if they fit, products. */
function scanOthers(
  logits: ClassLogits,
  batch: ClassBatch,
  { unit, scale, others }: Scan,
): { statistics: Tensor2D; kept: readonly Tensor[] } {
  const classes = classesOf(logits, batch, others), kept: Tensor[] = [], passes = passesOf(logits, others);
  let statistics: Tensor2D | undefined;
  for (const cut of cutsOf(classes)) {
    const weights = weightsOf(cut), before = statistics;
    const inverse = logits.normalised ? inverseRowNorms(weights) : tf.ones([cut.count]) as Tensor1D;
    const products = tf.matMul(unit, weights, false, true) as Tensor2D;
    statistics = tf.tidy(() => {
      const chunk = chunkOf(logits, batch, cut, { products, inverse: scaledBy(inverse, scale), others });
      return passes.statistics(chunk, before);
    });
    kept.push(inverse);
    if (fits(classes)) kept.push(products);
    else products.dispose();
    before?.dispose();
    if (weights !== cut.shard.weights) weights.dispose();
  }
  return { statistics: statistics!, kept };
}

/** What {@link classBackward} is told. */
export interface ClassPullback {
  /** What the forward pass gave as `saved`. */
  readonly saved: ClassSaved;
  /** What it gave as `others`. */
  readonly others: OtherLogits | undefined;
  /** Gradient of the total in the mean loss, shape `[]`. */
  readonly gradient: Tensor;
}

/** Gradients of all inputs. */
export function classBackward(
  logits: ClassLogits,
  batch: ClassBatch,
  { saved, others, gradient }: ClassPullback,
): ClassGradients {
  const { embeddings, bias, offset } = batch, size = embeddings.shape[0], classes = classesOf(logits, batch, others);
  const { inverse, unit, logSumExp, scale } = saved as { [K in keyof ClassSaved]: Tensor2D & Tensor1D & Scalar };
  const { factor = 1, offsetSign = 1 } = logits, kept = [...saved.chunks];
  const weight = tf.tidy(() => tf.mul(tf.ones([size]), tf.mul(gradient, factor / size))) as Tensor1D;
  const target = tf.mul(saved.pull, weight) as Tensor1D, pull = { logSumExp: logSumExp as Tensor1D, weight, target };
  const passes = passesOf(logits, others), mapped = others && { ...others, context: saved.context };
  const rows = new Map<Shard, Tensor2D[]>(batch.shards.map((shard) => [shard, []])), biases: Tensor1D[] = [];
  let sum: Tensor2D | undefined;
  let offsets = offset && tf.tidy(() => tf.reshape(tf.sum(tf.mul(saved.missing, weight)), [1]));
  for (const cut of cutsOf(classes)) {
    const inverses = kept.shift() as Tensor1D, products = fits(classes) ? kept.shift() as Tensor2D : undefined;
    const before = sum, beside = offsets;
    const pulled = tf.tidy(() => {
      const weights = weightsOf(cut), raw = products ?? tf.matMul(unit as Tensor2D, weights, false, true) as Tensor2D;
      const chunk = chunkOf(logits, batch, cut, { products: raw, inverse: scaledBy(inverses, scale), others: mapped });
      const found = passes.gradient(chunk, pull), d = found.products;
      const own = tf.matMul(d, weights) as Tensor2D, theirs = tf.matMul(d, unit as Tensor2D, true) as Tensor2D;
      return {
        unit: before ? tf.add(before, own) as Tensor2D : own,
        rows: logits.normalised ? tangentRows(theirs, weights, inverses) : theirs,
        ...bias ? { bias: columnSums(d) } : {},
        ...found.offset ? { offset: tf.add(beside!, found.offset) } : {},
      };
    });
    tf.dispose([...before ? [before] : [], ...pulled.offset && beside ? [beside] : []]);
    sum = pulled.unit;
    offsets = pulled.offset ?? offsets;
    rows.get(cut.shard)!.push(pulled.rows);
    if (pulled.bias) biases.push(pulled.bias);
  }
  const shards = batch.shards.map((shard) => joined(rows.get(shard)!, shard));
  const through = tf.tidy(() => {
    const turned = throughLength(logits, embeddings, { sum: sum!, inverse: inverse as Tensor1D });
    if (!saved.radial) return turned;
    const outward = tf.mul(tf.mul(saved.radial, weight), inverse);
    return tf.add(turned, tf.mul(embeddings, tf.expandDims(outward, 1))) as Tensor2D;
  });
  const signed = offsets && tf.mul(offsets, offsetSign);
  tf.dispose([weight, target, sum!, ...offsets ? [offsets] : []]);
  return {
    embeddings: through,
    shards,
    ...bias ? { bias: joined(biases) } : {},
    ...signed ? { offset: signed } : {},
  };
}

/** Gradient of the embeddings from that of what the logits take for them. */
function throughLength(
  { normalised, keepsLength }: ClassLogits,
  embeddings: Tensor2D,
  { sum, inverse }: { sum: Tensor2D; inverse: Tensor1D },
): Tensor2D {
  if (!normalised || keepsLength) return tf.clone(sum);
  return tangentRows(tf.mul(sum, tf.expandDims(inverse, 1)), embeddings, inverse);
}

function classesOf(logits: ClassLogits, { embeddings, shards }: ClassBatch, others: OtherLogits | undefined) {
  const { budget, centres } = logits, cutShare = isComposed(logits, others) ? COMPOSED_SHARE : 1;
  return { batch: embeddings.shape[0], shards, budget, centres, cutShare };
}

/** Inverse lengths times a scale that is on the device: that scales the logits as `s` would. */
function scaledBy(inverse: Tensor1D, scale: Tensor | undefined): Tensor1D {
  return scale ? tf.mul(inverse, scale) as Tensor1D : inverse;
}

function chunkOf(
  { s, offsetSign = 1 }: ClassLogits,
  { labels, bias, offset, shards }: ClassBatch,
  { shard, from, count }: Cut,
  { products, inverse, others }: { products: Tensor2D; inverse: Tensor1D; others?: OtherLogits | undefined },
): PassChunk {
  const first = shard.first + from;
  const whole = shards.length === 1 && count === shard.weights.shape[0];
  return {
    products,
    inverse,
    labels,
    first,
    s,
    others,
    bias: bias && !whole ? tf.slice(bias, first, count) : bias,
    offset: offset && tf.mul(offset, offsetSign),
  };
}
