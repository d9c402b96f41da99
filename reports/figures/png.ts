/**
 * SVG as PNG: the same bytes each time for the same fonts.
 *
 * @module
 */
import { initWasm, Resvg } from "@resvg/resvg-wasm";

/** What a picture in pixels is made with. */
export interface PngTools {
  /** Contents of `index_bg.wasm` of `@resvg/resvg-wasm`. */
  readonly wasm: Uint8Array;
  /** Contents of font files, TrueType or OpenType; the first that has a letter writes it. */
  readonly fonts: readonly Uint8Array[];
  /** Pixels of the picture for each of the SVG. */
  readonly scale?: number;
}

let started: Promise<void> | undefined;

/**
 * Draws an SVG in pixels.
 *
 * @returns A PNG file.
 * @throws {RangeError} without a font: every text would be missing.
 */
export async function renderPng(svg: string, { wasm, fonts, scale = 2 }: PngTools): Promise<Uint8Array> {
  if (fonts.length === 0) {
    throw new RangeError(
      "Cannot draw a PNG: found no font, and its texts would be missing; name a font file, or take SVG",
    );
  }
  await (started ??= initWasm(wasm as Uint8Array<ArrayBuffer>));
  const drawing = new Resvg(svg, { fitTo: { mode: "zoom", value: scale }, font: { fontBuffers: [...fonts] } });
  try {
    return drawing.render().asPng();
  } finally {
    drawing.free();
  }
}
