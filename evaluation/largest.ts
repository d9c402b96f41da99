/**
 * The largest of many numbers.
 *
 * @module
 */

/** Keeps the largest numbers of those that come. */
export interface Largest {
  /** Only numbers above this one can still be among the largest. */
  readonly bound: number;
  /** Offers a number. */
  push(value: number): void;
  /** The largest numbers, descending; fewer where fewer came. */
  values(): Float64Array;
}

/** Keeps the `count` largest in room for twice as many; a number costs little once most are too small. */
export function keepLargest(count: number): Largest {
  const held = new Float64Array(2 * count);
  let length = 0, bound = -Infinity;

  function shrink(): void {
    const sorted = held.subarray(0, length).sort().reverse();
    length = Math.min(length, count);
    if (length === count) bound = sorted[count - 1]!;
  }

  return {
    get bound() {
      return bound;
    },
    push(value) {
      // One that equals the bound adds nothing: there are `count` at least as large already.
      if (value <= bound) return;
      held[length++] = value;
      if (length === held.length) shrink();
    },
    values() {
      shrink();
      return held.slice(0, length);
    },
  };
}
