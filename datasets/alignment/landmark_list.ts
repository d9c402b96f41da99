/**
 * Lists of landmarks: text, a line an image, its name and then x and y of 5 or 68 points.
 *
 * @module
 */
import type { Files } from "../files.ts";
import { createNameIndex } from "../name_index.ts";
import { readLines } from "../text_lines.ts";
import { fivePoints } from "./template.ts";

/** Images whose landmarks are looked for. */
export interface NamedImages {
  /** What the images are read from, for messages. */
  readonly source: string;
  /** Number of images. */
  readonly count: number;
  /** Name of an image. */
  name(index: number): string;
}

/**
 * Reads the landmarks of all images of a set. Fields are parted by tabs, so that names may have spaces, or by spaces in
 * lines without a tab. Lines of other images are passed over. Five points an image are kept, in single precision.
 *
 * @param path The list.
 * @returns A function that gives the five points of an image, x, y pairs in pixels.
 * @throws {MissingDataError} if there is no list.
 * @throws {SyntaxError} if a line is of another form or no UTF-8, or names an image a second time.
 * @throws {RangeError} if an image has no line.
 */
export async function readLandmarks(
  path: string,
  images: NamedImages,
  files: Files,
): Promise<(index: number) => Float64Array> {
  const points = new Float32Array(images.count * 10).fill(NaN);
  const index = createNameIndex(images.count, images.name);
  let example: string | undefined;
  const take = (line: string, number: number): void => {
    if (line.trim() === "") return;
    const { name, landmarks } = parseLine(line, path, number);
    example ??= name;
    index.each(name, (image) => {
      if (!Number.isNaN(points[image * 10]!)) {
        throw new SyntaxError(`Cannot read "${path}": line ${number} names "${name}" a second time, once is wanted`);
      }
      points.set(fivePoints(landmarks), image * 10);
    });
  };
  for await (const { first, lines } of readLines(path, files)) lines.forEach((line, i) => take(line, first + i));
  checkComplete(path, points, images, example);
  return (image) => Float64Array.from(points.subarray(image * 10, image * 10 + 10));
}

function parseLine(line: string, path: string, number: number): { name: string; landmarks: Float64Array } {
  const [name, ...fields] = line.includes("\t") ? line.trimEnd().split("\t") : line.trim().split(/\s+/);
  const landmarks = Float64Array.from(fields, (field) => field.trim() === "" ? NaN : Number(field));
  if (landmarks.length !== 10 && landmarks.length !== 136) {
    throw new SyntaxError(
      `Cannot read "${path}": line ${number} has ${landmarks.length} numbers after its name, 10 (x and y of 5 points) ` +
        "or 136 (68 points) are wanted",
    );
  }
  const bad = landmarks.findIndex((value) => !Number.isFinite(value));
  if (bad < 0) return { name: name!, landmarks };
  throw new SyntaxError(`Cannot read "${path}": line ${number} has "${fields[bad]}" where a number is wanted`);
}

function checkComplete(path: string, points: Float32Array, images: NamedImages, example: string | undefined): void {
  let missing = 0, first = -1;
  for (let image = images.count - 1; image >= 0; image--) {
    if (Number.isNaN(points[image * 10]!)) missing++, first = image;
  }
  if (missing === 0) return;
  const found = example === undefined ? "the list is empty" : `its names are such as "${example}"`;
  throw new RangeError(
    `Cannot align "${images.name(first)}" of "${images.source}": "${path}" has no line of this name ` +
      `(${missing} of ${images.count} images have none; ${found}), a line for every image is wanted`,
  );
}
