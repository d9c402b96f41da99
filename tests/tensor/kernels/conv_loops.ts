/**
 * A convolution and its gradients as plain loops in float64, which other tests hold kernels to.
 *
 * @module
 */
import type { Shape4D } from "../../../tensor/kernels/geometry.ts";

interface Convolution {
  readonly x: ArrayLike<number>;
  readonly filter: ArrayLike<number>;
  /** Gradient of the output. */
  readonly dy: ArrayLike<number>;
  /** `[n, height, width, in]`, `[kh, kw, in, out]` and `[n, oh, ow, out]`. */
  readonly shapes: { readonly x: Shape4D; readonly filter: Shape4D; readonly y: Shape4D };
  readonly stride: number;
  /** Zeros on each side. */
  readonly padding: number;
}

/** Output, input gradient and filter gradient. */
export function convolveInLoops(
  { x, filter, dy, shapes, stride, padding }: Convolution,
): [Float64Array, Float64Array, Float64Array] {
  const [batch, height, width, channels] = shapes.x, [kh, kw, , out] = shapes.filter, [, oh, ow] = shapes.y;
  const y = new Float64Array(dy.length), dx = new Float64Array(x.length), dw = new Float64Array(filter.length);
  for (let place = 0; place < batch * oh * ow; place++) {
    const n = Math.floor(place / (oh * ow)), row = Math.floor(place / ow) % oh, column = place % ow;
    for (let tap = 0; tap < kh * kw; tap++) {
      const v = row * stride + Math.floor(tap / kw) - padding, u = column * stride + tap % kw - padding;
      if (v < 0 || u < 0 || v >= height || u >= width) continue;
      for (let c = 0; c < channels; c++) {
        const i = ((n * height + v) * width + u) * channels + c, j = (tap * channels + c) * out;
        for (let k = 0; k < out; k++) {
          y[place * out + k]! += x[i]! * filter[j + k]!;
          dx[i]! += dy[place * out + k]! * filter[j + k]!;
          dw[j + k]! += x[i]! * dy[place * out + k]!;
        }
      }
    }
  }
  return [y, dx, dw];
}
