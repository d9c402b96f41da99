/**
 * What a pair set must satisfy before it can be scored.
 *
 * @module
 */
import type { Pairs } from "./protocol.ts";

/**
 * Checks that pairs index `count` images and that each of at least two folds holds same and different pairs.
 *
 * @throws {TypeError} if the arrays differ in length.
 * @throws {RangeError} if an index, a label or a fold is out of range, or a fold has only one kind of pair.
 */
export function checkPairs(pairs: Pairs, count: number): void {
  const { first, second, same, fold, folds } = pairs;
  if (second.length !== first.length || same.length !== first.length || fold.length !== first.length) {
    throw new TypeError(
      `Cannot read the pairs: first, second, same and fold have ${first.length}, ${second.length}, ${same.length} ` +
        `and ${fold.length} entries, equal lengths are wanted`,
    );
  }
  if (!(Number.isInteger(folds) && folds >= 2)) {
    throw new RangeError(
      `Cannot evaluate by folds: ${folds} were found, at least 2 are wanted, so that the threshold is chosen on others`,
    );
  }
  const sizes = new Uint32Array(2 * folds);
  for (let pair = 0; pair < first.length; pair++) {
    checkRange(pair, "image", first[pair]!, count);
    checkRange(pair, "image", second[pair]!, count);
    checkRange(pair, "label", same[pair]!, 2);
    checkRange(pair, "fold", fold[pair]!, folds);
    sizes[2 * fold[pair]! + same[pair]!]!++;
  }
  for (let index = 0; index < folds; index++) {
    const different = sizes[2 * index]!, equal = sizes[2 * index + 1]!;
    if (different === 0 || equal === 0) {
      throw new RangeError(
        `Cannot evaluate fold ${index}: it has ${equal} same and ${different} different pairs, ` +
          "at least one of each is wanted; choose fewer folds or other pairs",
      );
    }
  }
}

function checkRange(pair: number, what: string, value: number, end: number): void {
  if (value >= 0 && value < end) return;
  throw new RangeError(
    `Cannot read pair ${pair}: its ${what} is ${value}, a whole number from 0 to ${end - 1} is wanted`,
  );
}
