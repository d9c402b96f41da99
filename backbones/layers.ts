/**
 * The layers that the architectures share, with PyTorch's defaults and parameter names.
 *
 * @module
 */
import { conv2d, convFilterGradient, convInputGradient } from "../tensor/kernels/conv.ts";
import { dropout as dropValues, preluGradient } from "../tensor/kernels/mod.ts";
import { isHalf } from "../tensor/kernels/half.ts";
import { type Tensor, type Tensor1D, type Tensor2D, type Tensor4D, tf } from "../tensor/tf.ts";
import { keepClone } from "./compose.ts";
import { emitConv, emitPrelu } from "./graph.ts";
import { constant, type Initialiser, torchUniform } from "./initialisers.ts";
import { type Layer, type Module, type Shape, sizeOf, type Slot, type Trace, type Values } from "./module.ts";
import { storedAs, widened } from "./storage.ts";

/**
 * 2-D convolution without bias; parameter `<name>.weight`, stored `[k, k, in, out]`.
 *
 * @param options Filters, kernel size, stride, symmetric zero padding (default `⌊k/2⌋`), initial weights.
 * @throws {RangeError} if the kernel is larger than the padded input.
 */
export function conv(
  name: string,
  options: { filters: number; kernel: number; stride?: number; padding?: number; initial?: Initialiser },
): Layer {
  const { filters, kernel, stride = 1, padding = kernel >> 1, initial = torchUniform } = options;
  return (input) => {
    const [height, width, channels] = input as [number, number, number];
    const geometry = { stride, padding };
    const output = [...windows(name, input, [kernel, kernel], geometry), filters];
    const weight = `${name}.weight`, shape = [kernel, kernel, channels, filters] as [number, number, number, number];
    const size = sizeOf(input), area = kernel * kernel;
    return {
      output,
      slots: [filterSlot(weight, shape, { initial, fanIn: area * channels, fanOut: area * filters })],
      multiplyAdds: sizeOf(output) * area * channels,
      memory: { kept: size, forward: sizeOf(output), backward: 2 * size + sizeOf(output) },
      infer: (x, values) => conv2d(x as Tensor4D, values(weight) as unknown as Tensor4D, geometry),
      emit: (graph, x) => emitConv(graph, x, { weight, shape: [filters, channels, kernel, kernel], ...geometry }),
      trace(x, values, { keep, inputGradient, storage }) {
        const filter = values(weight) as unknown as Tensor4D;
        const y = conv2d(x as Tensor4D, filter, { ...geometry, storage });
        return keeping(y, keep ? [x] : [], ([x], dy, gradients) => {
          const inputShape = [x!.shape[0]!, height, width, channels] as [number, number, number, number];
          gradients.add(weight, convFilterGradient(x as Tensor4D, dy as Tensor4D, shape, geometry));
          return inputGradient ? convInputGradient(dy as Tensor4D, filter, inputShape, geometry) : undefined;
        });
      },
    };
  };
}

/**
 * Height and width of what a convolution gives: `⌊(size + 2 padding − kernel) / stride⌋ + 1` of each, in pixels.
 *
 * @param name Name of the layer, for the error.
 * @throws {RangeError} if the kernel is larger than the padded input.
 */
export function windows(
  name: string,
  [height, width]: Shape,
  [kh, kw]: readonly [number, number],
  { stride, padding }: { readonly stride: number; readonly padding: number },
): [number, number] {
  const count = (size: number, kernel: number) => Math.floor((size + 2 * padding - kernel) / stride) + 1;
  const output: [number, number] = [count(height!, kh), count(width!, kw)];
  if (output[0] < 1 || output[1] < 1) {
    throw new RangeError(`Cannot apply ${name}: its input is ${height}×${width}, too small for a ${kh}×${kw} kernel`);
  }
  return output;
}

/** Parametric ReLU with one slope a channel, 0.25 at first; parameter `<name>.weight`. */
export function prelu(name: string): Layer {
  const weight = `${name}.weight`;
  return (input) => {
    const size = sizeOf(input);
    const slope = (values: (name: string) => Tensor) => values(weight) as Tensor1D;
    return {
      output: input,
      slots: [slopeSlot(weight, input)],
      multiplyAdds: 0,
      memory: { kept: size, forward: size, backward: 3 * size },
      infer: (x, values) => tf.prelu(x, slope(values)),
      emit: (graph, x) => emitPrelu(graph, x, weight, input),
      trace: (x, values, { keep }) =>
        keeping(tf.prelu(x, slope(values)), keep ? [x] : [], ([x], dy, gradients) => {
          const gradient = preluGradient(x!, dy, slope(values));
          gradients.add(weight, gradient.slope);
          return gradient.x;
        }),
    };
  };
}

/** The slot of a filter, which lies in PyTorch as `layout` says, by default as a convolution's. */
export function filterSlot(
  name: string,
  shape: number[],
  rest: { initial: Initialiser; fanIn: number; fanOut: number; layout?: "conv" | "depthwise" },
): Slot {
  const { layout = "conv", ...fans } = rest;
  return { name, shape, role: "weight", ...fans, layout: { kind: layout } };
}

/** The slot of a PReLU's slopes. */
export function slopeSlot(name: string, input: Shape): Module["slots"][number] {
  return { name, shape: [input.at(-1)!], role: "slope", initial: constant(0.25) };
}

/**
 * Dropout: zeroes each value with probability `rate` in training and scales the rest by `1/(1 − rate)`.
 *
 * @throws {TypeError} in training if the mode has no random stream.
 */
export function dropout(name: string, rate: number): Layer {
  return (input) => {
    const size = sizeOf(input);
    return {
      output: input,
      slots: [],
      multiplyAdds: 0,
      memory: rate === 0 ? { kept: 0, forward: 0, backward: size } : { kept: 0, forward: size, backward: 2 * size },
      infer: (x) => x,
      emit: (_graph, x) => x,
      trace(x, _values, { random }) {
        if (rate === 0) return keeping(tf.clone(x), [], (_, dy) => tf.clone(dy));
        if (!random) throw new TypeError(`Cannot apply ${name} in training: the mode has no random stream`);
        const stream = random.fork(name);
        return keeping(dropValues(x, rate, stream), [], (_, dy) => dropValues(dy, rate, stream));
      },
    };
  };
}

/** Settings of {@link linear}. */
export interface LinearOptions {
  /** Whether a bias is added; by default it is. */
  readonly bias?: boolean;
  /** Initial weights; by default PyTorch's. */
  readonly initial?: Initialiser;
  /** Initial biases; by default PyTorch's. */
  readonly initialBias?: Initialiser;
}

/**
 * Linear layer on all values of a sample; parameters `<name>.weight`, stored `[in, out]` with a map `[h, w, c]` flattened
 * channels fastest, and `<name>.bias`.
 */
export function linear(name: string, units: number, options: LinearOptions = {}): Layer {
  const weight = `${name}.weight`, bias = `${name}.bias`;
  const { bias: biased = true, initial = torchUniform, initialBias = torchUniform } = options;
  return (input) => {
    const inputs = sizeOf(input);
    const flat = (x: Tensor) => tf.reshape(x, [x.shape[0]!, inputs]) as Tensor2D;
    const run = (x: Tensor2D, values: Values) => {
      const product = tf.matMul(x, values(weight) as unknown as Tensor2D);
      return biased ? tf.add(product, values(bias)) : product;
    };
    const layout = input.length === 3
      ? { kind: "linear", image: input as readonly [number, number, number] } as const
      : { kind: "linear" } as const;
    const biasSlot: Slot = { name: bias, shape: [units], role: "bias", initial: initialBias, fanIn: inputs };
    return {
      output: [units],
      slots: [
        { name: weight, shape: [inputs, units], role: "weight", initial, fanIn: inputs, fanOut: units, layout },
        ...biased ? [biasSlot] : [],
      ],
      multiplyAdds: inputs * units,
      memory: { kept: inputs, forward: (biased ? 2 : 1) * units, backward: 2 * inputs + units },
      infer: (x, values) => run(flat(x), values),
      emit(graph, x) {
        const rows = input.length === 1 ? x : graph.add("Flatten", [x], { axis: { int: 1 } });
        const read = [graph.parameter(weight, [units, inputs]), ...biased ? [graph.parameter(bias, [units])] : []];
        return graph.add("Gemm", [rows, ...read], { transB: { int: 1 } });
      },
      trace(x, values, { keep, inputGradient }) {
        const half = isHalf(x), shape = [x.shape[0]!, ...input];
        const rows = tf.tidy(() => flat(widened(x)));
        const trace = keeping(tf.tidy(() => run(rows, values)), keep ? [rows] : [], ([x], dy, gradients) => {
          gradients.add(weight, tf.matMul(x as Tensor2D, dy as Tensor2D, true, false));
          if (biased) gradients.add(bias, columnSums(dy as Tensor2D));
          if (!inputGradient) return undefined;
          return tf.tidy(() => {
            const dx = tf.matMul(dy as Tensor2D, values(weight) as unknown as Tensor2D, false, true);
            return storedAs(tf.reshape(dx, shape), half);
          });
        });
        rows.dispose();
        return trace;
      },
    };
  };
}

/** Sum of each column, shape `[columns]`, as a product; the caller disposes it. */
export function columnSums(x: Tensor2D): Tensor1D {
  return tf.tidy(() => tf.reshape(tf.matMul(tf.ones([1, x.shape[0]]), x), [x.shape[1]]));
}

/**
 * A trace that keeps tensors for its backward pass.
 *
 * @param y Result of the forward pass, shape `[batch, …]`.
 * @param tensors What the backward pass needs, of any shapes; the caller keeps them too.
 * @param backward Gives the gradient in the input, of its shape, from the kept tensors and that of the result.
 */
export function keeping(
  y: Tensor,
  tensors: readonly Tensor[],
  backward: (kept: readonly Tensor[], ...args: Parameters<Trace["backward"]>) => Tensor | undefined,
): Trace {
  const kept = tensors.map(keepClone);
  return {
    y,
    backward(dy, gradients) {
      const dx = backward(kept, dy, gradients);
      tf.dispose(kept);
      return dx;
    },
    release: () => tf.dispose(kept),
  };
}
