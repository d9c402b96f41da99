/**
 * Depthwise convolution as a layer.
 *
 * @module
 */
import { depthwiseConv2d, depthwiseFilterGradient, depthwiseInputGradient } from "../tensor/kernels/depthwise.ts";
import type { Shape4D } from "../tensor/kernels/geometry.ts";
import type { Tensor4D } from "../tensor/tf.ts";
import { emitConv } from "./graph.ts";
import { type Initialiser, torchUniform } from "./initialisers.ts";
import { filterSlot, keeping, windows } from "./layers.ts";
import { type Layer, sizeOf } from "./module.ts";

/** Settings of {@link depthwise}. */
export interface DepthwiseOptions {
  /** Side of the square kernel, or `map` for one that covers the whole input, whatever its size. */
  readonly kernel: number | "map";
  /** Steps between windows; by default 1. */
  readonly stride?: number;
  /** Zeros on every side; by default `⌊k/2⌋`, none for `map`. */
  readonly padding?: number;
  /** Initial weights. */
  readonly initial?: Initialiser;
}

/**
 * Depthwise convolution without bias, one filter a channel; parameter `<name>.weight`, stored `[kh, kw, c, 1]`.
 *
 * @throws {RangeError} if the kernel is larger than the padded input.
 */
export function depthwise(name: string, options: DepthwiseOptions): Layer {
  const { kernel, stride = 1, initial = torchUniform } = options;
  return (input) => {
    const [height, width, channels] = input as [number, number, number];
    const taps = kernel === "map" ? [height, width] as const : [kernel, kernel] as const;
    const padding = options.padding ?? (kernel === "map" ? 0 : kernel >> 1), geometry = { stride, padding };
    const output = [...windows(name, input, taps, geometry), channels];
    const weight = `${name}.weight`, size = sizeOf(input);
    const shape: Shape4D = [...taps, channels, 1], fanIn = taps[0] * taps[1];
    return {
      output,
      slots: [filterSlot(weight, shape, { initial, fanIn, fanOut: fanIn * channels, layout: "depthwise" })],
      multiplyAdds: sizeOf(output) * fanIn,
      memory: { kept: size, forward: sizeOf(output), backward: 2 * size + sizeOf(output) },
      infer: (x, values) => depthwiseConv2d(x as Tensor4D, values(weight) as unknown as Tensor4D, geometry),
      emit: (graph, x) => emitConv(graph, x, { weight, shape: [channels, 1, ...taps], ...geometry, groups: channels }),
      trace(x, values, { keep, inputGradient, storage }) {
        const filter = values(weight) as unknown as Tensor4D;
        const y = depthwiseConv2d(x as Tensor4D, filter, { ...geometry, storage });
        return keeping(y, keep ? [x] : [], ([x], dy, gradients) => {
          const inputShape: Shape4D = [x!.shape[0]!, height, width, channels];
          gradients.add(weight, depthwiseFilterGradient(x as Tensor4D, dy as Tensor4D, shape, geometry));
          return inputGradient ? depthwiseInputGradient(dy as Tensor4D, filter, inputShape, geometry) : undefined;
        });
      },
    };
  };
}
