/**
 * The text files that describe the templates of IJB-B and IJB-C.
 *
 * Source: insightface, `recognition/_evaluation_/ijb`.
 *
 * @module
 */
import type { Files } from "./files.ts";
import { growingIntegers, growingList, growingText, type PackedText } from "./growing.ts";
import { isInnerPath } from "./inner_path.ts";
import { readFields, readIntegers, textOf, wrongLine } from "./line_fields.ts";
import { eachLine } from "./text_lines.ts";

/** The images of a set, each in one template. */
export interface IjbFaces {
  /** File names. */
  readonly names: PackedText;
  /** Template of each image, by its place in `ids`. */
  readonly template: Int32Array;
  /** Medium of each image. */
  readonly medium: Int32Array;
  /** The data's own numbers of the templates, ascending. */
  readonly ids: Int32Array;
}

/** Place of each of the data's template numbers. */
export type TemplatePlaces = ReadonlyMap<number, number>;

/** Numbers templates from 0 in the order of the data's own numbers. */
export function placesOf({ ids }: Pick<IjbFaces, "ids">): TemplatePlaces {
  return new Map(Array.from(ids, (id, place) => [id, place]));
}

/**
 * Reads `…_face_tid_mid.txt`: a line for each image, `name template medium`.
 *
 * @throws {SyntaxError} if a line is anything else, with its number.
 */
export async function readFaces(path: string, files: Files): Promise<IjbFaces> {
  const names = growingText(), templates = growingIntegers(), media = growingIntegers(), ids = new Set<number>();
  await eachLine(path, files, (line) => {
    const fields = readFields(line), template = Number(fields[1]), medium = Number(fields[2]);
    if (fields.length !== 3 || !isId(template) || !isId(medium)) {
      throw wrongLine(path, line, "an image, its template and its medium");
    }
    if (!isInnerPath(fields[0]!)) throw wrongLine(path, line, "a name within the folder of the images");
    names.push(fields[0]!);
    templates.push(template), media.push(medium), ids.add(template);
  });
  if (names.length === 0) throw new SyntaxError(`Cannot read "${path}": found no line, one an image is wanted`);
  const sorted = Int32Array.from(ids).sort(), places = placesOf({ ids: sorted });
  const template = templates.array().map((id) => places.get(id)!);
  return { names, template, medium: media.array(), ids: sorted };
}

/**
 * Reads `…_template_pair_label.txt`: a line for each pair of templates, `first second same`.
 *
 * @throws {SyntaxError} if a line is anything else, or names a template that has no image, with its number.
 */
export async function readTemplatePairs(
  path: string,
  files: Files,
  places: TemplatePlaces,
): Promise<{ first: Int32Array; second: Int32Array; same: Uint8Array }> {
  const first = growingIntegers(), second = growingIntegers();
  const same = growingList((length) => new Uint8Array(length)), values = new Int32Array(3);
  const wanted = "two templates that have images, and 1 (same) or 0";
  await eachLine(path, files, (line) => {
    if (!readIntegers(line, values)) throw wrongLine(path, line, wanted);
    const a = places.get(values[0]!), b = places.get(values[1]!), label = values[2]!;
    if (a === undefined || b === undefined || label > 1) throw wrongLine(path, line, wanted);
    first.push(a), second.push(b), same.push(label);
  });
  return { first: first.array(), second: second.array(), same: same.array() };
}

/** What a detector says of each image. */
export interface Detections {
  /** Five landmarks of each image, x and y in pixels, `[images, 10]`. */
  readonly landmarks: Float32Array;
  /** Score of each image. */
  readonly scores: Float32Array;
}

/**
 * Reads `…_name_5pts_score.txt`: a line for each image in the order of the faces, `name x1 y1 … x5 y5 score`.
 *
 * @throws {SyntaxError} if a line is anything else, with its number.
 */
export async function readDetections(path: string, files: Files, names: PackedText): Promise<Detections> {
  const landmarks = new Float32Array(10 * names.length), scores = new Float32Array(names.length);
  let image = 0;
  await eachLine(path, files, (line) => {
    const fields = readFields(line), numbers = fields.slice(1).map(Number);
    if (numbers.length !== 11 || !numbers.every(Number.isFinite)) {
      throw wrongLine(path, line, "an image, five points and a score");
    }
    if (image === names.length || fields[0] !== names.at(image)) {
      const name = image < names.length ? `image "${names.at(image)}"` : "no more images";
      throw wrongLine(path, line, `${name} as in the list of templates`);
    }
    landmarks.set(numbers.slice(0, 10), 10 * image);
    scores[image++] = numbers[10]!;
  });
  if (image < names.length) {
    throw new SyntaxError(
      `Cannot read "${path}": found ${image} images, ${names.length} are wanted as in the list of templates`,
    );
  }
  return { landmarks, scores };
}

/**
 * Reads a gallery or probe list of the 1:N protocol: a header, then `template,subject,…`; templates may come again.
 *
 * @param subjects Receives the subject of each template by its place; −1 where none is known yet.
 * @returns The templates by place, ascending, each once.
 * @throws {SyntaxError} if a line is anything else, names a template without images, or changes a subject.
 */
export async function readTemplateList(
  path: string,
  files: Files,
  { places, subjects }: { readonly places: TemplatePlaces; readonly subjects: Int32Array },
): Promise<Int32Array> {
  const found = new Set<number>();
  await eachLine(path, files, (line) => {
    if (line.number === 1) return;
    const [template, subject] = textOf(line).split(",");
    const place = places.get(Number(template)), number = Number(subject);
    if (place === undefined || !isId(number) || subject === "") {
      throw wrongLine(path, line, "a template that has images, a comma and its subject");
    }
    if (subjects[place] !== -1 && subjects[place] !== number) {
      throw wrongLine(path, line, `subject ${subjects[place]} as before`);
    }
    subjects[place] = number;
    found.add(place);
  });
  if (found.size === 0) throw new SyntaxError(`Cannot read "${path}": found no template, one a line is wanted`);
  return Int32Array.from(found).sort();
}

function isId(value: number): boolean {
  return Number.isInteger(value) && value >= 0 && value <= 0x7fffffff;
}
