/**
 * The class-side kernels as compositions of plain tfjs ops; see `reference.ts`.
 *
 * @module
 */
import { type Tensor, type Tensor1D, type Tensor2D, tf } from "../tf.ts";
import { LOWEST, SMALLEST_NORM } from "./class_logits.ts";
import type { Implementation, KernelTable } from "./kernel.ts";

type Inputs = Record<string, Tensor>;
type Attributes = Record<string, number>;

/** Every class-side kernel, composed. */
export const CLASS_REFERENCE: KernelTable = {
  MarginlabInverseRowNorms: composition(({ x }) =>
    tf.div(1, tf.maximum(tf.sqrt(tf.sum(tf.square(x!), 1)), SMALLEST_NORM))
  ),

  MarginlabClassStatistics: composition((inputs, attributes) => {
    const own = ownColumns(inputs, attributes);
    const z = tf.where(tf.cast(own, "bool"), tf.fill(own.shape, LOWEST), logits(inputs, attributes));
    const max = tf.max(z, 1, true);
    const sum = tf.sum(tf.mul(tf.exp(tf.sub(z, max)), tf.sub(1, own)), 1, true);
    const { before } = inputs;
    if (!before) return tf.concat([max, sum], 1);
    const [maxBefore, sumBefore] = tf.split(before as Tensor2D, 2, 1) as [Tensor2D, Tensor2D];
    const top = tf.maximum(max, maxBefore);
    const rescaled = (m: Tensor, s: Tensor) => tf.mul(s, tf.exp(tf.sub(m, top)));
    return tf.concat([top, tf.add(rescaled(max, sum), rescaled(maxBefore, sumBefore))], 1);
  }),

  MarginlabClassGradient: composition((inputs, attributes) => {
    const { logSumExp, weight, target, inverse } = inputs;
    const own = ownColumns(inputs, attributes);
    const column = (x: Tensor) => tf.expandDims(x, 1);
    // A logit above its own log-sum-exp is the target's, before its margin; its place is taken below.
    const share = tf.exp(tf.minimum(tf.sub(logits(inputs, attributes), column(logSumExp!)), 0));
    const others = tf.mul(tf.mul(share, column(weight!)), tf.sub(1, own));
    return tf.mul(tf.add(others, tf.mul(own, column(target!))), tf.mul(inverse!, attributes.s!));
  }),

  MarginlabTangentRows: composition(({ gradient, x, inverse }) => {
    const curved = tf.cast(tf.less(inverse!, 0.999 / SMALLEST_NORM), "float32");
    const unit = tf.mul(x!, tf.expandDims(tf.mul(inverse!, curved), 1));
    return tf.sub(gradient!, tf.mul(unit, tf.sum(tf.mul(unit, gradient!), 1, true)));
  }),

  MarginlabGatherRows: composition(({ x, rows }) => tf.gather(x!, rows as Tensor1D)),

  // tfjs's cpu backend writes into its input.
  MarginlabScatterRows: composition(({ x, rows, values }) =>
    tf.tensorScatterUpdate(tf.add(x!, 0), tf.expandDims(rows!, 1), values!)
  ),
};

function composition(compute: (inputs: Inputs, attributes: Attributes) => Tensor): Implementation {
  return {
    how: "composition",
    run: ({ inputs, attributes }) =>
      tf.tidy((() => compute(inputs as Inputs, attributes as Attributes)) as () => never),
  };
}

function logits({ products, inverse, bias }: Inputs, { s }: Attributes): Tensor {
  const scaled = tf.mul(products!, tf.mul(inverse!, s!));
  return bias ? tf.add(scaled, bias) : scaled;
}

/** 1 in the column of each sample's own class, if it is in this chunk, else 0. */
function ownColumns({ products, labels }: Inputs, { first }: Attributes): Tensor {
  const columns = tf.range(0, products!.shape[1]!, 1, "int32");
  return tf.cast(tf.equal(tf.expandDims(tf.sub(labels!, tf.scalar(first!, "int32")), 1), columns), "float32");
}
