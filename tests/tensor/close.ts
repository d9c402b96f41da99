import { assert } from "@std/assert";

/** Fails unless the largest difference is at most `tolerance` of the largest expected magnitude (at least 1e-6 of 1). */
export function assertClose(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  tolerance: number,
  what = "values",
): void {
  assert(actual.length === expected.length, `${what}: ${actual.length} values, wanted ${expected.length}`);
  let scale = 1e-6, worst = 0, where = 0;
  for (let i = 0; i < expected.length; i++) {
    scale = Math.max(scale, Math.abs(expected[i]!));
    const difference = Math.abs(actual[i]! - expected[i]!);
    if (!(difference <= worst)) worst = difference, where = i;
  }
  assert(
    worst <= tolerance * scale,
    `${what}: at ${where} ${actual[where]} differs from ${expected[where]} by ${
      worst / scale
    } of the scale, over ${tolerance}`,
  );
}
