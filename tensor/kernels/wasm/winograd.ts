/**
 * 3×3 convolutions of stride 1 on the WASM heap by Winograd's F(2×2, 3×3) and F(4×4, 3×3): 2.25 and 4 times fewer
 * multiplications.
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
/** Products of a tile of 2×2 outputs: 4 × 4. */
const PLANES = 16;
/** Bytes of room for one transformed tile of 4×4 outputs, four channels of it. */
const TEMP = 36 * 16;

/** Outputs of a tile, down and across. */
export type TileSize = 2 | 4;

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
 * @param largest The largest tile that may be taken; smaller ones round less.
 */
export function winogradConvolve(
  heap: Heap,
  multiply: Products["multiply"],
  { x, y, filter, geometry }: { x: HeapImages; y: HeapImages; filter: number; geometry: ConvGeometry },
  largest: TileSize,
): void {
  const [, height, width, channels] = x.shape, [batch, oh, ow, out] = y.shape;
  const floats = (size: TileSize) => transformedFloats(size, y.shape, channels);
  const size = largest === 4 && floats(4) < floats(2) ? 4 : 2, planes = (size + 2) ** 2;
  const { blocks, most } = blocksOf(batch, oh, ow, channels + out, size), kernels = TRANSFORMS[size];
  heap.scratch(TEMP + 4 * planes * (channels * out + most * (channels + out)), (temp) => {
    const turned = temp + TEMP, from = turned + 4 * planes * channels * out, to = from + 4 * planes * most * channels;
    kernels.filter(filter, turned, temp, channels * out);
    for (const { image, images, row, grid, tiles } of blocks) {
      const input = x.at + 4 * image * height * width * channels, top = geometry.top - row;
      kernels.input(input, from, temp, images, height, width, channels, top, geometry.left, ...grid);
      for (let plane = 0; plane < planes; plane++) {
        multiply({
          m: tiles,
          n: out,
          k: channels,
          a: heap.floats(from + 4 * plane * tiles * channels, tiles * channels),
          b: heap.floats(turned + 4 * plane * channels * out, channels * out),
          c: heap.floats(to + 4 * plane * tiles * out, tiles * out),
        });
      }
      kernels.output(to, y.at + 4 * (image * oh + row) * ow * out, temp, images, oh - row, ow, out, ...grid);
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
  const { blocks, most } = blocksOf(batch, oh, ow, channels + out, 2);
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

/** The transforms of a size of tile; `temp` is room for one tile. */
const TRANSFORMS = {
  2: {
    filter: (w: number, to: number, _temp: number, size: number) => simd().winogradFilter(w, to, size),
    input: (x: number, to: number, _temp: number, ...rest: number[]) => simd().winogradInput(x, to, ...rest),
    output: (m: number, y: number, _temp: number, ...rest: number[]) => simd().winogradOutput(m, y, ...rest),
  },
  4: {
    filter: (w: number, to: number, temp: number, size: number) => simd().winogradLargeFilter(w, to, temp, size),
    input: (...args: number[]) => simd().winogradLargeInput(...args),
    output: (...args: number[]) => simd().winogradLargeOutput(...args),
  },
} as const;

/** Floats of the filter and all tiles when transformed. */
function transformedFloats(size: TileSize, [batch, height, width, out]: HeapImages["shape"], channels: number): number {
  const tiles = batch * Math.ceil(height / size) * Math.ceil(width / size);
  return (size + 2) ** 2 * (channels * out + tiles * (channels + out));
}

/** What is done at a time: some images, or some lines of one image. */
interface Block {
  readonly image: number;
  readonly images: number;
  /** First line of outputs. */
  readonly row: number;
  /** Tiles, down and across. */
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
  size: TileSize,
): { blocks: readonly Block[]; most: number } {
  const down = Math.ceil(height / size), across = Math.ceil(width / size), blocks: Block[] = [];
  const fit = TILE_BYTES / (4 * (size + 2) ** 2 * channels),
    images = Math.max(1, Math.min(batch, Math.floor(fit / (down * across))));
  const lines = images > 1 ? down : Math.max(1, Math.min(down, Math.floor(fit / across)));
  for (let image = 0; image < batch; image += images) {
    const count = Math.min(images, batch - image);
    for (let line = 0; line < down; line += lines) {
      const grid = [Math.min(lines, down - line), across] as const;
      blocks.push({ image, images: count, row: size * line, grid, tiles: count * grid[0] * across });
    }
  }
  return { blocks, most: images * lines * across };
}
