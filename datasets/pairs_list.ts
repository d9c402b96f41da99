/**
 * The reader of verification pairs that a text file lists.
 *
 * @module
 */
import { z } from "zod";
import { pluginReference } from "../plugin/mod.ts";
import { combinedDigest } from "./combined_digest.ts";
import { contiguousFolds } from "./folds.ts";
import { type PairLine, readPairLines } from "./pair_lines.ts";
import { defineReader, type ImageSet, type PairSet, type ReaderContext, type ReaderPlugin } from "./reader.ts";

const params = z.strictObject({
  from: pluginReference({ plugin: "reader", gives: "images" }, "Reader of the images"),
  list: z.string().min(1).describe(
    "Text file of pairs, one a line: two names and a label (1, true, same; 0, -1, false, different), parted by tabs, " +
      "commas or spaces; names are those of the reader, for image-folder the path below its folder",
  ),
  columns: z.array(z.enum(["first", "second", "label", "fold", "other"])).min(3).max(20)
    .default(["first", "second", "label"]).describe(
      "What the columns hold; fold is a number of the fold, other is passed over",
    ),
  header: z.boolean().default(false).describe("Pass over the first line"),
  folds: z.int().min(2).max(1000).optional().describe(
    "Folds, contiguous parts of the list as equal as can be; 10 when absent; only where there is no column fold",
  ),
}).check((context) => {
  const { columns, folds } = context.value;
  const refuse = (path: string, message: string) =>
    context.issues.push({ code: "custom", path: [path], message, input: context.value });
  for (const column of ["first", "second", "label"] as const) {
    const count = columns.filter((found) => found === column).length;
    if (count !== 1) refuse("columns", `"${column}" is named ${count} times, once is wanted`);
  }
  const fold = columns.filter((found) => found === "fold").length;
  if (fold > 1) refuse("columns", `"fold" is named ${fold} times, at most once is wanted`);
  if (fold > 0 && folds !== undefined) refuse("folds", "the list has a column of folds, leave this out");
});

type Params = z.output<typeof params>;

/**
 * Pairs of another reader's images, by name. Without a column of folds, these are contiguous parts of the list, as in
 * scikit-learn's `KFold(shuffle=False)`: the first ones hold one pair more where the number does not divide.
 *
 * @throws {TypeError} (`open`) if `from` does not give images.
 * @throws {MissingDataError} (`open`) if there is no list.
 * @throws {SyntaxError} (`open`) if a line of the list is not of the form that `columns` says.
 * @throws {RangeError} (`open`) if a name is no image of `from`, or there are fewer pairs than folds.
 */
export const pairsList: ReaderPlugin = defineReader({
  name: "pairs-list",
  version: "1.0.0",
  summary: "Verification pairs that a text file lists, of another reader's images",
  reference: "https://scikit-learn.org/stable/modules/generated/sklearn.model_selection.KFold.html",
  params,
  gives: "pairs",
  shape: () => undefined,
  paths: ({ list }) => [list],
  open,
});

async function open(params: Params, { files, open }: ReaderContext): Promise<PairSet> {
  const { from, list, columns, header } = params, images = await open(from);
  if (images.gives !== "images") {
    throw new TypeError(
      `Cannot pair images of "${images.provenance.reader}": it gives ${images.gives}, a reader of images is wanted`,
    );
  }
  const lines = await readPairLines(list, files, { columns, header });
  const { fold, folds } = columns.includes("fold") ? listedFolds(lines, list) : equalFolds(lines, params);
  const place = findNames(lines, images, list);
  const identity = { digest: images.provenance.digest, list: await files.digest(list), columns, header, folds };
  return {
    gives: "pairs",
    images,
    first: Int32Array.from(lines, ({ first }) => place.get(first)!),
    second: Int32Array.from(lines, ({ second }) => place.get(second)!),
    same: Uint8Array.from(lines, ({ same }) => same),
    fold,
    folds,
    provenance: { ...images.provenance, reader: "pairs-list", digest: combinedDigest(identity) },
  };
}

function equalFolds(lines: readonly PairLine[], { folds = 10, list }: Params): Pick<PairSet, "fold" | "folds"> {
  if (lines.length < folds) {
    throw new RangeError(`Cannot make ${folds} folds of "${list}": it has ${lines.length} pairs, set folds lower`);
  }
  return { fold: contiguousFolds(lines.length, folds), folds };
}

/** The folds of the list, in the order of their numbers, whatever these are. */
function listedFolds(lines: readonly PairLine[], list: string): Pick<PairSet, "fold" | "folds"> {
  const numbers = [...new Set(lines.map(({ fold }) => fold!))].sort((a, b) => a - b);
  if (numbers.length < 2) {
    throw new RangeError(
      `Cannot take the folds of "${list}": found ${numbers.length}, at least 2 are wanted, since a threshold is chosen ` +
        "on the other folds",
    );
  }
  const place = new Map(numbers.map((number, index) => [number, index]));
  return { fold: Int32Array.from(lines, ({ fold }) => place.get(fold!)!), folds: numbers.length };
}

/** The image of each name of the list. */
function findNames(lines: readonly PairLine[], images: ImageSet, list: string): Map<string, number> {
  const wanted = new Set(lines.flatMap(({ first, second }) => [first, second])), place = new Map<string, number>();
  for (let image = 0; image < images.length; image++) {
    const name = images.name(image);
    if (!wanted.has(name)) continue;
    if (place.has(name)) {
      throw new RangeError(`Cannot pair images of "${images.provenance.reader}": two of them have the name "${name}"`);
    }
    place.set(name, image);
  }
  for (const { line, first, second } of lines) {
    const unknown = [first, second].find((name) => !place.has(name));
    if (unknown === undefined) continue;
    const near = nearNames(unknown, images).map((name) => `"${name}"`).join(", ");
    throw new RangeError(
      `Cannot find image "${unknown}" of line ${line} of "${list}": the names nearest to it among the ` +
        `${images.length} images of "${images.provenance.reader}" are ${near}; names have to be the reader's, to the letter`,
    );
  }
  return place;
}

/** Up to three names that share the longest beginning and end with the one that was not found. */
function nearNames(name: string, images: ImageSet): string[] {
  const shared = (other: string): number => {
    const most = Math.min(name.length, other.length);
    let start = 0, end = 0;
    while (start < most && name[start] === other[start]) start++;
    while (end < most - start && name.at(-1 - end) === other.at(-1 - end)) end++;
    return start + end;
  };
  let best: { name: string; score: number }[] = [];
  for (let image = 0; image < images.length; image++) {
    const candidate = { name: images.name(image), score: shared(images.name(image)) };
    if (best.length < 3 || candidate.score > best.at(-1)!.score) {
      best = [...best, candidate].sort((a, b) => b.score - a.score).slice(0, 3);
    }
  }
  return best.map(({ name }) => name);
}
