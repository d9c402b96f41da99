/**
 * Lists of landmarks: text, a line an image, its name and then x and y of 5 or 68 points.
 *
 * @module
 */
import type { Files } from "../files.ts";
import { createNameIndex } from "../name_index.ts";
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

/** The list is read in parts of this many bytes. */
const PART = 2 ** 23;

/**
 * Reads the landmarks of all images of a set. Fields are parted by tabs, so that names may have spaces, or by spaces in
 * lines without a tab. Lines of other images are passed over. Five points an image are kept, in single precision.
 *
 * @param path The list.
 * @returns A function that gives the five points of an image, x, y pairs in pixels.
 * @throws {MissingDataError} if there is no list.
 * @throws {SyntaxError} if a line is of another form, or names an image a second time.
 * @throws {RangeError} if an image has no line.
 */
export async function readLandmarks(
  path: string,
  images: NamedImages,
  files: Files,
): Promise<(index: number) => Float64Array> {
  const points = new Float32Array(images.count * 10).fill(NaN);
  const index = createNameIndex(images.count, images.name);
  let number = 0, example: string | undefined;
  for await (const line of lines(path, files)) {
    number++;
    if (line.trim() === "") continue;
    const { name, landmarks } = parseLine(line, path, number);
    example ??= name;
    index.each(name, (image) => {
      if (!Number.isNaN(points[image * 10]!)) {
        throw new SyntaxError(`Cannot read "${path}": line ${number} names "${name}" a second time, once is wanted`);
      }
      points.set(fivePoints(landmarks), image * 10);
    });
  }
  checkComplete(path, points, images, example);
  return (image) => Float64Array.from(points.subarray(image * 10, image * 10 + 10));
}

/** The lines of a text file, which may be larger than a string can be. */
async function* lines(path: string, files: Files): AsyncGenerator<string> {
  const size = await files.size(path), decoder = new TextDecoder();
  let rest = "";
  for (let start = 0; start < size; start += PART) {
    const bytes = await files.read(path, { start, length: Math.min(PART, size - start) });
    const found = (rest + decoder.decode(bytes, { stream: true })).split("\n");
    rest = found.pop()!;
    yield* found;
  }
  yield rest + decoder.decode();
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
