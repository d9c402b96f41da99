/**
 * Gradient of 2-D max pooling for tfjs's WASM backend, which lacks it. The gradient of a window goes to its first
 * maximum in row-major order, as in PyTorch.
 *
 * @module
 */
import type { tf } from "../../tf.ts";
import { poolGeometry } from "../geometry.ts";
import type { TensorInfo } from "../kernel.ts";
import { type Heap, heapOf } from "./heap.ts";
import { simd } from "./simd.ts";

/**
 * Runs the gradient over the heap.
 *
 * @param backend The WASM backend.
 * @param dy Output gradient, shape `[batch, oh, ow, channels]`.
 * @param x Input of the pooling, shape `[batch, h, w, channels]`.
 */
export function maxPoolGradient(
  backend: unknown,
  dy: TensorInfo,
  x: TensorInfo,
  attributes: Readonly<Record<string, unknown>>,
): TensorInfo {
  const info = poolGeometry(x.shape, attributes);
  const heap = heapOf(backend);
  if (isHalving(info)) return halvingOnHeap(heap, dy, x, info);
  const dx = heap.output(x.shape);
  const [gradient, input, result] = [dy, x, dx].map((tensor) =>
    heap.floats(heap.address(tensor), sizeOf(tensor.shape))
  );
  result!.fill(0);
  windowGradient(gradient!, input!, result!, info);
  return dx;
}

type PoolInfo = tf.backend_util.Conv2DInfo;

function isHalving(info: PoolInfo): boolean {
  const { filterHeight, filterWidth, strideHeight, strideWidth, padInfo } = info;
  return [filterHeight, filterWidth, strideHeight, strideWidth].every((n) => n === 2) && padInfo.type === "VALID";
}

/** Windows of 2×2 with stride 2. */
function halvingOnHeap(heap: Heap, dy: TensorInfo, x: TensorInfo, info: PoolInfo): TensorInfo {
  const dx = heap.output(x.shape), { batchSize, inHeight, inWidth, inChannels } = info;
  const [from, gradient, to] = [x, dy, dx].map(heap.address) as [number, number, number];
  simd().poolGrad(from, gradient, to, batchSize, inHeight, inWidth, inChannels);
  return dx;
}

/** Any window, overlapping or padded. */
function windowGradient(gradient: Float32Array, input: Float32Array, result: Float32Array, info: PoolInfo): void {
  const { batchSize, inHeight, inWidth, outHeight, outWidth, inChannels: channels } = info;
  for (let n = 0, out = 0; n < batchSize; n++) {
    const image = n * inHeight * inWidth * channels;
    for (let oy = 0; oy < outHeight; oy++) {
      const top = Math.max(0, oy * info.strideHeight - info.padInfo.top);
      const bottom = Math.min(inHeight, oy * info.strideHeight - info.padInfo.top + info.effectiveFilterHeight);
      for (let ox = 0; ox < outWidth; ox++) {
        const left = Math.max(0, ox * info.strideWidth - info.padInfo.left);
        const right = Math.min(inWidth, ox * info.strideWidth - info.padInfo.left + info.effectiveFilterWidth);
        for (let c = 0; c < channels; c++, out++) {
          let best = -Infinity, where = -1;
          for (let y = top; y < bottom; y++) {
            for (let x = left; x < right; x++) {
              const at = image + (y * inWidth + x) * channels + c, value = input[at]!;
              if (value > best || where < 0) best = value, where = at;
            }
          }
          result[where]! += gradient[out]!;
        }
      }
    }
  }
}

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((a, b) => a * b, 1);
}
