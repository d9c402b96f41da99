/**
 * Which triplets of a batch count: chosen on the device from the distances of all pairs.
 *
 * @module
 */
import type { Random } from "../tensor/random.ts";
import { type Tensor, type Tensor1D, type Tensor2D, tf } from "../tensor/tf.ts";
import { BUDGET, COMPOSED_SHARE } from "./class_chunks.ts";

/** How triplets are chosen. */
export type Mining = "semi-hard" | "hard" | "all";

/** Triplets of a batch, as what the loss sums over the pairs. */
export interface Triplets {
  /** `∂L/∂D`: how often each distance `[anchor, other]` counts, positive ones up and negative ones down, over the number. */
  readonly pull: Tensor2D;
  /** The loss, shape `[]`. */
  readonly loss: Tensor;
  /** Triplets that the loss is the mean of, shape `[]`. */
  readonly count: Tensor;
}

/** Samples of one class (without the sample itself), and of others; shape `[batch, batch]`, 1 or 0. */
interface Pairs {
  readonly positive: Tensor2D;
  readonly negative: Tensor2D;
}

function pairsOf(labels: Tensor1D): Pairs {
  const same = tf.cast(tf.equal(tf.expandDims(labels, 1), tf.expandDims(labels, 0)), "float32");
  return { positive: tf.sub(same, tf.eye(labels.shape[0])) as Tensor2D, negative: tf.sub(1, same) as Tensor2D };
}

/**
 * Chooses triplets and gives their loss, the mean of `max(0, D_ap − D_an + m)`; to be called inside a `tf.tidy`.
 *
 * @param distance `D`, shape `[batch, batch]`.
 * @param options How they are chosen, the margin, and the stream that semi-hard negatives are drawn by.
 */
export function mineTriplets(
  distance: Tensor2D,
  labels: Tensor1D,
  { mining, m, random }: { readonly mining: Mining; readonly m: number; readonly random: Random | undefined },
): Triplets {
  const pairs = pairsOf(labels);
  if (mining === "hard") return hardTriplets(distance, pairs, m);
  return meanOver(distance, pairs, m, mining === "all" ? violating : semiHard(labels.shape[0], m, random));
}

/** For each anchor the farthest positive and the nearest negative; the mean is over the anchors that have both. */
function hardTriplets(distance: Tensor2D, { positive, negative }: Pairs, m: number): Triplets {
  const n = distance.shape[0], far = tf.sub(tf.mul(tf.add(distance, 1), positive), tf.sub(1, positive));
  const near = tf.add(tf.mul(distance, negative), tf.mul(tf.sub(1, negative), 1e9));
  const chosen = (places: Tensor) => tf.cast(tf.oneHot(places as Tensor1D, n), "float32") as Tensor2D;
  const farthest = chosen(tf.argMax(far, 1)), nearest = chosen(tf.argMin(near, 1));
  const usable = tf.mul(tf.max(positive, 1), tf.max(negative, 1));
  const pick = (mask: Tensor2D) => tf.sum(tf.mul(distance, mask), 1);
  const violation = tf.mul(tf.relu(tf.add(tf.sub(pick(farthest), pick(nearest)), m)), usable);
  const active = tf.expandDims(tf.cast(tf.greater(violation, 0), "float32"), 1), count = tf.sum(usable);
  const share = tf.div(active, tf.maximum(count, 1));
  return {
    loss: tf.div(tf.sum(violation), tf.maximum(count, 1)),
    pull: tf.mul(tf.sub(farthest, nearest), share) as Tensor2D,
    count,
  };
}

/** Some anchors with all positives and negatives: tensors of shape `[anchors, batch, batch]`, or broadcast to it. */
interface Slab {
  /** The first of the anchors. */
  readonly from: number;
  /** How many. */
  readonly count: number;
  /** `D_ap − D_an + m`. */
  readonly violation: Tensor;
  /** 1 where positive and negative are such, else 0. */
  readonly valid: Tensor;
}

/** The mean over the triplets that `choose` marks with 1, a slab of anchors at a time. */
function meanOver(
  distance: Tensor2D,
  { positive, negative }: Pairs,
  m: number,
  choose: (slab: Slab) => Tensor,
): Triplets {
  const n = distance.shape[0], most = Math.max(1, Math.floor(BUDGET * COMPOSED_SHARE / n ** 2)), found: Tensor[][] = [];
  for (let from = 0; from < n; from += most) {
    const count = Math.min(most, n - from), rows = (x: Tensor2D) => tf.slice(x, [from, 0], [count, n]);
    found.push(tf.tidy(() => {
      const [d, p, q] = [rows(distance), rows(positive), rows(negative)];
      const violation = tf.add(tf.sub(tf.expandDims(d, 2), tf.expandDims(d, 1)), m);
      const valid = tf.mul(tf.expandDims(p, 2), tf.expandDims(q, 1));
      const chosen = choose({ from, count, violation, valid });
      const sum = (x: Tensor) => tf.sum(tf.sum(tf.sum(x, 2), 1));
      return [sum(tf.mul(violation, chosen)), sum(chosen), tf.sub(tf.sum(chosen, 2), tf.sum(chosen, 1))];
    }));
  }
  const total = (i: number) => found.map((one) => one[i]!).reduce((a, b) => tf.add(a, b));
  const count = total(1), number = tf.maximum(count, 1);
  return {
    loss: tf.div(total(0), number),
    pull: tf.div(tf.concat(found.map((one) => one[2]!)), number) as Tensor2D,
    count,
  };
}

/** All triplets that violate the margin. */
function violating({ violation, valid }: Slab): Tensor {
  return tf.mul(tf.cast(tf.greater(violation, 0), "float32"), valid);
}

/**
 * For each pair of an anchor and a positive one negative at random among those farther than the positive, by less than
 * the margin; pairs without one are left out. Without a stream, the first of them.
 */
function semiHard(n: number, m: number, random: Random | undefined): (slab: Slab) => Tensor {
  // A random order of the candidates, begun at a random place for every pair.
  const order = random ? Float32Array.from(random.permutation(n)) : Float32Array.from({ length: n }, (_, i) => i);
  return ({ from, count, violation, valid }) => {
    const stream = random?.fork(from);
    const starts = Float32Array.from({ length: count * n }, () => stream ? stream.integer(n) : 0);
    const turned = tf.sub(tf.reshape(tf.tensor1d(order), [1, 1, n]), tf.tensor3d(starts, [count, n, 1]));
    const place = tf.add(turned, tf.mul(tf.cast(tf.less(turned, 0), "float32"), n));
    const within = tf.logicalAnd(tf.greater(violation, 0), tf.less(violation, m));
    const candidates = tf.mul(tf.cast(within, "float32"), valid);
    const rank = tf.add(place, tf.mul(tf.sub(1, candidates), 2 * n));
    const first = tf.oneHot(tf.reshape(tf.argMin(rank, 2), [-1]) as Tensor1D, n);
    return tf.mul(tf.reshape(tf.cast(first, "float32"), [count, n, n]), candidates);
  };
}
