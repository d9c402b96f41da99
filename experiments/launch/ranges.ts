/**
 * Positions of a plan, as launchers write and split them.
 *
 * @module
 */

/** Runs that one array trains. */
export interface Chunk {
  /** Position in the plan of the array's task 0. */
  readonly offset: number;
  /** Positions in the plan, ascending. */
  readonly positions: readonly number[];
}

/**
 * Positions as Slurm's `--array` writes them: `3,17,40-44`.
 *
 * @example
 * ```ts
 * import { ranges } from "./ranges.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(ranges([3, 17, 40, 41, 42]), "3,17,40-42");
 * ```
 */
export function ranges(positions: readonly number[]): string {
  const spans: [first: number, last: number][] = [];
  for (const at of positions) {
    const span = spans.at(-1);
    if (span && span[1] === at - 1) span[1] = at;
    else spans.push([at, at]);
  }
  return spans.map(([first, last]) => first === last ? `${first}` : `${first}-${last}`).join(",");
}

/**
 * Splits positions so that none is `size` or more past the offset of its chunk. Where all are below `size` there is one
 * chunk, whose task numbers are the positions.
 *
 * @param positions Ascending.
 * @param size Slurm's `MaxArraySize`, which is one more than the largest task number.
 */
export function chunks(positions: readonly number[], size: number): Chunk[] {
  const found: { offset: number; positions: number[] }[] = [];
  for (const at of positions) {
    const last = found.at(-1);
    if (last && at - last.offset < size) last.positions.push(at);
    else found.push({ offset: at < size ? 0 : at, positions: [at] });
  }
  return found;
}
