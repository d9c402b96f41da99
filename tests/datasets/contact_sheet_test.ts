import { assertEquals, assertRejects } from "@std/assert";
import { decodeImage } from "../../datasets/decoding/decode.ts";
import { contactSheet, type PairSet, type TemplateSet } from "../../datasets/mod.ts";
import { labelledSet } from "./helpers.ts";

/** The pixels of a sheet, row by row. */
async function pixels(
  sheet: Uint8Array,
): Promise<{ width: number; height: number; at: (x: number, y: number) => number[] }> {
  const { width, height, channels, data } = await decodeImage(sheet);
  return {
    width,
    height,
    at: (x, y) => [...data.subarray((y * width + x) * channels, (y * width + x + 1) * channels)],
  };
}

Deno.test("contactSheet() shows a class a row, classes evenly spread", async () => {
  const { width, height, at } = await pixels(await contactSheet(labelledSet([2, 3, 1, 1]), { columns: 2, rows: 2 }));
  assertEquals([width, height], [8, 8]);
  // Classes 0 and 2: images 0 and 1, then 5 and nothing.
  assertEquals([at(2, 2), at(5, 2), at(2, 5), at(5, 5)], [[0], [1], [5], [128]]);
});

Deno.test("contactSheet() shows the two images of a pair side by side, in green or red", async () => {
  const images = labelledSet([3, 3]);
  const pairs: PairSet = {
    gives: "pairs",
    images,
    first: Int32Array.of(0, 1),
    second: Int32Array.of(2, 4),
    same: Uint8Array.of(1, 0),
    fold: new Int32Array(2),
    folds: 1,
    provenance: images.provenance,
  };
  const { width, height, at } = await pixels(await contactSheet(pairs, { columns: 4, rows: 3 }));
  assertEquals([width, height], [16, 9]);
  assertEquals([at(4, 4), at(5, 4), at(10, 4), at(11, 4)], [[0, 0, 0], [2, 2, 2], [1, 1, 1], [4, 4, 4]]);
  for (const [x, y] of [[3, 4], [6, 4], [4, 3], [5, 5]] as const) assertEquals(at(x, y), [0, 160, 60]);
  for (const [x, y] of [[9, 4], [12, 4], [10, 3]] as const) assertEquals(at(x, y), [210, 30, 30]);
  assertEquals([at(2, 4), at(7, 4)], [[128, 128, 128], [128, 128, 128]]);
});

Deno.test("contactSheet() shows a template a row", async () => {
  const images = labelledSet([3, 3]);
  const templates: TemplateSet = {
    gives: "templates",
    images,
    entries: { image: Int32Array.of(5, 3, 1), template: Int32Array.of(1, 0, 1), medium: new Int32Array(3) },
    count: 2,
    subjects: Int32Array.of(0, 1),
    templateName: String,
    provenance: images.provenance,
  };
  const { at } = await pixels(await contactSheet(templates, { columns: 2, rows: 5 }));
  assertEquals([at(2, 2), at(5, 2), at(2, 5), at(5, 5)], [[3], [128], [5], [1]]);
});

Deno.test("contactSheet() refuses an empty grid, and a set of names alone", async () => {
  const set = labelledSet([1, 1]);
  for (const size of [{ columns: 0, rows: 1 }, { columns: 1, rows: 0 }]) {
    await assertRejects(() => contactSheet(set, size), RangeError, "at least 1 of each is wanted");
  }
  await assertRejects(
    () => contactSheet({ ...set, shape: [0, 0, 0] }, { columns: 1, rows: 1 }),
    TypeError,
    "names alone",
  );
});
