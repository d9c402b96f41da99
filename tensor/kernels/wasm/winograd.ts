/**
 * 3×3 convolutions of stride 1 on the WASM heap by Winograd's F(2×2, 3×3): 2.25 times fewer multiplications.
 *
 * Source: A. Lavin and S. Gray, https://arxiv.org/abs/1509.09308.
 *
 * @module
 */
import type { ConvGeometry } from "../geometry.ts";
import type { Heap } from "./heap.ts";
import type { Products } from "./products.ts";
import { simd } from "./simd.ts";

/** Bytes of transformed tiles that are made at a time. */
const TILE_BYTES = 2 ** 22;
/** Products of a tile: 4 × 4. */
const PLANES = 16;

/** Images on the heap. */
export interface HeapImages {
  /** Address. */
  readonly at: number;
  /** Batch, height, width, channels. */
  readonly shape: readonly [number, number, number, number];
}

/** Whether a convolution is one that this file does, and gains by it. */
export function suitsWinograd({ filter, strides }: ConvGeometry, channels: number, out: number): boolean {
  const [kh, kw] = filter, [sy, sx] = strides;
  return kh === 3 && kw === 3 && sy === 1 && sx === 1 && [channels, out].every((n) => n >= 16 && n % 4 === 0);
}

/**
 * `y ← x * w`.
 *
 * @param filter Address of w, `[3, 3, in, out]`.
 */
export function winogradConvolve(
  heap: Heap,
  multiply: Products["multiply"],
  { x, y, filter, geometry }: { x: HeapImages; y: HeapImages; filter: number; geometry: ConvGeometry },
): void {
  const [, height, width, channels] = x.shape, [batch, oh, ow, out] = y.shape;
  const grid = gridOf(oh, ow), images = imagesOf(batch, grid.tiles, channels + out);
  heap.scratch(4 * PLANES * (channels * out + images * grid.tiles * (channels + out)), (turned) => {
    const from = turned + 4 * PLANES * channels * out, to = from + 4 * PLANES * images * grid.tiles * channels;
    simd().winogradFilter(filter, turned, channels * out);
    for (let n = 0; n < batch; n += images) {
      const count = Math.min(images, batch - n), tiles = count * grid.tiles;
      const input = x.at + 4 * n * height * width * channels, layout = [grid.down, grid.across];
      simd().winogradInput(input, from, count, height, width, channels, geometry.top, geometry.left, ...layout);
      for (let plane = 0; plane < PLANES; plane++) {
        multiply({
          m: tiles,
          n: out,
          k: channels,
          a: heap.floats(from + 4 * plane * tiles * channels, tiles * channels),
          b: heap.floats(turned + 4 * plane * channels * out, channels * out),
          c: heap.floats(to + 4 * plane * tiles * out, tiles * out),
        });
      }
      simd().winogradOutput(to, y.at + 4 * n * oh * ow * out, count, oh, ow, out, ...layout);
    }
  });
}

/**
 * The gradient in the filter.
 *
 * @param dw Address of the result, `[3, 3, in, out]`.
 */
export function winogradFilterGradient(
  heap: Heap,
  multiply: Products["multiply"],
  { x, dy, dw, geometry }: { x: HeapImages; dy: HeapImages; dw: number; geometry: ConvGeometry },
): void {
  const [, height, width, channels] = x.shape, [batch, oh, ow, out] = dy.shape;
  const grid = gridOf(oh, ow), images = imagesOf(batch, grid.tiles, channels + out);
  // The sums are in the scratch space, which begins as zeros.
  heap.scratch(4 * PLANES * (channels * out + images * grid.tiles * (channels + out)), (sums) => {
    const left = sums + 4 * PLANES * channels * out, right = left + 4 * PLANES * images * grid.tiles * channels;
    for (let n = 0; n < batch; n += images) {
      const count = Math.min(images, batch - n), tiles = count * grid.tiles;
      const input = x.at + 4 * n * height * width * channels, layout = [grid.down, grid.across];
      simd().winogradInput(input, left, count, height, width, channels, geometry.top, geometry.left, ...layout);
      simd().winogradOutputGrad(dy.at + 4 * n * oh * ow * out, right, count, oh, ow, out, ...layout);
      for (let plane = 0; plane < PLANES; plane++) {
        multiply({
          m: channels,
          n: out,
          k: tiles,
          transposeA: true,
          a: heap.floats(left + 4 * plane * tiles * channels, tiles * channels),
          b: heap.floats(right + 4 * plane * tiles * out, tiles * out),
          c: heap.floats(sums + 4 * plane * channels * out, channels * out),
          beta: 1,
        });
      }
    }
    simd().winogradFilterGrad(sums, dw, channels * out);
  });
}

/** Tiles of 2×2 outputs. */
function gridOf(height: number, width: number): { down: number; across: number; tiles: number } {
  const down = Math.ceil(height / 2), across = Math.ceil(width / 2);
  return { down, across, tiles: down * across };
}

/** Images at a time. */
function imagesOf(batch: number, tiles: number, channels: number): number {
  return Math.max(1, Math.min(batch, Math.floor(TILE_BYTES / (4 * PLANES * tiles * channels))));
}
