import { assertAlmostEquals, assertThrows } from "@std/assert";
import { myProtocol } from "./protocol.ts";

/** The gap of unit vectors in the plane, given by their angles. */
function gap(angles: readonly number[], labels: readonly number[]): number {
  const original = Float32Array.from(angles.flatMap((angle) => [Math.cos(angle), Math.sin(angle)]));
  const input = { embeddings: { count: angles.length, dimension: 2, original }, labels: Int32Array.from(labels) };
  return myProtocol.evaluate(myProtocol.params.parse({}), input).metrics[0]!.value;
}

Deno.test("myProtocol gives the gap of a set whose cosines are known", () => {
  // Two same pairs, at 0 and 60 degrees; four different ones, all at 90 or 150 degrees.
  const [a, b, c, d] = [0, 0, Math.PI / 2, Math.PI * 5 / 6] as const;
  const different = (2 * Math.cos(Math.PI / 2) + 2 * Math.cos(Math.PI * 5 / 6)) / 4;
  assertAlmostEquals(gap([a, b, c, d], [0, 0, 1, 1]), (1 + 0.5) / 2 - different, 1e-6);
});

Deno.test("myProtocol refuses a set without different pairs", () => {
  assertThrows(() => gap([0, 1], [0, 0]), RangeError, "some of each are wanted");
});
