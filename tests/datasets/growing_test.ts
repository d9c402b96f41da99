import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { growingList, growingText } from "../../datasets/growing.ts";

Deno.test("growingText() gives back what was pushed, however it grew", () => {
  const text = fc.string({ unit: "binary", maxLength: 40 });
  fc.assert(
    fc.property(fc.array(text, { maxLength: 100 }), (texts) => {
      const list = growingText();
      texts.forEach(list.push);
      assertEquals(list.length, texts.length);
      assertEquals(texts.map((_, index) => list.at(index)), texts);
      assertThrows(() => list.at(texts.length), RangeError, `Cannot give string ${texts.length}: there are`);
    }),
    { seed: 20261125, numRuns: 50 },
  );
});

Deno.test("growingList() gives the numbers in an array of their own", () => {
  const list = growingList((length) => new Float64Array(length)),
    wanted = Array.from({ length: 1000 }, (_, i) => i / 3);
  wanted.forEach(list.push);
  const array = list.array();
  list.push(7);
  assertEquals([[...array], list.length], [wanted, 1001]);
});
