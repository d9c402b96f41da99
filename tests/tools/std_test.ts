import {
  assert,
  assertAlmostEquals,
  assertEquals,
  AssertionError,
  assertMatch,
  assertNotEquals,
  assertRejects,
  assertStrictEquals,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { parse, stringify } from "../../experiments/yaml.ts";

/** Whether a call throws an AssertionError; told apart by hand, so that no assertion vouches for another. */
function fails(fn: () => unknown): boolean {
  try {
    fn();
  } catch (error) {
    if (error instanceof AssertionError) return true;
    throw error;
  }
  return false;
}

function expect(actual: boolean, wanted: boolean, what: string): void {
  if (actual !== wanted) throw new Error(`Expected ${what} to ${wanted ? "fail" : "pass"}`);
}

const THROW = () => {
  throw new RangeError("Cannot read x");
};

const CASES: readonly (readonly [string, boolean, () => unknown])[] = [
  ["assert(1)", false, () => assert(1)],
  ["assert(0)", true, () => assert(0)],
  ["assertEquals of equal objects", false, () => assertEquals({ a: [1, NaN] }, { a: [1, NaN] })],
  ["assertEquals of unequal objects", true, () => assertEquals({ a: 1 }, { a: 2 })],
  ["assertEquals of 0 and -0", true, () => assertEquals(0, -0)],
  ["assertEquals of equal arrays of bytes", false, () => assertEquals(Uint8Array.of(1), Uint8Array.of(1))],
  ["assertEquals of a number and a string", true, () => assertEquals<unknown>(1, "1")],
  ["assertNotEquals of unequal values", false, () => assertNotEquals([1], [2])],
  ["assertNotEquals of equal values", true, () => assertNotEquals([1], [1])],
  ["assertStrictEquals of two objects", true, () => assertStrictEquals({}, {})],
  ["assertAlmostEquals within the tolerance", false, () => assertAlmostEquals(1, 1.01, 0.011)],
  ["assertAlmostEquals beyond the tolerance", true, () => assertAlmostEquals(1, 1.01, 0.009)],
  ["assertAlmostEquals at the default tolerance", false, () => assertAlmostEquals(1e6, 1e6 + 0.09)],
  ["assertAlmostEquals beyond the default tolerance", true, () => assertAlmostEquals(1, 1 + 2e-7)],
  ["assertAlmostEquals of NaN and a number", true, () => assertAlmostEquals(NaN, 1)],
  ["assertAlmostEquals of infinities of two signs", true, () => assertAlmostEquals(Infinity, -Infinity)],
  ["assertStringIncludes of a part", false, () => assertStringIncludes("abc", "b")],
  ["assertStringIncludes of another text", true, () => assertStringIncludes("abc", "d")],
  ["assertMatch of a match", false, () => assertMatch("abc", /^a/)],
  ["assertMatch of another text", true, () => assertMatch("abc", /^b/)],
  ["assertThrows of the error", false, () => assertThrows(THROW, RangeError, "read x")],
  ["assertThrows of another class", true, () => assertThrows(THROW, TypeError)],
  ["assertThrows of another message", true, () => assertThrows(THROW, RangeError, "read y")],
  ["assertThrows of no error", true, () => assertThrows(() => 1)],
];

for (const [what, wanted, fn] of CASES) {
  Deno.test(`${what} ${wanted ? "fails" : "passes"}`, () => expect(fails(fn), wanted, what));
}

Deno.test("assertRejects() gives the error, and fails on another one and on none", async () => {
  const error = await assertRejects(() => Promise.resolve().then(THROW), RangeError, "read x");
  assertEquals(error.message, "Cannot read x");
  for (const fn of [() => Promise.resolve(), () => Promise.reject(new TypeError("Cannot"))]) {
    const caught = await assertRejects(fn, RangeError).then(() => undefined, (error) => error);
    expect(caught instanceof AssertionError, true, "assertRejects");
  }
});

Deno.test("parse() gives back what stringify() wrote", () => {
  const value = { name: "x: y", list: [1, 0.5, null, true, "true"], deep: { text: "two\nlines" } };
  assertEquals(parse(stringify(value)), value);
});

Deno.test("parse() of YAML refuses duplicate keys and names the line", () => {
  assertThrows(() => parse("a: 1\na: 2\n"), SyntaxError, "line 2");
});
