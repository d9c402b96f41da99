/**
 * Stands in for `jsr:@std/assert` where JSR cannot be reached: the same names over `node:assert/strict`.
 * To use the original, point `@std/assert` in `deno.json` at `jsr:@std/assert@1`.
 *
 * @module
 */
import assertStrict, { AssertionError } from "node:assert/strict";

export { AssertionError };
type ErrorClass = abstract new (...args: never[]) => Error;

/** Fails unless `value` is truthy. */
export function assert(value: unknown, message = "Expected a truthy value"): asserts value {
  if (!value) throw new AssertionError({ message, actual: value, expected: true, operator: "assert" });
}

/** Fails unless both values are deeply equal. */
export function assertEquals<T>(actual: T, expected: T, message?: string): void {
  assertStrict.deepStrictEqual(actual, expected, message);
}

/** Fails if both values are deeply equal. */
export function assertNotEquals<T>(actual: T, expected: T, message?: string): void {
  assertStrict.notDeepStrictEqual(actual, expected, message);
}

/** Fails unless both values are the same. */
export function assertStrictEquals<T>(actual: unknown, expected: T, message?: string): asserts actual is T {
  assertStrict.strictEqual(actual, expected, message);
}

/** Fails unless `|actual − expected| ≤ tolerance` (default: 1e-7 of the expected value). */
export function assertAlmostEquals(actual: number, expected: number, tolerance?: number, message?: string): void {
  const bound = tolerance ?? (Number.isFinite(expected) ? Math.abs(expected * 1e-7) : 1e-7);
  if (Object.is(actual, expected) || Math.abs(actual - expected) <= bound) return;
  assertStrict.fail(message ?? `Expected ${actual} to be within ${bound} of ${expected}`);
}

/** Fails unless `actual` contains `expected`. */
export function assertStringIncludes(actual: string, expected: string, message?: string): void {
  if (!actual.includes(expected)) assertStrict.fail(message ?? `Expected "${actual}" to contain "${expected}"`);
}

/** Fails unless `actual` matches `expected`. */
export function assertMatch(actual: string, expected: RegExp, message?: string): void {
  assertStrict.match(actual, expected, message);
}

/** Fails unless `fn` throws an error of the class whose message contains `includes`; returns the error. */
export function assertThrows<E extends Error = Error>(
  fn: () => unknown,
  errorClass?: abstract new (...args: never[]) => E,
  includes = "",
): E {
  let value: unknown;
  try {
    value = fn();
  } catch (error) {
    return checkError(error, errorClass, includes) as E;
  }
  assertStrict.fail(`Expected a throw, got ${String(value)}`);
}

/** Fails unless the promise of `fn` rejects with an error of the class whose message contains `includes`. */
export async function assertRejects<E extends Error = Error>(
  fn: () => PromiseLike<unknown>,
  errorClass?: abstract new (...args: never[]) => E,
  includes = "",
): Promise<E> {
  try {
    await fn();
  } catch (error) {
    return checkError(error, errorClass, includes) as E;
  }
  assertStrict.fail("Expected a rejection");
}

function checkError(error: unknown, errorClass: ErrorClass | undefined, includes: string): Error {
  if (!(error instanceof (errorClass ?? Error))) {
    assertStrict.fail(`Expected ${errorClass?.name ?? "Error"}, got ${String(error)}`);
  }
  assertStringIncludes((error as Error).message, includes);
  return error as Error;
}
