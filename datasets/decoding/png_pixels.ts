/**
 * From the inflated bytes of a PNG to pixels: the scanline filters, the bit depths and the passes of interlacing.
 *
 * Specification: https://www.w3.org/TR/png-3/, sections 8 and 9.
 *
 * @module
 */

/** How the pixels of a PNG are stored. */
export interface Layout {
  readonly width: number;
  readonly height: number;
  /** Bits a sample: 1, 2, 4, 8 or 16. */
  readonly depth: number;
  /** Samples a pixel: 1 grey or palette index, 2 with alpha, 3 colour, 4 with alpha. */
  readonly samples: number;
  /** Whether the sample is an index into the palette. */
  readonly palette: boolean;
}

/** A pass over the image: its first pixel and the steps between its pixels. */
export interface Pass {
  readonly x: number;
  readonly y: number;
  readonly dx: number;
  readonly dy: number;
}

/** The one pass of an image without interlacing. */
export const WHOLE: readonly Pass[] = [{ x: 0, y: 0, dx: 1, dy: 1 }];

/** The seven passes of Adam7 interlacing. */
export const ADAM7: readonly Pass[] = [
  { x: 0, y: 0, dx: 8, dy: 8 },
  { x: 4, y: 0, dx: 8, dy: 8 },
  { x: 0, y: 4, dx: 4, dy: 8 },
  { x: 2, y: 0, dx: 4, dy: 4 },
  { x: 0, y: 2, dx: 2, dy: 4 },
  { x: 1, y: 0, dx: 2, dy: 2 },
  { x: 0, y: 1, dx: 1, dy: 2 },
];

/**
 * Undoes the scanline filters in place.
 *
 * @param raw Scanlines, each a filter byte and `stride` bytes.
 * @param stride Bytes a scanline, without the filter byte.
 * @param step Bytes between a byte and its left neighbour: those of one pixel, at least 1.
 * @throws {SyntaxError} if a filter byte is not one of 0 to 4.
 */
export function unfilter(raw: Uint8Array, stride: number, step: number): void {
  for (let start = 0; start < raw.length; start += stride + 1) {
    const filter = raw[start]!, end = start + 1 + stride, up = -(stride + 1), first = start === 0;
    if (filter > 4) throw new SyntaxError(`Cannot decode PNG: found scanline filter ${filter}, 0 to 4 are wanted`);
    for (let i = start + 1; filter !== 0 && i < end; i++) {
      const left = i - step > start ? raw[i - step]! : 0, above = first ? 0 : raw[i + up]!;
      const corner = !first && i - step > start ? raw[i + up - step]! : 0;
      const guess = filter === 1
        ? left
        : filter === 2
        ? above
        : filter === 3
        ? (left + above) >> 1
        : paeth(left, above, corner);
      raw[i] = raw[i]! + guess;
    }
  }
}

/** The Paeth predictor: whichever of left, above and corner is nearest to `left + above − corner`, ties in that order. */
function paeth(left: number, above: number, corner: number): number {
  const p = left + above - corner;
  const a = Math.abs(p - left), b = Math.abs(p - above), c = Math.abs(p - corner);
  return a <= b && a <= c ? left : b <= c ? above : corner;
}

/**
 * Writes the pixels of one pass into the image, as grey or colour bytes.
 *
 * @param raw Unfiltered scanlines of the pass, each with its filter byte.
 * @param pass The pass, with its size in pixels and its bytes a scanline.
 * @param layout How the samples are stored.
 * @param palette Colours, three bytes each, where `layout.palette`.
 * @param out Receives the bytes, `[height, width, 1 or 3]`.
 * @throws {SyntaxError} if a palette index has no colour.
 */
export function expand(
  raw: Uint8Array,
  pass: Pass & { readonly width: number; readonly height: number; readonly stride: number },
  layout: Layout,
  palette: Uint8Array | undefined,
  out: Uint8Array,
): void {
  const { depth, samples } = layout, mask = (1 << Math.min(depth, 8)) - 1;
  const scale = depth < 8 && !layout.palette ? 255 / mask : 1;
  const channels = samples >= 3 || layout.palette ? 3 : 1;
  for (let y = 0; y < pass.height; y++) {
    const line = y * (pass.stride + 1) + 1;
    let to = ((pass.y + y * pass.dy) * layout.width + pass.x) * channels;
    for (let x = 0; x < pass.width; x++, to += pass.dx * channels) {
      if (depth >= 8) {
        const bytes = depth >> 3, from = line + x * samples * bytes;
        if (!layout.palette) {
          for (let c = 0; c < channels; c++) out[to + c] = raw[from + c * bytes]!;
        } else setColour(out, to, palette!, raw[from]!);
        continue;
      }
      const bit = x * depth, value = (raw[line + (bit >> 3)]! >> (8 - depth - (bit & 7))) & mask;
      if (layout.palette) setColour(out, to, palette!, value);
      else out[to] = value * scale;
    }
  }
}

function setColour(out: Uint8Array, to: number, palette: Uint8Array, index: number): void {
  if (index * 3 + 2 >= palette.length) {
    throw new SyntaxError(
      `Cannot decode PNG: found palette index ${index}, the palette has ${palette.length / 3} colours`,
    );
  }
  for (let c = 0; c < 3; c++) out[to + c] = palette[index * 3 + c]!;
}
