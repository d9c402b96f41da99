/**
 * Did-you-mean: the nearest of some names by edit distance.
 *
 * @module
 */

/**
 * Optimal string alignment distance: the fewest insertions, deletions, substitutions and swaps of neighbours that
 * turn `a` into `b`.
 *
 * Source: F. Damerau, "A technique for computer detection and correction of spelling errors", CACM 1964.
 */
export function editDistance(a: string, b: string): number {
  let before: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const current = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = previous[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      current[j] = Math.min(previous[j]! + 1, current[j - 1]! + 1, substitution);
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (swapped) current[j] = Math.min(current[j]!, before[j - 2]! + 1);
    }
    [before, previous] = [previous, current];
  }
  return previous[b.length]!;
}

/** Letters and digits alone: `batch_size`, `Batch-Size` and `batchSize` are one name with a slip. */
function plain(name: string): string {
  return name.toLowerCase().replace(/[-_\s]/g, "");
}

function distance(found: string, name: string): number {
  const a = plain(found), b = plain(name);
  const shorter = Math.min(a.length, b.length);
  if (shorter >= 3 && (a.startsWith(b) || b.startsWith(a))) return Math.min(1, editDistance(a, b));
  return editDistance(a, b);
}

/**
 * The names that `found` was most likely meant to be, nearest first; empty when none is near.
 *
 * Near is at most a third of the letters changed, and at least one letter kept.
 *
 * @example A slip finds its name, another word finds none
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { nearest } from "./nearest.ts";
 *
 * assertEquals(nearest("arcfase", ["arcface", "cosface"]), ["arcface"]);
 * assertEquals(nearest("triplet", ["arcface", "cosface"]), []);
 * ```
 */
export function nearest(found: string, names: readonly string[]): string[] {
  if (found.length > 100) return [];
  return names
    .map((name) => ({ name, d: distance(found, name), length: Math.max(plain(found).length, plain(name).length) }))
    .filter(({ d, length }) => d < length && d <= Math.floor((length + 2) / 3))
    .sort((a, b) => a.d - b.d)
    .map(({ name }) => name);
}

/** The sentence ` Did you mean "arcface"?` with a space before it, or nothing when no name is near. */
export function didYouMean(found: string, names: readonly string[]): string {
  const [first] = nearest(found, names);
  return first === undefined ? "" : `. Did you mean "${first}"?`;
}

/** Names in quotes, joined by commas: all up to forty, else forty and how many more. */
export function listNames(names: readonly string[], most = 40): string {
  const shown = names.slice(0, most).map((name) => `"${name}"`).join(", ");
  return names.length > most ? `${shown} and ${names.length - most} more` : shown;
}
