/**
 * Convolution and its gradients on the WASM heap as products of patches, a chunk of images at a time so that their
 * patches stay in the second cache, or by Winograd's algorithm.
 *
 * @module
 */
import { type ConvGeometry, convGeometry, type Shape4D } from "../geometry.ts";
import type { Kernel, TensorInfo } from "../kernel.ts";
import { type Heap, heapOf } from "./heap.ts";
import type { Products } from "./products.ts";
import { simd } from "./simd.ts";
import { type HeapImages, suitsWinograd, type TileSize, winogradConvolve, winogradFilterGradient } from "./winograd.ts";

type Multiply = Products["multiply"];

/** Products on a heap. */
export type ProductsOn = (heap: Heap) => Multiply;

/** Bytes of patches that are made at a time. */
export const PATCH_BYTES: number = 2 ** 20;

/** `Conv2D`: inputs x, filter. */
export function convBy(productsOn: ProductsOn, tile: TileSize): Kernel {
  return ({ backend, inputs, attributes }) => {
    const { x, filter } = inputs as { x: TensorInfo; filter: TensorInfo };
    const g = convGeometry(attributes, x.shape as Shape4D, filter.shape as Shape4D),
      heap = heapOf(backend),
      multiply = productsOn(heap);
    const y = heap.output([x.shape[0]!, ...g.output, filter.shape[3]!]);
    convolve(heap, multiply, { x, y, filter: heap.address(filter), geometry: g, tile });
    return y;
  };
}

/** `Conv2DBackpropInput`: inputs dy, filter; attribute inputShape. */
export function convInputGradientBy(productsOn: ProductsOn, tile: TileSize): Kernel {
  return ({ backend, inputs, attributes }) => {
    const { dy, filter } = inputs as { dy: TensorInfo; filter: TensorInfo };
    const inputShape = attributes.inputShape as Shape4D, [kh, kw, channels, out] = filter.shape as Shape4D;
    const g = convGeometry(attributes, inputShape, filter.shape as Shape4D),
      heap = heapOf(backend),
      multiply = productsOn(heap);
    const dx = heap.output(inputShape);
    if (g.strides[0] === 1 && g.strides[1] === 1 && kh > g.top && kw > g.left) {
      // A convolution of the output gradient with the filter turned by 180°, its channels exchanged.
      heap.scratch(4 * kh * kw * channels * out, (turned) => {
        simd().turnFilter(heap.address(filter), turned, kh * kw, channels, out);
        const geometry = { ...g, top: kh - 1 - g.top, left: kw - 1 - g.left, input: g.output, output: g.input };
        convolve(heap, multiply, { x: dy, y: dx, filter: turned, geometry, tile });
      });
    } else spread(heap, multiply, { dy, dx, filter, geometry: g });
    return dx;
  };
}

/** `Conv2DBackpropFilter`: inputs x, dy; attribute filterShape. */
export function convFilterGradientBy(productsOn: ProductsOn): Kernel {
  return ({ backend, inputs, attributes }) => {
    const { x, dy } = inputs as { x: TensorInfo; dy: TensorInfo };
    const filterShape = attributes.filterShape as Shape4D, [kh, kw, channels, out] = filterShape;
    const g = convGeometry(attributes, x.shape as Shape4D, filterShape),
      heap = heapOf(backend),
      multiply = productsOn(heap);
    const dw = heap.output(filterShape), terms = kh * kw * channels;
    if (suitsWinograd(g, channels, out)) {
      const images = [imagesAt(heap, x), imagesAt(heap, dy)] as const;
      winogradFilterGradient(heap, multiply, { x: images[0], dy: images[1], dw: heap.address(dw), geometry: g });
      return dw;
    }
    heap.floats(heap.address(dw), terms * out).fill(0);
    eachChunk(heap, { x, geometry: g, terms }, ({ rows, first, patches }) => {
      // Chunks are summed one by one, which also keeps the rounding of a hundred thousand terms small.
      multiply({
        m: terms,
        n: out,
        k: rows,
        transposeA: true,
        a: heap.floats(patches, rows * terms),
        b: heap.floats(heap.address(dy) + 4 * first * out, rows * out),
        c: heap.floats(heap.address(dw), terms * out),
        beta: 1,
      });
    });
    return dw;
  };
}

interface Convolution {
  readonly x: TensorInfo;
  readonly y: TensorInfo;
  /** Address of the filter, `[kh, kw, in, out]`. */
  readonly filter: number;
  readonly geometry: ConvGeometry;
  /** The largest tile of Winograd's. */
  readonly tile: TileSize;
}

function convolve(heap: Heap, multiply: Multiply, { x, y, filter, geometry, tile }: Convolution): void {
  const [kh, kw] = geometry.filter, out = y.shape[3]!, terms = kh * kw * x.shape[3]!;
  if (suitsWinograd(geometry, x.shape[3]!, out)) {
    const images = [imagesAt(heap, x), imagesAt(heap, y)] as const;
    return winogradConvolve(heap, multiply, { x: images[0], y: images[1], filter, geometry }, tile);
  }
  eachChunk(heap, { x, geometry, terms }, ({ rows, first, patches }) =>
    multiply({
      m: rows,
      n: out,
      k: terms,
      a: heap.floats(patches, rows * terms),
      b: heap.floats(filter, terms * out),
      c: heap.floats(heap.address(y) + 4 * first * out, rows * out),
    }));
}

function imagesAt(heap: Heap, info: TensorInfo): HeapImages {
  return { at: heap.address(info), shape: info.shape as Shape4D };
}

interface Chunk {
  /** Output pixels of the chunk. */
  readonly rows: number;
  /** Output pixels before it. */
  readonly first: number;
  /** Address of their patches, `[rows, terms]`. */
  readonly patches: number;
}

/** Makes the patches of some images at a time; of a 1×1 convolution without padding the images are the patches. */
function eachChunk(
  heap: Heap,
  { x, geometry: g, terms }: { x: TensorInfo; geometry: ConvGeometry; terms: number },
  use: (chunk: Chunk) => void,
): void {
  const [batch, height, width, channels] = x.shape as Shape4D, [oh, ow] = g.output;
  const plain = terms === channels && [...g.strides, g.top + 1, g.left + 1].every((n) => n === 1) &&
    oh === height && ow === width;
  if (plain) return use({ rows: batch * oh * ow, first: 0, patches: heap.address(x) });
  const perImage = 4 * oh * ow * terms, images = Math.max(1, Math.min(batch, Math.floor(PATCH_BYTES / perImage)));
  // An image whose patches are too many is done in bands of rows.
  const band = images > 1 ? oh : Math.max(1, Math.min(oh, Math.floor(PATCH_BYTES / (perImage / oh))));
  heap.scratch(images * band * ow * 4 * terms, (patches) => {
    for (let n = 0; n < batch; n += images) {
      const count = Math.min(images, batch - n);
      for (let row = 0; row < oh; row += band) {
        const height = Math.min(band, oh - row);
        gather(heap, { x, image: n, count, geometry: g, row, rows: height, patches });
        use({ rows: count * height * ow, first: (n * oh + row) * ow, patches });
      }
    }
  });
}

function gather(
  heap: Heap,
  { x, image, count, geometry: g, row, rows, patches }: {
    x: TensorInfo;
    image: number;
    count: number;
    geometry: ConvGeometry;
    row: number;
    rows: number;
    patches: number;
  },
): void {
  const [, height, width, channels] = x.shape as Shape4D,
    from = heap.address(x) + 4 * image * height * width * channels;
  const top = g.top - row * g.strides[0];
  simd().gatherPatches(
    from,
    patches,
    ...[count, height, width, channels],
    ...g.filter,
    ...g.strides,
    ...[top, g.left],
    ...[rows, g.output[1]],
  );
}

/** The input gradient of a strided convolution: the patches' gradients, added to the pixels under them. */
function spread(
  heap: Heap,
  multiply: Multiply,
  { dy, dx, filter, geometry: g }: { dy: TensorInfo; dx: TensorInfo; filter: TensorInfo; geometry: ConvGeometry },
): void {
  const [batch, height, width, channels] = dx.shape as Shape4D, [oh, ow] = g.output, out = dy.shape[3]!;
  const terms = g.filter[0] * g.filter[1] * channels, image = height * width * channels;
  heap.floats(heap.address(dx), batch * image).fill(0);
  const images = Math.max(1, Math.min(batch, Math.floor(PATCH_BYTES / (4 * oh * ow * terms))));
  heap.scratch(images * oh * ow * 4 * terms, (patches) => {
    for (let n = 0; n < batch; n += images) {
      const count = Math.min(images, batch - n), rows = count * oh * ow;
      multiply({
        m: rows,
        n: terms,
        k: out,
        transposeB: true,
        a: heap.floats(heap.address(dy) + 4 * n * oh * ow * out, rows * out),
        b: heap.floats(heap.address(filter), terms * out),
        c: heap.floats(patches, rows * terms),
      });
      simd().scatterPatches(
        patches,
        heap.address(dx) + 4 * n * image,
        ...[count, height, width, channels],
        ...g.filter,
        ...g.strides,
        ...[g.top, g.left],
        ...g.output,
      );
    }
  });
}
