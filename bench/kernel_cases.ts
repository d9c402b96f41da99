/**
 * The kernels that are timed, at the shapes that a convnet on Omniglot and an IResNet at 112×112 give them.
 *
 * @module
 */
import { batchNorm, batchNormGradient, dropout, preluGradient, sgdStep } from "../tensor/kernels/mod.ts";
import { runKernel } from "../tensor/kernels/kernel.ts";
import { REFERENCE } from "../tensor/kernels/reference.ts";
import { composedStep } from "../tensor/kernels/sgd_reference.ts";
import { createRandom } from "../tensor/random.ts";
import { type Tensor, type Tensor1D, type Tensor4D, tf, type Variable } from "../tensor/tf.ts";
import type { Work } from "./result.ts";

/** A kernel at a shape. */
export interface KernelCase {
  /** Kernel and shape in words. */
  readonly name: string;
  /** What one call does. */
  readonly work: Work;
  /** Allocates inputs and gives the call, which allocates its outputs. */
  readonly prepare: () => Prepared;
}

/** A kernel with its inputs. */
export interface Prepared {
  readonly inputs: readonly Tensor[];
  /** Our kernel, or tfjs's that ours replaces. */
  readonly run: () => readonly Tensor[];
  /** The same by tfjs's ops alone, where tfjs has no such kernel; by default as `run`. */
  readonly stock?: () => readonly Tensor[];
}

/** Values of N(0, 1) from a stream named by the shape. */
export function values(shape: readonly number[], spread = 1): Tensor {
  const random = createRandom(0, `bench/${shape.join("x")}`), size = shape.reduce((a, b) => a * b, 1);
  // A short piece, repeated: drawing millions of normals would take longer than the kernels.
  const piece = Float32Array.from({ length: Math.min(size, 65_521) }, () => spread * random.normal());
  const all = new Float32Array(size);
  for (let at = 0; at < size; at += piece.length) all.set(piece.subarray(0, Math.min(piece.length, size - at)), at);
  return tf.tensor(all, [...shape]);
}

/** The same as a variable. */
export function variable(shape: readonly number[]): Variable {
  return tf.tidy(() => tf.variable(values(shape)));
}

interface Conv {
  readonly batch: number;
  readonly size: number;
  readonly from: number;
  readonly to: number;
  readonly kernel: number;
  readonly stride: number;
}

function convCases(conv: Conv, depthwise = false): KernelCase[] {
  const { batch, size, from, to, kernel, stride } = conv, out = Math.ceil(size / stride);
  const x = [batch, size, size, from], y = [batch, out, out, depthwise ? from : to];
  const filter = [kernel, kernel, from, depthwise ? 1 : to];
  const work = { flops: 2 * batch * out * out * kernel * kernel * from * (depthwise ? 1 : to) };
  const common = { strides: stride, pad: "same", dataFormat: "NHWC", dilations: 1 };
  const kind = depthwise ? "DepthwiseConv2dNative" : "Conv2D";
  const text = `${depthwise ? "depthwise" : "conv"} ${kernel}×${kernel}${stride > 1 ? ` stride ${stride}` : ""}, ` +
    `${batch}×${size}×${size}×${from}${depthwise ? "" : ` → ${to}`}`;
  const one = (what: string, shapes: readonly number[][], run: (...inputs: Tensor[]) => readonly Tensor[]) => ({
    name: `${text}, ${what}`,
    work,
    prepare: () => {
      const inputs = shapes.map((shape) => values(shape));
      return { inputs, run: () => run(...inputs) };
    },
  });
  return [
    one("forward", [x, filter], (x, filter) => runKernel(kind, { x: x!, filter: filter! }, common)),
    one(
      "gradient in x",
      [y, filter],
      (dy, filter) => runKernel(`${kind}BackpropInput`, { dy: dy!, filter: filter! }, { ...common, inputShape: x }),
    ),
    one(
      "gradient in w",
      [x, y],
      (x, dy) => runKernel(`${kind}BackpropFilter`, { x: x!, dy: dy! }, { ...common, filterShape: filter }),
    ),
  ];
}

function matMulCases(m: number, n: number, k: number): KernelCase[] {
  return [[false, false], [true, false], [false, true], [true, true]].map(([transposeA, transposeB]) => ({
    name: `matmul ${m}×${k} · ${k}×${n}${transposeA ? ", Aᵀ" : ""}${transposeB ? ", Bᵀ" : ""}`,
    work: { flops: 2 * m * n * k },
    prepare: () => {
      const a = values(transposeA ? [1, k, m] : [1, m, k]), b = values(transposeB ? [1, n, k] : [1, k, n]);
      return { inputs: [a, b], run: () => runKernel("BatchMatMul", { a, b }, { transposeA, transposeB }) };
    },
  }));
}

/** Batch norm with a PReLU, alone or with pooling too, forward and backward. */
function batchNormCases(shape: [number, number, number, number], pool: boolean): KernelCase[] {
  const channels = shape[3], size = shape.reduce((a, b) => a * b), share = pool ? 0.25 : 1;
  const text = `batch norm, PReLU${pool ? ", pool" : ""}, ${shape.join("×")}`;
  const parameters = () => {
    const [gamma, beta, slope] = [1, 0, 0.25].map((value) => tf.fill([channels], value) as Tensor1D);
    return { gamma: gamma!, beta: beta!, slope: slope!, epsilon: 1e-5, pool };
  };
  const composed = (name: keyof typeof REFERENCE, inputs: Record<string, Tensor>) => () =>
    REFERENCE[name].run({ backend: tf.backend(), inputs, attributes: { epsilon: 1e-5, pool } }) as Tensor[];
  return [
    {
      name: `${text}, forward`,
      // The input twice, for the statistics come first.
      work: { bytes: 4 * size * (2 + share) },
      prepare: () => {
        const x = values(shape), options = parameters(), { gamma, beta, slope } = options;
        return {
          inputs: [x, gamma, beta, slope],
          run: () => Object.values(batchNorm(x, options)),
          stock: composed("MarginlabBatchNorm", { x, gamma, beta, slope }),
        };
      },
    },
    {
      name: `${text}, backward`,
      work: { bytes: 4 * size * (3 + 2 * share) },
      prepare: () => {
        const x = values(shape), { y, mean, variance } = batchNorm(x, parameters());
        const options = { ...parameters(), mean, variance }, { gamma, beta, slope } = options;
        return {
          inputs: [x, y, mean, variance, gamma, beta, slope],
          run: () => Object.values(batchNormGradient(x, y, options)) as Tensor[],
          stock: composed("MarginlabBatchNormGrad", { x, dy: y, gamma, beta, mean, variance, slope }),
        };
      },
    },
  ];
}

function elementwiseCases(shape: [number, number, number, number]): KernelCase[] {
  const size = shape.reduce((a, b) => a * b), text = shape.join("×");
  const random = createRandom(0, "bench/dropout");
  return [
    {
      name: `PReLU backward, ${text}`,
      work: { bytes: 12 * size },
      prepare: () => {
        const x = values(shape), dy = values(shape), slope = tf.fill([shape[3]], 0.25) as Tensor1D;
        const run = () => Object.values(preluGradient(x, dy, slope));
        const call = { backend: tf.backend(), inputs: { x, dy, slope }, attributes: {} };
        return { inputs: [x, dy, slope], run, stock: () => REFERENCE.MarginlabPreluGrad.run(call) as Tensor[] };
      },
    },
    {
      name: `max pool backward, ${text}`,
      work: { bytes: 4 * size * 2.25 },
      prepare: () => {
        const input = values(shape) as Tensor4D, output = tf.maxPool(input, 2, 2, "valid");
        const attributes = { filterSize: 2, strides: 2, pad: "valid" };
        return {
          inputs: [input, output],
          run: () => runKernel("MaxPoolGrad", { dy: output, input, output }, attributes),
        };
      },
    },
    {
      name: `dropout 0.4, ${text}`,
      work: { bytes: 8 * size },
      prepare: () => {
        const x = values(shape);
        return { inputs: [x], run: () => [dropout(x, 0.4, random)], stock: () => [tf.dropout(x, 0.4)] };
      },
    },
  ];
}

function sgdCase(size: number): KernelCase {
  return {
    name: `SGD with momentum, ${size} values`,
    work: { bytes: 20 * size },
    prepare: () => {
      const value = variable([size]),
        velocity = tf.tidy(() => tf.variable(tf.zeros([size]))),
        gradient = values([size]);
      const one = { variable: value, velocity, gradient, weightDecay: 5e-4 };
      const step = { rate: 1e-6, momentum: 0.9, nesterov: false };
      const run = () => (sgdStep([one], step), []);
      const stock = () => (tf.tidy(() => composedStep(one, step)), []);
      return { inputs: [value, velocity, gradient], run, stock };
    },
  };
}

/** All cases; `quick` leaves the large ones out. */
export function kernelCases(quick: boolean): KernelCase[] {
  const batch = quick ? 32 : 128;
  return [
    ...matMulCases(batch, 1000, 512),
    ...quick ? [] : matMulCases(2048, 64, 576),
    ...quick ? [] : matMulCases(1024, 1024, 1024),
    ...convCases({ batch, size: 28, from: 1, to: 64, kernel: 3, stride: 1 }),
    ...convCases({ batch, size: 14, from: 64, to: 64, kernel: 3, stride: 1 }),
    ...convCases({ batch, size: 7, from: 64, to: 64, kernel: 3, stride: 1 }),
    ...convCases({ batch: quick ? 2 : 8, size: 56, from: 64, to: 64, kernel: 3, stride: 1 }),
    ...convCases({ batch: quick ? 2 : 8, size: 56, from: 64, to: 128, kernel: 3, stride: 2 }),
    ...convCases({ batch: quick ? 2 : 8, size: 56, from: 64, to: 128, kernel: 1, stride: 2 }),
    ...convCases({ batch: quick ? 2 : 8, size: 14, from: 256, to: 256, kernel: 3, stride: 1 }),
    ...convCases({ batch: quick ? 2 : 8, size: 28, from: 128, to: 128, kernel: 3, stride: 1 }, true),
    ...batchNormCases([batch, 28, 28, 64], true),
    ...batchNormCases([quick ? 4 : 16, 56, 56, 64], false),
    ...elementwiseCases([batch, 28, 28, 64]),
    sgdCase(quick ? 1e6 : 1e7),
  ];
}

/** The same kernels at small and odd shapes, for comparing backends. */
export function smallKernelCases(): KernelCase[] {
  return [
    ...matMulCases(37, 29, 130),
    ...[[1, 1, 3], [2, 3, 3], [1, 2, 1]].flatMap(([stride, from, kernel]) =>
      convCases({ batch: 3, size: 11, from: from! * 5, to: 18, kernel: kernel!, stride: stride! })
    ),
    ...convCases({ batch: 2, size: 12, from: 64, to: 64, kernel: 3, stride: 1 }),
    ...convCases({ batch: 2, size: 9, from: 6, to: 6, kernel: 3, stride: 1 }, true),
    ...batchNormCases([5, 9, 10, 12], true),
    ...batchNormCases([3, 7, 5, 64], false),
    ...elementwiseCases([3, 8, 10, 7]),
    sgdCase(1003),
  ];
}
