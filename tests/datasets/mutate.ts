/**
 * Damage to files, drawn by fast-check, and what a reader may say of it.
 *
 * @module
 */
import { assert, assertMatch } from "@std/assert";
import fc from "fast-check";

/**
 * One change to a file; `at` is a fraction of its length.
 *
 * - `set` overwrites one byte, `flip` one bit, `word` four bytes with a number near an end of its range
 * - `cut` drops all that follows, `remove` takes `length` bytes out, `repeat` doubles them, `move` takes them elsewhere
 */
export interface Mutation {
  readonly kind: "set" | "flip" | "word" | "cut" | "remove" | "repeat" | "move";
  readonly at: number;
  readonly length: number;
  readonly byte: number;
}

export const mutation: fc.Arbitrary<Mutation> = fc.record({
  kind: fc.constantFrom("set", "set", "flip", "word", "cut", "remove", "repeat", "move"),
  at: fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
  length: fc.integer({ min: 1, max: 12 }),
  byte: fc.integer({ min: 0, max: 255 }),
});

/** A file with the changes made to it in turn. */
export function mutate(bytes: Uint8Array, mutations: readonly Mutation[]): Uint8Array {
  return mutations.reduce(change, bytes);
}

function change(file: Uint8Array, { kind, at, length, byte }: Mutation): Uint8Array {
  const start = Math.floor(at * file.length), end = Math.min(file.length, start + length);
  if (kind === "cut") return file.slice(0, start);
  if (kind === "remove") return join(file.subarray(0, start), file.subarray(end));
  if (kind === "repeat") return join(file.subarray(0, end), file.subarray(start));
  const changed = file.slice();
  if (kind === "set" && start < end) changed[start] = byte;
  if (kind === "flip" && start < end) changed[start]! ^= 1 << (byte % 8);
  if (kind === "word") changed.fill(byte % 2 * 255, start, Math.min(file.length, start + 4));
  if (kind === "word" && byte >= 128 && start + 3 < file.length) changed[start + 3] = byte;
  if (kind === "move") changed.copyWithin(Math.floor((byte / 256) * file.length), start, end);
  return changed;
}

function join(a: Uint8Array, b: Uint8Array): Uint8Array {
  const joined = new Uint8Array(a.length + b.length);
  joined.set(a);
  joined.set(b, a.length);
  return joined;
}

/** Fails where an error is not what a reader throws for damaged bytes. */
export function assertSound(error: unknown): asserts error is Error {
  assert(
    error instanceof SyntaxError || error instanceof RangeError || error instanceof TypeError,
    error instanceof Error ? error.stack : String(error),
  );
  // V8's own: "Invalid array length", "Offset is outside the bounds of the DataView", "Cannot read properties of …".
  assertMatch(error.message, /^Cannot (?!read properties)/);
}
