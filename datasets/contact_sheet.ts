/**
 * A sheet of small images, to look at a data set.
 *
 * @module
 */
import { encodePng } from "./decoding/encode_png.ts";
import type { ImageSet } from "./reader.ts";

/** Pixels between images. */
const GAP = 2;
/** Grey of the ground. */
const GROUND = 128;

/**
 * Lays images out in a grid, a class a row: classes evenly spread over the set, and the first images of each.
 *
 * @param set The images; they are shown as the network gets them, before normalisation.
 * @param options Images a row, and rows.
 * @returns A PNG file.
 * @throws {RangeError} if the grid has no columns or rows.
 */
export async function contactSheet(
  set: ImageSet,
  options: { readonly columns: number; readonly rows: number },
): Promise<Uint8Array> {
  const { columns } = options, rows = Math.min(options.rows, set.classes.length);
  if (!(columns >= 1 && rows >= 1)) {
    throw new RangeError(`Cannot lay out ${options.rows} rows of ${columns} images: at least 1 of each is wanted`);
  }
  const [height, width, channels] = set.shape;
  const members: number[][] = set.classes.map(() => []);
  set.labels.forEach((label, image) => members[label]!.push(image));
  const sheetWidth = columns * (width + GAP) + GAP, sheetHeight = rows * (height + GAP) + GAP;
  const data = new Uint8Array(sheetWidth * sheetHeight * channels).fill(GROUND);
  for (let row = 0; row < rows; row++) {
    const shown = members[Math.floor((row * set.classes.length) / rows)]!.slice(0, columns);
    const images = await Promise.all(shown.map((index) => set.read(index)));
    images.forEach((image, column) => {
      const left = GAP + column * (width + GAP), top = GAP + row * (height + GAP);
      for (let y = 0; y < height; y++) {
        const line = image.subarray(y * width * channels, (y + 1) * width * channels);
        data.set(line, ((top + y) * sheetWidth + left) * channels);
      }
    });
  }
  return encodePng({ width: sheetWidth, height: sheetHeight, channels: channels === 1 ? 1 : 3, data });
}
