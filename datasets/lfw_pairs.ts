/**
 * The pair lists of Labeled Faces in the Wild.
 *
 * Source: https://vis-www.cs.umass.edu/lfw/README.txt
 *
 * @module
 */
import type { Files } from "./files.ts";
import { readLines, wordsOf } from "./text_lines.ts";

/** One photograph of one person. */
export interface LfwImage {
  /** The official path, `Name/Name_0001.jpg`. */
  readonly name: string;
  /** Who. */
  readonly person: string;
  /** Line of the list that names it first. */
  readonly line: number;
}

/** A list of pairs. */
export interface LfwPairs {
  /** Every image of the list, sorted by name. */
  readonly images: readonly LfwImage[];
  /** First image of each pair. */
  readonly first: Int32Array;
  /** Second image of each pair. */
  readonly second: Int32Array;
  /** 1 where both are of one person. */
  readonly same: Uint8Array;
  /** Fold of each pair. */
  readonly fold: Int32Array;
  /** Number of folds. */
  readonly folds: number;
}

/**
 * Reads `pairs.txt` (View 2: a first line of two numbers, the folds and the pairs of each kind in a fold; then, for each
 * fold, lines `name i j` of one person and lines `name i name j` of two), or a list of View 1 (a first line of one
 * number, the pairs of each kind), whose pairs are dealt out to `folds` folds as they stand.
 *
 * @throws {SyntaxError} if the list is not of this form to the last line.
 * @throws {RangeError} if `folds` is wanting for View 1, or is not the number of folds that the list says.
 */
export async function readLfwPairs(path: string, files: Files, wanted?: number): Promise<LfwPairs> {
  const lines: string[] = [];
  for await (const part of readLines(path, files)) part.lines.forEach((line) => lines.push(line));
  while (lines.at(-1)?.trim() === "") lines.pop();
  const { folds, perKind, blocks } = readHeader(lines[0] ?? "", path, wanted);
  const total = 2 * perKind * blocks;
  if (lines.length - 1 !== total) {
    throw new SyntaxError(
      `Cannot read "${path}": ${lines.length - 1} lines follow the first, its "${lines[0]}" asks for ${total} pairs`,
    );
  }
  const found = new Map<string, LfwImage>(), pairs: [string, string][] = [];
  const same = new Uint8Array(total), fold = new Int32Array(total);
  for (let i = 0; i < total; i++) {
    const isSame = Math.floor(i / perKind) % 2 === 0, pair = readPair(lines[i + 1]!, { isSame, path, line: i + 2 });
    for (const image of pair) if (!found.has(image.name)) found.set(image.name, image);
    pairs.push([pair[0].name, pair[1].name]);
    same[i] = isSame ? 1 : 0;
    const within = i % perKind;
    fold[i] = blocks > 1 ? Math.floor(i / (2 * perKind)) : Math.floor(within * folds / perKind);
  }
  const images = [...found.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  const place = new Map(images.map((image, index) => [image.name, index]));
  const side = (of: 0 | 1): Int32Array => Int32Array.from(pairs, (pair) => place.get(pair[of])!);
  return { images, first: side(0), second: side(1), same, fold, folds };
}

function readHeader(line: string, path: string, wanted?: number): { folds: number; perKind: number; blocks: number } {
  const numbers = wordsOf(line);
  if (numbers.length < 1 || numbers.length > 2 || numbers.some((word) => !/^[1-9]\d{0,6}$/.test(word))) {
    throw new SyntaxError(
      `Cannot read line 1 of "${path}": found ${
        JSON.stringify(line.slice(0, 80))
      }, wanted the number of folds and the ` +
        'pairs of each kind in a fold, such as "10 300", or the pairs of each kind alone',
    );
  }
  const [a, b] = numbers.map(Number) as [number, number | undefined];
  if (b !== undefined) {
    if (wanted !== undefined && wanted !== a) {
      throw new RangeError(`Cannot take ${wanted} folds of "${path}": it says ${a}, leave folds out`);
    }
    return { folds: a, perKind: b, blocks: a };
  }
  if (wanted === undefined || wanted > a) {
    throw new RangeError(
      `Cannot take "${path}" as it is: it has ${a} pairs of each kind and no folds, ` +
        `set folds to a number up to ${a} (thresholds are chosen on the other folds) or take pairs.txt of View 2`,
    );
  }
  return { folds: wanted, perKind: a, blocks: 1 };
}

function readPair(
  line: string,
  at: { readonly isSame: boolean; readonly path: string; readonly line: number },
): [LfwImage, LfwImage] {
  const wrong = (wanted: string) =>
    new SyntaxError(
      `Cannot read line ${at.line} of "${at.path}": found ${JSON.stringify(line.slice(0, 200))}, ${wanted}`,
    );
  const words = wordsOf(line);
  if (words.length !== (at.isSame ? 3 : 4)) {
    throw wrong(
      at.isSame ? 'a same pair "name i j" is wanted here' : 'a different pair "name i name j" is wanted here',
    );
  }
  const image = (person: string, number: string): LfwImage => {
    if (!/^[1-9]\d{0,3}$/.test(number)) throw wrong(`"${number}" is no number of an image, 1 to 9999 is wanted`);
    if (/[/\\]/.test(person)) throw wrong("a name has no slashes");
    return { name: `${person}/${person}_${number.padStart(4, "0")}.jpg`, person, line: at.line };
  };
  const pair: [LfwImage, LfwImage] = at.isSame
    ? [image(words[0]!, words[1]!), image(words[0]!, words[2]!)]
    : [image(words[0]!, words[1]!), image(words[2]!, words[3]!)];
  if (at.isSame && pair[0].name === pair[1].name) throw wrong("two images are wanted");
  if (!at.isSame && pair[0].person === pair[1].person) throw wrong("two people are wanted");
  return pair;
}
