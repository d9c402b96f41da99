/**
 * How the classes are gone through: shards cut so that the products of a cut fit the budget.
 *
 * @module
 */
import { gatherRows } from "../tensor/kernels/class_rows.ts";
import { type Tensor1D, type Tensor2D, tf } from "../tensor/tf.ts";
import type { Shard } from "./class_weights.ts";

/** Logits that may be held at once: 32 MiB. */
export const BUDGET: number = 2 ** 23;

/** Share of the budget for a cut of what is composed of plain operations, which hold many times its size. */
export const COMPOSED_SHARE: number = 1 / 16;

/** Some rows of a shard. */
export interface Cut {
  readonly shard: Shard;
  /** The first of them. */
  readonly from: number;
  /** How many. */
  readonly count: number;
}

/** What is cut. */
interface Classes {
  /** Number of samples. */
  readonly batch: number;
  readonly shards: readonly Shard[];
  /** Products that may be held at once, by default {@link BUDGET}. */
  readonly budget: number | undefined;
  /** Rows that belong together, the centres of a class; by default 1. */
  readonly centres?: number | undefined;
  /** Share of the budget that a cut may take, where more than its products are held at once; by default all. */
  readonly cutShare?: number | undefined;
}

/** Whether the products of all classes fit the budget. */
export function fits({ batch, shards, budget = BUDGET }: Classes): boolean {
  return shards.reduce((sum, { weights }) => sum + weights.shape[0], 0) * batch <= budget;
}

/** Each shard in the fewest parts of about equal size whose products fit the budget. */
export function cutsOf({ batch, shards, budget = BUDGET, centres = 1, cutShare = 1 }: Classes): Cut[] {
  const most = Math.max(1, Math.floor(budget * cutShare / batch / centres));
  return shards.flatMap((shard) => {
    const rows = shard.weights.shape[0], classes = rows / centres;
    const count = centres * Math.ceil(classes / Math.max(1, Math.ceil(classes / most)));
    const cuts: Cut[] = [];
    for (let from = 0; from < rows; from += count) cuts.push({ shard, from, count: Math.min(count, rows - from) });
    return cuts;
  });
}

/** A copy of the rows, or the shard itself where they are all. */
export function weightsOf({ shard: { weights }, from, count }: Cut): Tensor2D {
  return count === weights.shape[0] ? weights : tf.slice(weights, [from, 0], [count, -1]);
}

/** The pieces of one tensor put together, and freed. */
export function joined<T extends Tensor1D | Tensor2D>(pieces: readonly T[], shard?: Shard): T {
  if (pieces.length === 0) return tf.zeros(shard!.weights.shape) as T;
  if (pieces.length === 1) return pieces[0]!;
  const whole = tf.concat(pieces as unknown as Tensor2D[], 0) as unknown as T;
  tf.dispose(pieces as T[]);
  return whole;
}

/** The class weight of each sample, shape `[batch, d]`. */
export function gatherTargets(shards: readonly Shard[], labels: Tensor1D): Tensor2D {
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

/**
 * 1 in the column of each sample's own class, if it is among these classes, else 0, shape `[batch, count]`.
 *
 * Not by a comparison of all with all: those that broadcast take twenty times as long on WASM.
 */
export function ownColumns(
  labels: Tensor1D,
  { first, count }: { readonly first: number; readonly count: number },
): Tensor2D {
  const place = tf.sub(labels, tf.scalar(first, "int32")) as Tensor1D;
  // tfjs refuses a one-hot of one column.
  const columns = count === 1 ? tf.expandDims(tf.equal(place, tf.scalar(0, "int32")), 1) : tf.oneHot(place, count);
  return tf.cast(columns, "float32") as Tensor2D;
}
