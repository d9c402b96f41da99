import { assertEquals, assertStringIncludes } from "@std/assert";
import { rowLooks } from "../../../reports/figures/rows.ts";
import { sampleExhibit } from "./sample.ts";

const many = Array.from({ length: 10 }, (_, i) => ({ row: `row ${i}`, seed: 0, accuracy: i / 10 }));

Deno.test("rowLooks() names every row where they are few", () => {
  assertEquals(rowLooks(sampleExhibit(many.slice(0, 7))).muted, false);
});

Deno.test("rowLooks() names the baseline and the best of many, in the planned order, and says so", () => {
  const { named, muted, note } = rowLooks(sampleExhibit(many, "row 2"));
  assertEquals({ named, muted }, { named: [2, 4, 5, 6, 7, 8, 9].map((i) => `row ${i}`), muted: true });
  assertStringIncludes(note, "the 6 rows best by unseen.accuracy; the other 3 are grey");
});
