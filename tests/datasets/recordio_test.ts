import { assertEquals, assertRejects } from "@std/assert";
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";
import { recordio } from "../../datasets/catalogue.ts";
import { type Files, type ImageSet, MissingDataError } from "../../datasets/mod.ts";
import { diskFiles } from "../../experiments/disk.ts";
import { DATA, fromBase64, greyPng, hasData, memoryFiles } from "./helpers.ts";
import { FIXTURE, insightfaceTree, openRecordio, openRows, recordFile, type Row } from "./recordio/helpers.ts";

const NONE = new Uint8Array(0);

/** Three classes of one to three images in insightface's layout; changes replace records by key. */
function insightfaceRows(changes: Record<number, Row | null> = {}): Row[] {
  const rows: Row[] = [[0, [7, 10], NONE], [1, 0], [2, 0], [3, 0], [4, 1], [5, 2], [6, 2]];
  rows.push([7, [1, 4], NONE], [8, [4, 5], NONE], [9, [5, 7], NONE]);
  return rows.map((row) => changes[row[0]] === undefined ? row : changes[row[0]]).filter((row) => row != null);
}

async function pixels(set: ImageSet): Promise<Uint8Array[]> {
  return await Promise.all(Array.from({ length: set.length }, (_, image) => set.read(image)));
}

Deno.test("recordio reads insightface's layout: labels by identity records, pixels as Pillow has them", async () => {
  const { labels, pixels: known } = FIXTURE.insightface;
  for (const params of [{ path: "set" }, { path: "set", labels: "headers" }, { path: "set/train.rec" }]) {
    const set = await openRecordio(memoryFiles(insightfaceTree()), params);
    assertEquals([[...set.labels], set.classes, set.shape], [labels, ["0", "1", "2"], [4, 5, 3]]);
    assertEquals(await pixels(set), known.map(fromBase64));
    assertEquals([set.name(0), set.name(5)], ["1", "6"]);
    const { reader, images, classes, decoder } = set.provenance;
    assertEquals([reader, images, classes, decoder], ["recordio", 6, 3, "marginlab png 1.0.0"]);
  }
});

Deno.test("recordio looks at no image before it is read, where identity records give the labels", async () => {
  const files = memoryFiles(insightfaceTree()), seen: number[] = [];
  const watched: Files = {
    ...files,
    read: (path, range) => {
      if (path === "set/train.rec" && range) seen.push(range.start);
      return files.read(path, range);
    },
  };
  await openRecordio(watched, { path: "set" });
  // Record 0; the identity records, which the window takes at once; first images of the first and last identity; image 1.
  assertEquals(seen, [0, 888, 40, 40]);
});

Deno.test({
  name: "recordio reads im2rec's layout, JPEGs with the pixels of libjpeg-turbo (needs recordio/train.rec)",
  ignore: !hasData("recordio/train.rec"),
  async fn() {
    const params = { path: "recordio/train.rec", index: "recordio/train.idx" };
    const set = await openRecordio(diskFiles(DATA), params);
    assertEquals([set.shape, set.classes], [[112, 112, 3], ["0", "1"]]);
    assertEquals([...set.labels], FIXTURE.train.map((row) => row.labels[0]));
    assertEquals(
      set.labels.map((_, image) => Number(set.name(image))).join(),
      FIXTURE.train.map((row) => row.id).join(),
    );
    assertEquals((await pixels(set)).map((image) => bytesToHex(sha256(image))), FIXTURE.train.map((row) => row.pixels));
  },
});

Deno.test("recordio numbers the labels that occur, and takes some of the classes", async () => {
  const rows: Row[] = [[0, 9], [1, 4], [2, [9, 0.5]], [3, 70000]];
  const all = await openRows(rows);
  assertEquals([all.classes, [...all.labels]], [["4", "9", "70000"], [1, 0, 1, 2]]);
  const some = await openRows(rows, { classes: { first: 1, count: 2 } });
  assertEquals([some.classes, [...some.labels], some.name(1)], [["9", "70000"], [0, 0, 1], "2"]);
  assertEquals((await pixels(some)).map((image) => image[0]), [0, 2, 3]);
  await assertRejects(() => openRows(rows, { classes: { first: 2, count: 2 } }), RangeError, "it has classes 0 to 2");
});

Deno.test("recordio takes the labels of first images where identities are not 0, 1, …", async () => {
  const relabelled = { 1: [1, 5], 2: [2, 5], 3: [3, 5], 4: [4, 9], 5: [5, 5], 6: [6, 5] } as const;
  const set = await openRows(insightfaceRows(relabelled as unknown as Record<number, Row>));
  assertEquals([set.classes, [...set.labels]], [["5", "9"], [0, 0, 0, 1, 0, 0]]);
});

Deno.test("recordio says which image contradicts its identity record, when it is read", async () => {
  const set = await openRows(insightfaceRows({ 2: [2, 1] }));
  assertEquals([...set.labels], [0, 0, 0, 1, 2, 2]);
  await set.read(0);
  await assertRejects(
    () => set.read(1),
    SyntaxError,
    `Cannot use record 2 of "a.rec" at byte ${
      40 + 104
    }: its label is 1, its identity record says 0; set labels: headers`,
  );
  const own = await openRows(insightfaceRows({ 2: [2, 1] }), { labels: "headers" });
  assertEquals([[...own.labels], (await own.read(1))[0]], [[0, 1, 0, 1, 2, 2], 2]);
});

Deno.test("recordio refuses identity records that contradict one another", async () => {
  const cases: [Record<number, Row | null>, string][] = [
    [{ 0: [0, [7, 12], NONE] }, "there are 10 records"],
    [{ 0: [0, [7.5, 10], NONE] }, "images end before key 7.5"],
    [{ 0: [0, [6, 10], NONE] }, "record 6 has 0 labels and"],
    [{ 8: [8, [3, 5], NONE] }, "record 3 belongs to both record 7 and record 8"],
    [{ 8: [8, [4, 9], NONE] }, "record 8 says [4, 9), a range of the images 1 to 6 is wanted"],
    [{ 9: [9, [6, 7], NONE] }, "record 5 belongs to none of them"],
    [{ 4: [14, 1] }, "there is no record 4"],
    // What float32 makes of the bounds of 17,091,657 images and 360,232 identities.
    [{ 0: [0, [17091658, 17451890], NONE] }, "rounds whole numbers beyond 16777216, so that ranges may be off by one"],
  ];
  for (const [changes, message] of cases) {
    const error = await assertRejects(() => openRows(insightfaceRows(changes)), RangeError, message);
    assertEquals(/^Cannot take labels of "a.rec" .*set labels: headers/.test(error.message), true, error.message);
  }
});

Deno.test("recordio refuses labels that are no class, records without an image, and one class", async () => {
  await assertRejects(
    () => openRows([[0, 0], [1, 0.5]]),
    RangeError,
    `record 1 of "a.rec" at byte 100: its label is 0.5`,
  );
  await assertRejects(() => openRows([[0, 0], [1, -1]]), RangeError, "its label is -1, a whole number from 0");
  await assertRejects(() => openRows([[0, 0], [1, NaN]]), RangeError, "its label is NaN");
  await assertRejects(() => openRows([[0, 0], [1, 1, NONE]]), RangeError, "it has no content, an image file is wanted");
  await assertRejects(() => openRows([[0, 3], [1, 3]]), RangeError, "have 1 different labels, at least two classes");
});

Deno.test("recordio says which record holds no image, or one of another size", async () => {
  const set = await openRows([[0, 0], [1, 1, new TextEncoder().encode("text")], [2, 1, greyPng(1, 3, 4)]]);
  await assertRejects(
    () => set.read(1),
    SyntaxError,
    `Cannot read record 1 of "a.rec" at byte 100: Cannot decode the image`,
  );
  await assertRejects(() => set.read(2), SyntaxError, "it has 3 × 4 pixels, wanted 4 × 4 as the others; set size");
  const first = [[0, 0, new TextEncoder().encode("text")], [1, 1]] as const;
  await assertRejects(() => openRows(first), SyntaxError, `Cannot read record 0 of "a.rec" at byte 0: Cannot decode`);
});

Deno.test("recordio holds property to what is found", async () => {
  const tree = insightfaceTree(),
    property = (text: string): Record<string, Uint8Array> => ({
      ...tree,
      "set/property": new TextEncoder().encode(text),
    });
  const open = (text: string): Promise<ImageSet> => openRecordio(memoryFiles(property(text)), { path: "set" });
  await assertRejects(
    () => open("4,4,5\n"),
    RangeError,
    `"set/property", line 1: it says 4 classes, the records have 3`,
  );
  await assertRejects(() => open("3,5,5\n"), RangeError, "it says 5 × 5 pixels, the first image has 4 × 5");
  await assertRejects(() => open("4 4 5\n"), SyntaxError, `Cannot read "set/property", line 1`);
});

Deno.test("recordio says what is missing, and has a digest of all that decides the set", async () => {
  const tree = insightfaceTree();
  const digests = { ...memoryFiles(tree), digest: (path: string) => Promise.resolve(path) };
  const digest = async (params: Record<string, unknown>): Promise<string> =>
    (await openRecordio(digests, params)).provenance.digest;
  assertEquals(await digest({ path: "set/train.rec" }), "set/train.rec");
  assertEquals(await digest({ path: "set" }), await digest({ path: "set/train.rec", index: "set/train.idx" }));
  const missing = (params: Record<string, unknown>): Promise<unknown> => openRecordio(memoryFiles(tree), params);
  await assertRejects(() => missing({ path: "other" }), MissingDataError, "there is nothing at /memory/other");
  await assertRejects(() => missing({ path: "set/train.rec", index: "x.idx" }), MissingDataError, `"x.idx"`);
  const { rec } = recordFile([[0, 0], [1, 1]]), other = memoryFiles({ "set/other.rec": rec, "data": rec });
  await assertRejects(() => openRecordio(other, { path: "data" }), MissingDataError, "does not end in .rec");
  await assertRejects(() => openRecordio(other, { path: "set" }), MissingDataError, "nothing at /memory/set/train.rec");
});

Deno.test("recordio names the files that it reads, not the folder that they lie in", () => {
  const pathsOf = (params: Record<string, unknown>) => {
    const parsed = recordio.params.parse(params);
    return [recordio.paths(parsed), recordio.optionalPaths!(parsed)];
  };
  assertEquals(pathsOf({ path: "set" }), [["set/train.rec"], ["set/train.idx", "set/property"]]);
  assertEquals(pathsOf({ path: "set", index: "a.idx" }), [["set/train.rec", "a.idx"], ["set/property"]]);
  // An index beside a file is not taken, so that it does not have to be hashed.
  assertEquals(pathsOf({ path: "set/train.rec" }), [["set/train.rec"], []]);
  assertEquals(pathsOf({ path: "set/a.rec", index: "set/a.idx" }), [["set/a.rec", "set/a.idx"], []]);
});
