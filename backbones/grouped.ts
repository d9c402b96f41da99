/**
 * Convolution in small groups of channels as a layer.
 *
 * @module
 */
import { depthwiseConv2d, depthwiseFilterGradient, depthwiseInputGradient } from "../tensor/kernels/depthwise.ts";
import type { Shape4D } from "../tensor/kernels/geometry.ts";
import { isHalf } from "../tensor/kernels/half.ts";
import { type Tensor, type Tensor2D, type Tensor4D, tf } from "../tensor/tf.ts";
import { depthwise } from "./depthwise.ts";
import { emitConv } from "./graph.ts";
import { type Initialiser, torchUniform } from "./initialisers.ts";
import { filterSlot, keeping, windows } from "./layers.ts";
import { type Layer, sizeOf } from "./module.ts";
import { storedAs, widened } from "./storage.ts";

/**
 * Convolution in groups of g channels, without bias: outputs of a group see the inputs of that group alone. As many
 * outputs as inputs; parameter `<name>.weight`, stored `[k, k, g, c]`.
 *
 * Done as g depthwise convolutions, each of the images with the channels of every group turned by one place more; that
 * is a product with a matrix of zeros and ones. Works in float32, whatever the storage.
 *
 * @param options Channels of a group, side of the kernel, initial weights; stride 1, padding `⌊k/2⌋`.
 * @throws {RangeError} if the channels are not a multiple of those of a group.
 */
export function grouped(
  name: string,
  options: { groupSize: number; kernel: number; initial?: Initialiser },
): Layer {
  const { groupSize: g, kernel, initial = torchUniform } = options;
  if (g === 1) return depthwise(name, { kernel, initial });
  return (input) => {
    const channels = input[2]!, groups = channels / g;
    if (!Number.isInteger(groups)) {
      throw new RangeError(`Cannot apply ${name}: its input has ${channels} channels, wanted a multiple of ${g}`);
    }
    const weight = `${name}.weight`, size = sizeOf(input), geometry = { stride: 1, padding: kernel >> 1 };
    const output = [...windows(name, input, [kernel, kernel], geometry), channels], out = sizeOf(output);
    const shape = [kernel, kernel, g, channels], area = kernel * kernel, depth: Shape4D = [kernel, kernel, channels, 1];
    const places = Array.from({ length: g }, (_, by) => by);
    const mask = (by: number) => tf.reshape(turning(g, by), [1, g, 1, g]);
    // The depthwise filter that meets the channels turned by some places, and back from all of those.
    const part = (w: Tensor, by: number) =>
      tf.reshape(tf.sum(tf.mul(tf.reshape(w, [area, g, groups, g]), mask(by)), 1), depth) as Tensor4D;
    const whole = (parts: readonly Tensor[]) =>
      // Not tf.addN: on WebGPU it binds one buffer a term, and adapters allow eight.
      tf.reshape(
        parts.map((dw, by) => tf.mul(tf.reshape(dw, [area, 1, groups, g]), mask(by))).reduce((a, b) => tf.add(a, b)),
        shape,
      );
    const run = (x: Tensor, w: Tensor) =>
      sumOf(places, (by) => depthwiseConv2d(turned(x, g, by) as Tensor4D, part(w, by), geometry));
    return {
      output,
      slots: [filterSlot(weight, shape, { initial, fanIn: area * g, fanOut: area * channels })],
      multiplyAdds: out * area * g,
      memory: { kept: size, forward: 3 * out, backward: 5 * size },
      infer: (x, values) => run(x, values(weight)),
      emit: (graph, x) => emitConv(graph, x, { weight, shape: [channels, g, kernel, kernel], ...geometry, groups }),
      trace(x, values, { keep, inputGradient, storage }) {
        const filter = values(weight);
        const y = tf.tidy(() => storedAs(run(widened(x), filter), storage === "f16"));
        return keeping(y, keep ? [x] : [], ([x], dy, gradients) => {
          const half = isHalf(dy), shapeOfX = [x!.shape[0]!, ...input] as Shape4D;
          const [dw, ...dx] = tf.tidy(() => {
            const wide = widened(dy) as Tensor4D, images = widened(x!);
            const dw = whole(
              places.map((by) =>
                tf.tidy(() => depthwiseFilterGradient(turned(images, g, by) as Tensor4D, wide, depth, geometry))
              ),
            );
            if (!inputGradient) return [dw];
            const spread = (by: number) => depthwiseInputGradient(wide, part(filter, by), shapeOfX, geometry);
            return [dw, storedAs(sumOf(places, (by) => turned(spread(by), g, -by)), half)];
          });
          gradients.add(weight, dw!);
          return dx[0];
        });
      },
    };
  };
}

/** Sum of tensors that are made one after another, each freed as soon as it is added. */
function sumOf(places: readonly number[], make: (by: number) => Tensor): Tensor {
  let sum: Tensor | undefined;
  for (const by of places) {
    const before: Tensor | undefined = sum, next = tf.tidy(() => make(by));
    sum = before ? tf.add(before, next) : next;
    if (before) tf.dispose([before, next]);
  }
  return sum!;
}

/** The channels of every group of g turned: place q gets what was at `(q + by) mod g`; back again with `−by`. */
function turned(x: Tensor, g: number, by: number): Tensor {
  if (by === 0) return x;
  const rows = tf.reshape(x, [-1, g]) as Tensor2D;
  return tf.reshape(tf.matMul(rows, turning(g, Math.abs(by)), false, by < 0), x.shape);
}

/** The matrix `[g, g]` that turns rows: column q has its one in row `(q + by) mod g`. */
function turning(g: number, by: number): Tensor2D {
  const values = new Float32Array(g * g);
  for (let q = 0; q < g; q++) values[(q + by) % g * g + q] = 1;
  return tf.tensor2d(values, [g, g]);
}
