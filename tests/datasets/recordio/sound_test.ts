import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { encodeRecord, type ImageSet } from "../../../datasets/mod.ts";
import { memoryFiles } from "../helpers.ts";
import { openRecordio, recordFile, type Row } from "./helpers.ts";

const NONE = new Uint8Array(0);

/** Three classes of two images in insightface's layout. */
const ROWS: readonly Row[] = [
  [0, [7, 10], NONE],
  ...[1, 2, 3, 4, 5, 6].map((key): Row => [key, Math.floor((key - 1) / 2)]),
  [7, [1, 3], NONE],
  [8, [3, 5], NONE],
  [9, [5, 7], NONE],
];

/** The offset of each record, by key. */
function offsetsOf({ idx }: { idx: Uint8Array }): number[] {
  return new TextDecoder().decode(idx).trim().split("\n").map((line) => Number(line.split("\t")[1]));
}

/** Destroys the magic numbers of records. */
function damage(file: ReturnType<typeof recordFile>, keys: readonly number[]): Uint8Array {
  const rec = file.rec.slice();
  for (const key of keys) rec[offsetsOf(file)[key]!]! ^= 1;
  return rec;
}

async function open(tree: Record<string, Uint8Array>, params: Record<string, unknown> = {}): Promise<ImageSet> {
  return await openRecordio(memoryFiles(tree), { path: "a.rec", channels: 1, skipDamaged: true, ...params });
}

Deno.test("recordio with skipDamaged tells every damaged record with its offset, and reads the others", async () => {
  const file = recordFile(ROWS), offsets = offsetsOf(file);
  for (const index of [{}, { index: "a.idx" }]) {
    for (const keys of [[2, 5], [0, 3], [4, 8], [1, 9]]) {
      const set = await open({ "a.rec": damage(file, keys), "a.idx": file.idx }, index);
      assertEquals(set.provenance.skipped.map(({ path }) => path), keys.map((key) => `a.rec at byte ${offsets[key]}`));
      const [from, end] = [offsets[keys[0]!]!, offsets[keys[0]! + 1]!];
      assertMatch(
        set.provenance.skipped[0]!.reason,
        RegExp(`the magic number 0xced7230a is wanted; bytes ${from} to ${end - 1} are left out$`),
      );
      const left = [1, 2, 3, 4, 5, 6].filter((key) => !keys.includes(key));
      assertEquals(Array.from(set.labels, (_, image) => set.name(image)), left.map(String));
      assertEquals([...set.labels], left.map((key) => Math.floor((key - 1) / 2)));
      for (const [image, key] of left.entries()) assertEquals((await set.read(image))[0], key);
    }
  }
});

Deno.test("recordio with skipDamaged tells identity records that contradict, and takes labels from headers", async () => {
  const file = recordFile(ROWS.map((row) => row[0] === 8 ? [8, [2, 5], NONE] as const : row));
  const tree = { "a.rec": file.rec };
  const set = await open(tree);
  assertEquals(set.provenance.skipped, [{
    path: "a.rec",
    reason:
      'Cannot take labels of "a.rec" from its identity records: record 2 belongs to both record 7 and record 8; ' +
      "set labels: headers to take labels from the images' own headers",
  }]);
  assertEquals([...set.labels], [0, 0, 1, 1, 2, 2]);
  await assertRejects(() => open(tree, { skipDamaged: false }), RangeError, "record 2 belongs to both");
});

Deno.test("recordio with skipDamaged tells bad lines of the index, labels that are no class and short records", async () => {
  const file = recordFile(ROWS),
    text = new TextDecoder().decode(file.idx),
    encode = (s: string) => new TextEncoder().encode(s);
  const tree = { "a.rec": file.rec, "a.idx": encode(text.replace(/^3\t\d+$/m, "3\t5")) };
  const moved = await open(tree, { index: "a.idx" });
  assertEquals(moved.provenance.skipped, [
    { path: "a.idx, line 4", reason: 'no record begins at byte 5 of "a.rec"' },
  ]);
  assertEquals(moved.length, 5);
  for (const bad of ["3 5\n", text + "0\t0\n"]) {
    const set = await open({ ...tree, "a.idx": encode(bad) }, { index: "a.idx" });
    assertEquals([set.provenance.skipped.map(({ path }) => path), set.length], [["a.idx"], 6]);
  }
  const odd = recordFile([[0, 0], [1, 1], [2, 0.5]]), { rec } = odd;
  const plain = await open({ "a.rec": Uint8Array.of(...rec, ...encodeRecord(new Uint8Array(8))) });
  assertEquals(plain.provenance.skipped.map(({ path }) => path), [
    `a.rec at byte ${rec.length}`,
    `a.rec at byte ${offsetsOf(odd)[2]}`,
  ]);
  assertEquals(plain.length, 2);
});

Deno.test("recordio with skipDamaged measures the first image that can be measured, and tells a wrong property", async () => {
  const { rec } = recordFile([[0, 0, new TextEncoder().encode("text")], [1, 1], [2, 1]]);
  const tree = { "set/train.rec": rec, "set/property": new TextEncoder().encode("9,4,4\n") };
  const set = await open(tree, { path: "set" });
  assertEquals([set.shape, set.provenance.skipped.map(({ path }) => path)], [[4, 4, 1], ["set/property"]]);
  await assertRejects(() => set.read(0), SyntaxError, `Cannot read record 0 of "set/train.rec" at byte 0`);
});

Deno.test("recordio with skipDamaged tells what it left out where too little is left", async () => {
  const file = recordFile([[0, 0], [1, 1], [2, 0]]);
  await assertRejects(
    () => open({ "a.rec": damage(file, [1]) }),
    RangeError,
    `have 1 different labels, at least two classes are wanted; left out as damaged: a.rec at byte ${
      offsetsOf(file)[1]
    } (`,
  );
});
