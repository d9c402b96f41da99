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
  const { blocks, most } = blocksOf(batch, oh, ow, channels + out);
  heap.scratch(4 * PLANES * (channels * out + most * (channels + out)), (turned) => {
    const from = turned + 4 * PLANES * channels * out, to = from + 4 * PLANES * most * channels;
    simd().winogradFilter(filter, turned, channels * out);
    for (const { image, images, row, grid, tiles } of blocks) {
      const input = x.at + 4 * image * height * width * channels, top = geometry.top - row;
      simd().winogradInput(input, from, images, height, width, channels, top, geometry.left, ...grid);
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
      simd().winogradOutput(to, y.at + 4 * (image * oh + row) * ow * out, images, oh - row, ow, out, ...grid);
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
  const { blocks, most } = blocksOf(batch, oh, ow, channels + out);
  heap.scratch(4 * PLANES * (channels * out + most * (channels + out)), (sums) => {
    heap.floats(sums, PLANES * channels * out).fill(0);
    const left = sums + 4 * PLANES * channels * out, right = left + 4 * PLANES * most * channels;
    for (const { image, images, row, grid, tiles } of blocks) {
      const input = x.at + 4 * image * height * width * channels, top = geometry.top - row;
      simd().winogradInput(input, left, images, height, width, channels, top, geometry.left, ...grid);
      simd().winogradOutputGrad(dy.at + 4 * (image * oh + row) * ow * out, right, images, oh - row, ow, out, ...grid);
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

/** What is done at a time: some images, or some lines of one image. */
interface Block {
  readonly image: number;
  readonly images: number;
  /** First line of outputs. */
  readonly row: number;
  /** Tiles of 2×2 outputs, down and across. */
  readonly grid: readonly [number, number];
  /** Tiles in all. */
  readonly tiles: number;
}

/** Cuts a batch into blocks whose tiles stay in the cache; `most` is the largest number of tiles. */
function blocksOf(
  batch: number,
  height: number,
  width: number,
  channels: number,
): { blocks: readonly Block[]; most: number } {
  const down = Math.ceil(height / 2), across = Math.ceil(width / 2), blocks: Block[] = [];
  const fit = TILE_BYTES / (4 * PLANES * channels),
    images = Math.max(1, Math.min(batch, Math.floor(fit / (down * across))));
  const lines = images > 1 ? down : Math.max(1, Math.min(down, Math.floor(fit / across)));
  for (let image = 0; image < batch; image += images) {
    const count = Math.min(images, batch - image);
    for (let line = 0; line < down; line += lines) {
      const grid = [Math.min(lines, down - line), across] as const;
      blocks.push({ image, images: count, row: 2 * line, grid, tiles: count * grid[0] * across });
    }
  }
  return { blocks, most: images * lines * across };
}
