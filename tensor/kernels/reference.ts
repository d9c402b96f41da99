/**
 * Our kernels as compositions of plain tfjs ops: what the cpu backend runs, what a backend without a faster one runs,
 * and what the faster ones are tested against.
 *
 * @module
 */
import { philoxWords } from "../random.ts";
import { type Tensor, type Tensor4D, tf } from "../tf.ts";
import { dropThreshold } from "./dropout.ts";
import type { Implementation, OwnKernels } from "./kernel.ts";

type Inputs = Record<string, Tensor>;
type Attributes = Record<string, unknown>;

/** Every kernel of ours, composed. */
export const REFERENCE: OwnKernels = {
  MarginlabBatchNorm: composition(({ x, gamma, beta, slope, residual }, { epsilon, pool }) => {
    const axes = leading(x!), mean = tf.mean(x!, axes), variance = tf.mean(tf.square(tf.sub(x!, mean)), axes);
    let y = activate(normalise(x!, { gamma: gamma!, beta: beta!, mean, variance }, epsilon), slope);
    if (pool) y = tf.maxPool(y as Tensor4D, 2, 2, "valid");
    return [residual ? tf.add(y, residual) : y, mean, variance];
  }),

  MarginlabBatchNormGrad: composition(({ x, dy, gamma, beta, mean, variance, slope }, { epsilon, pool }) => {
    const z = normalise(x!, { gamma: gamma!, beta: beta!, mean: mean!, variance: variance! }, epsilon);
    let dz = pool ? unpool(activate(z, slope), dy!) : dy!, dSlope: Tensor[] = [];
    if (slope) {
      const [before, gradient] = preluGradient(z, dz, slope);
      dz = before, dSlope = [gradient];
    }
    const axes = leading(x!), rows = x!.size / gamma!.size;
    const inverse = tf.rsqrt(tf.add(variance!, epsilon as number));
    const unit = tf.mul(tf.sub(x!, mean!), inverse);
    const dBeta = tf.sum(dz, axes), dGamma = tf.sum(tf.mul(dz, unit), axes);
    const centred = tf.sub(dz, tf.div(tf.add(dBeta, tf.mul(unit, dGamma)), rows));
    return [tf.mul(centred, tf.mul(gamma!, inverse)), dGamma, dBeta, ...dSlope];
  }),

  MarginlabPreluGrad: composition(({ x, dy, slope }) => preluGradient(x!, dy!, slope!)),

  MarginlabDropout: composition(({ x }, { rate, key, nonce }) => {
    const words = philoxWords(key as [number, number], nonce as [number, number], x!.size);
    const threshold = dropThreshold(rate as number), scale = 1 / (1 - (rate as number));
    return [tf.mul(x!, tf.tensor(Float32Array.from(words, (word) => word < threshold ? 0 : scale), x!.shape))];
  }),
};

function composition(compute: (inputs: Inputs, attributes: Attributes) => Tensor[]): Implementation {
  return {
    how: "composition",
    run: ({ inputs, attributes }) => tf.tidy((() => compute(inputs as Inputs, attributes)) as () => never),
  };
}

/** All axes but the last. */
function leading(x: Tensor): number[] {
  return x.shape.slice(0, -1).map((_, i) => i);
}

interface Statistics {
  readonly gamma: Tensor;
  readonly beta: Tensor;
  readonly mean: Tensor;
  readonly variance: Tensor;
}

function normalise(x: Tensor, { gamma, beta, mean, variance }: Statistics, epsilon: unknown): Tensor {
  const scale = tf.mul(gamma, tf.rsqrt(tf.add(variance, epsilon as number)));
  return tf.add(tf.mul(tf.sub(x, mean), scale), beta);
}

function activate(z: Tensor, slope: Tensor | undefined): Tensor {
  return slope ? tf.prelu(z, slope) : z;
}

function preluGradient(x: Tensor, dy: Tensor, slope: Tensor): [Tensor, Tensor] {
  const positive = tf.cast(tf.greater(x, 0), "float32");
  const factor = tf.add(positive, tf.mul(tf.sub(1, positive), slope));
  return [tf.mul(dy, factor), tf.sum(tf.mul(dy, tf.minimum(x, 0)), leading(x))];
}

/** Gradient of 2×2 max pooling. */
function unpool(input: Tensor, dy: Tensor): Tensor {
  const attributes = { filterSize: 2, strides: 2, pad: "valid" };
  const output = tf.maxPool(input as Tensor4D, 2, 2, "valid");
  return tf.engine().runKernel("MaxPoolGrad", { dy, input, output }, attributes as never) as Tensor;
}
