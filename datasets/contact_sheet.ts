/**
 * A sheet of small images, to look at a data set.
 *
 * @module
 */
import { toChannels } from "./decoding/bitmap.ts";
import { encodePng } from "./decoding/encode_png.ts";
import type { DataSet, ImageSet } from "./reader.ts";

/** Pixels between images, and of the frame of a pair. */
const GAP = 2;
/** Grey of the ground. */
const GROUND = 128;
/** Colours of the frames of pairs: green for the same class, red for different ones. */
const SAME = [0, 160, 60] as const, DIFFERENT = [210, 30, 30] as const;

/** Images that are shown side by side, without a gap. */
interface Cell {
  readonly images: readonly number[];
  readonly frame?: readonly [number, number, number];
}

/**
 * Lays images out in a grid: of a set of images a class a row; of pairs the two images side by side, in a green frame
 * where they are of one class and in a red one where they are not; of templates a template a row. Rows are evenly spread
 * over the set, as pairs are.
 *
 * @param set What is shown, as the network gets it, before normalisation.
 * @param options Images a row, and rows; a pair takes two columns.
 * @returns A PNG file.
 * @throws {RangeError} if the grid has no columns or rows.
 * @throws {TypeError} if the set has names alone.
 */
export async function contactSheet(
  set: DataSet,
  options: { readonly columns: number; readonly rows: number },
): Promise<Uint8Array> {
  const { columns } = options, images = set.gives === "images" ? set : set.images;
  if (images.shape[0] === 0) {
    throw new TypeError(`Cannot show "${set.provenance.reader}": it gives names alone, say where the images are`);
  }
  const rows = columns >= 1 && options.rows >= 1 ? rowsOf(set, options) : [];
  if (rows.length === 0) {
    throw new RangeError(`Cannot lay out ${options.rows} rows of ${columns} images: at least 1 of each is wanted`);
  }
  return await draw(images, rows, set.gives === "pairs");
}

/** The cells of each row. */
function rowsOf(set: DataSet, { columns, rows }: { readonly columns: number; readonly rows: number }): Cell[][] {
  if (set.gives === "pairs") {
    const { first, second, same } = set, wide = Math.max(1, columns >> 1);
    const cells = spread(same.length, rows * wide).map((pair): Cell => ({
      images: [first[pair]!, second[pair]!],
      frame: same[pair] ? SAME : DIFFERENT,
    }));
    return Array.from(
      { length: Math.ceil(cells.length / wide) },
      (_, row) => cells.slice(row * wide, (row + 1) * wide),
    );
  }
  const [count, groups, members] = set.gives === "images"
    ? [set.classes.length, set.labels, undefined] as const
    : [set.count, set.entries.template, set.entries.image] as const;
  const shown = spread(count, rows), row = new Map(shown.map((group, i) => [group, i]));
  const lines: Cell[][] = shown.map(() => []);
  groups.forEach((group, i) => {
    const line = lines[row.get(group) ?? -1];
    if (line && line.length < columns) line.push({ images: [members ? members[i]! : i] });
  });
  return lines;
}

/** So many numbers below `count`, evenly spread, ascending. */
function spread(count: number, wanted: number): number[] {
  const length = Math.min(count, wanted);
  return Array.from({ length }, (_, i) => Math.floor((i * count) / length));
}

async function draw(set: ImageSet, rows: readonly (readonly Cell[])[], framed: boolean): Promise<Uint8Array> {
  const [height, width] = set.shape, channels = framed ? 3 : set.shape[2] === 1 ? 1 : 3;
  // A frame lies around its images, and frames do not touch.
  const margin = framed ? 2 * GAP : GAP,
    cellWidth = width * Math.max(1, ...rows.flat().map(({ images }) => images.length));
  const columns = Math.max(...rows.map((row) => row.length));
  const sheetWidth = columns * (cellWidth + margin) + margin, sheetHeight = rows.length * (height + margin) + margin;
  const data = new Uint8Array(sheetWidth * sheetHeight * channels).fill(GROUND);
  const fill = (left: number, top: number, size: readonly [number, number], colour: readonly number[]): void => {
    for (let y = top; y < top + size[0]; y++) {
      for (let x = left; x < left + size[1]; x++) data.set(colour, (y * sheetWidth + x) * channels);
    }
  };
  const place = (bytes: Uint8Array, left: number, top: number): void => {
    for (let y = 0; y < height; y++) {
      const line = bytes.subarray(y * width * channels, (y + 1) * width * channels);
      data.set(line, ((top + y) * sheetWidth + left) * channels);
    }
  };
  for (const [row, cells] of rows.entries()) {
    const read = await Promise.all(cells.map(({ images }) => Promise.all(images.map((index) => set.read(index)))));
    for (const [column, images] of read.entries()) {
      const left = margin + column * (cellWidth + margin), top = margin + row * (height + margin);
      const { frame } = cells[column]!;
      if (frame) fill(left - GAP / 2, top - GAP / 2, [height + GAP, cellWidth + GAP], frame);
      images.forEach((bytes, i) => {
        const shown = { width, height, channels: set.shape[2] === 1 ? 1 as const : 3 as const, data: bytes };
        place(toChannels(shown, channels).data, left + i * width, top);
      });
    }
  }
  return encodePng({ width: sheetWidth, height: sheetHeight, channels, data });
}
