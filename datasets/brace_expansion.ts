/**
 * Names of shards in short: `train-{000..009}.tar`, `{train,test}.tar`.
 *
 * @module
 */

/** The most names that one pattern may stand for. */
const MAX_NAMES = 100_000;

/**
 * The names that a pattern stands for. In braces there is a range of numbers, of which the first one's leading zeros set
 * the width, or several words with commas between; other braces stand for themselves.
 *
 * @throws {RangeError} if there are more than 100,000.
 *
 * @example
 * ```ts
 * import { expandBraces } from "./brace_expansion.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(expandBraces("{a,b}-{08..10}.tar").slice(0, 4), ["a-08.tar", "a-09.tar", "a-10.tar", "b-08.tar"]);
 * ```
 */
export function expandBraces(pattern: string): string[] {
  const found = /\{(?:(\d{1,9})\.\.(\d{1,9})|([^{},]*,[^{}]*))\}/.exec(pattern);
  if (!found) return [pattern];
  const [whole, first, last, words] = found, before = pattern.slice(0, found.index);
  const rest = expandBraces(pattern.slice(found.index + whole.length));
  const from = Number(first), to = Number(last), choices = words?.split(",");
  const count = choices?.length ?? Math.abs(to - from) + 1;
  if (count * rest.length > MAX_NAMES) {
    throw new RangeError(`Cannot expand "${pattern}": it stands for more than ${MAX_NAMES} names`);
  }
  const parts = choices ??
    Array.from({ length: count }, (_, i) => String(from + (to < from ? -i : i)).padStart(first!.length, "0"));
  return parts.flatMap((part) => rest.map((end) => before + part + end));
}
