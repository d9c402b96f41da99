/**
 * Drawing distinct items from groups of unequal size, each group equally likely.
 *
 * @module
 */
import type { Random } from "../tensor/random.ts";

/** Groups numbered from 0; group `g` holds the items `0 … size(g) − 1`. */
export interface Groups {
  readonly count: number;
  size(group: number): number;
}

/** Number of items in all groups. */
export function capacity(groups: Groups): number {
  let sum = 0;
  for (let group = 0; group < groups.count; group++) sum += groups.size(group);
  return sum;
}

/**
 * Draws distinct items: a group uniformly among all, then an item uniformly among those of it not drawn yet; an
 * exhausted group is passed over.
 *
 * @param count How many; the caller sees to it that there are as many.
 * @returns Group and item of each draw.
 * @throws {RangeError} if there are fewer items than wanted.
 */
export function drawDistinct(groups: Groups, count: number, random: Random): [group: number, item: number][] {
  const total = capacity(groups);
  if (count > total) throw new RangeError(`Cannot draw ${count} distinct items: there are ${total}`);
  const drawn: [number, number][] = [], states = new Map<number, { left: number; moved: Map<number, number> }>();
  while (drawn.length < count) {
    const group = random.integer(groups.count);
    const state = states.get(group) ?? { left: groups.size(group), moved: new Map<number, number>() };
    states.set(group, state);
    if (state.left === 0) continue;
    // A Fisher–Yates shuffle that stores only the places that have changed.
    const place = random.integer(state.left), last = --state.left;
    drawn.push([group, state.moved.get(place) ?? place]);
    state.moved.set(place, state.moved.get(last) ?? last);
  }
  return drawn;
}

/**
 * The pair `i < j` that has number `index` in the order (0,1), (0,2), (1,2), (0,3), …: `index = j (j − 1) / 2 + i`.
 */
export function unrankPair(index: number): [i: number, j: number] {
  let j = Math.floor((1 + Math.sqrt(1 + 8 * index)) / 2);
  while ((j * (j - 1)) / 2 > index) j--;
  while ((j * (j + 1)) / 2 <= index) j++;
  return [index - (j * (j - 1)) / 2, j];
}
