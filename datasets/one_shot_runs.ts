/**
 * Runs of one-shot classification as Omniglot's `all_runs.zip` lays them out.
 *
 * Source: https://github.com/brendenlake/omniglot
 *
 * @module
 */
import type { ImageSource } from "./image_source.ts";
import { wordsOf } from "./text_lines.ts";

/** One run: some images are known, and each test image is of the character of one of them. */
export interface OneShotRun {
  /** Name, such as `run01`. */
  readonly name: string;
  /** Paths of the training images, one a character, sorted. */
  readonly training: readonly string[];
  /** Paths of the test images, in the order of `class_labels.txt`. */
  readonly test: readonly string[];
  /** For each test image, which training image is of the same character. */
  readonly answer: readonly number[];
}

/**
 * Reads every `class_labels.txt`, whose lines are `run01/test/item01.png run01/training/class08.png`, and holds it to the
 * images that are there: each test image once, each training image as the answer of one of them.
 *
 * @param path Where the runs lie, for messages.
 * @throws {SyntaxError} if a list is not of this form, or does not agree with the images.
 * @throws {RangeError} if there are no runs.
 */
export async function readOneShotRuns(path: string, source: ImageSource): Promise<OneShotRun[]> {
  const runs: OneShotRun[] = [];
  for (const list of source.paths) {
    const [, root, name] = /^((?:.*\/)?)([^/]+)\/class_labels\.txt$/.exec(list) ?? [];
    if (root === undefined || name === undefined || list.startsWith("__MACOSX/")) continue;
    let text: string;
    try {
      text = new TextDecoder("utf-8", { fatal: true }).decode(await source.read(list));
    } catch (error) {
      if (!(error instanceof SyntaxError || error instanceof TypeError)) throw error;
      throw new SyntaxError(`Cannot read "${list}" of "${path}": ${error.message}, a list in text is wanted`, {
        cause: error,
      });
    }
    runs.push(readRun(text, { name, root, where: `"${list}" of "${path}"`, paths: source.paths }));
  }
  if (runs.length > 0) return runs;
  throw new RangeError(
    `Cannot find runs in "${path}": there is no class_labels.txt in any folder, all_runs.zip of Omniglot is wanted`,
  );
}

function readRun(
  text: string,
  { name, root, where, paths }: { name: string; root: string; where: string; paths: readonly string[] },
): OneShotRun {
  const inside = (kind: string) => paths.filter((path) => path.startsWith(`${root}${name}/${kind}/`));
  const training = inside("training"), items = new Set(inside("test")), test: string[] = [], answer: number[] = [];
  const place = new Map(training.map((path, index) => [path, index])), answered = new Map<string, number>();
  const lines = text.split(/\r?\n/);
  while (lines.at(-1)?.trim() === "") lines.pop();
  lines.forEach((line, i) => {
    const wrong = (found: string) => new SyntaxError(`Cannot read line ${i + 1} of ${where}: ${found}`);
    const words = wordsOf(line);
    if (words.length !== 2) throw wrong(`found ${JSON.stringify(line)}, a test image and a training image are wanted`);
    const [item, known] = words.map((word) => root + word) as [string, string];
    if (!items.delete(item)) throw wrong(`"${words[0]}" is no test image of ${name}, or is named twice`);
    const index = place.get(known);
    if (index === undefined) throw wrong(`"${words[1]}" is no training image of ${name}`);
    const before = answered.get(known);
    if (before !== undefined) throw wrong(`"${words[1]}" is the answer of line ${before} already`);
    answered.set(known, i + 1);
    test.push(item), answer.push(index);
  });
  const [unnamed] = [...items, ...training.filter((path) => !answered.has(path))];
  if (unnamed !== undefined) {
    throw new SyntaxError(`Cannot read ${where}: no line names "${unnamed.slice(root.length)}"`);
  }
  if (training.length < 2) {
    throw new SyntaxError(`Cannot read ${where}: found ${training.length} training images, two or more are wanted`);
  }
  return { name, training, test, answer };
}
