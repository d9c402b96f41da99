import { zipSync } from "fflate";
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { imageFolder } from "../../datasets/catalogue.ts";
import { encodePng } from "../../datasets/decoding/encode_png.ts";
import { MissingDataError } from "../../datasets/mod.ts";
import { diskFiles } from "../../experiments/disk.ts";
import { DATA, fromBase64, greyPng, hasData, memoryFiles, openFolder, readFixture, smallZip } from "./helpers.ts";

const text = (text: string): Uint8Array => new TextEncoder().encode(text);
const tree = {
  "set/b/x/2.png": greyPng(2),
  "set/b/x/10.png": greyPng(10),
  "set/a/1.png": greyPng(1),
  "set/a/README.txt": text("not an image"),
  "set/.git/HEAD": text("not an image"),
};

Deno.test("imageFolder sorts by path, makes a folder a class, and passes over other files", async () => {
  const set = await openFolder(memoryFiles(tree), { path: "set", channels: 1 });
  assertEquals([0, 1, 2].map(set.name), ["a/1.png", "b/x/10.png", "b/x/2.png"]);
  assertEquals(set.classes, ["a", "b/x"]);
  assertEquals([...set.labels], [0, 1, 1]);
  assertEquals(set.shape, [4, 4, 1]);
  assertEquals(await set.read(1), new Uint8Array(16).fill(10));
  assertEquals(set.provenance.decoder, "marginlab png 1.0.0");
  assertEquals([set.provenance.images, set.provenance.classes, set.provenance.skipped.length], [3, 2, 0]);
  for (const access of [set.read, set.file!]) {
    await assertRejects(() => access(3), RangeError, `Cannot read image 3 of "set": it has images 0 to 2`);
  }
});

Deno.test("imageFolder reads a zip, stored or deflated, as it reads a folder", async () => {
  for (const level of [0, 6] as const) {
    const set = await openFolder(memoryFiles({ "s.zip": smallZip({ level }) }), { path: "s.zip", channels: 1 });
    assertEquals(set.classes, ["set/a", "set/b"]);
    assertEquals((await set.read(3))[0], 21);
    assertEquals((await set.file!(3)).bytes, greyPng(21));
  }
});

Deno.test("imageFolder takes some classes and leaves the others unseen", async () => {
  const files = memoryFiles(Object.fromEntries([1, 2, 3, 4].map((i) => [`set/c${i}/x.png`, greyPng(i)])));
  const open = (classes: unknown) => openFolder(files, { path: "set", channels: 1, classes });
  const [seen, unseen] = [await open({ count: 2 }), await open({ first: 2, count: 2 })];
  assertEquals([seen.classes, unseen.classes], [["c1", "c2"], ["c3", "c4"]]);
  assertEquals([...unseen.labels], [0, 1]);
  assertEquals((await unseen.read(0))[0], 3);
  assertEquals(unseen.provenance.images, 2);
  await assertRejects(() => open({ first: 3, count: 2 }), RangeError, 'classes 3 to 4 of "set": it has classes 0 to 3');
});

Deno.test("imageFolder tells formats by content, not by name, and records every decoder", async () => {
  const { decoded } = readFixture<{ decoded: { name: string; file: string }[] }>("images.json");
  const file = (name: string): Uint8Array => fromBase64(decoded.find((image) => image.name === name)!.file);
  const files = memoryFiles({
    "set/a/1.png": file("jpeg"),
    "set/a/2": file("webp lossless"),
    "set/b/3.jpg": text("P2 2 2 255 0 0 0 0"),
    "set/b/4.dat": greyPng(4),
  });
  const set = await openFolder(files, { path: "set", size: [4, 5] });
  assertEquals(set.length, 4);
  const decoders = "@jsquash/jpeg 1.6.0, @jsquash/webp 1.5.0, marginlab png 1.0.0, marginlab pnm 1.0.0";
  assertEquals(set.provenance.decoder, decoders);
  for (let i = 0; i < 4; i++) assertEquals((await set.read(i)).length, 4 * 5 * 3);
});

Deno.test("imageFolder converts to grey, resizes and inverts, in this order", async () => {
  const colour = encodePng({
    width: 2,
    height: 2,
    channels: 3,
    data: Uint8Array.from({ length: 12 }, (_, i) => i % 3 ? 0 : 200),
  });
  const files = memoryFiles({ "set/a/1.png": colour, "set/b/1.png": greyPng(50) });
  const set = await openFolder(files, { path: "set", channels: 1, size: [1, 1], invert: true });
  // 200 · 19595 / 65536 = 59.8
  assertEquals([...await set.read(0), ...await set.read(1)], [255 - 60, 255 - 50]);
  assertEquals(imageFolder.shape({ ...imageFolder.params.parse({ path: "p", size: [3, 5] }) }), [3, 5, 3]);
  assertEquals(imageFolder.shape({ ...imageFolder.params.parse({ path: "p" }) }), undefined);
});

Deno.test("imageFolder names both files when sizes differ and none is wanted", async () => {
  const files = memoryFiles({ "set/a/1.png": greyPng(1), "set/b/1.png": greyPng(1, 4, 6) });
  await assertRejects(
    () => openFolder(files, { path: "set" }),
    RangeError,
    `"a/1.png" has 4 × 4 pixels and "b/1.png" 4 × 6, set size: [height, width]`,
  );
});

Deno.test("imageFolder names the damaged file and its reason, or leaves it out and counts it", async () => {
  const damaged = greyPng(9);
  damaged[45]! ^= 1;
  const files = memoryFiles({ ...tree, "set/a/bad.png": damaged, "set/c/text.jpg": text("hello") });
  const set = await openFolder(files, { path: "set", channels: 1, skipDamaged: true });
  assertEquals(set.length, 3);
  assertEquals(set.classes, ["a", "b/x"]);
  assertEquals(set.provenance.skipped.map((file) => file.path), ["a/bad.png", "c/text.jpg"]);
  assertStringIncludes(set.provenance.skipped[0]!.reason, `chunk "IDAT" at byte 33 does not match its checksum`);
  await assertRejects(
    () => openFolder(files, { path: "set", channels: 1 }),
    SyntaxError,
    `Cannot read image "c/text.jpg" of "set": Cannot decode the image: found first bytes 68 65 6c 6c`,
  );
  const late = await openFolder(memoryFiles({ ...tree, "set/a/bad.png": damaged }), { path: "set" });
  const error = await assertRejects(() => late.read(1), SyntaxError, `Cannot read image "a/bad.png" of "set"`);
  assertStringIncludes(error.message, "set skipDamaged: true");
});

Deno.test("imageFolder refuses what holds no classes, and says what to do", async () => {
  const open = (files: Record<string, Uint8Array>): Promise<unknown> => openFolder(memoryFiles(files), { path: "set" });
  await assertRejects(
    () => open({}),
    MissingDataError,
    `there is nothing at /memory/set, put a folder or a zip archive`,
  );
  await assertRejects(() => open({ "set/a/x.txt": text("x") }), RangeError, "found no images");
  await assertRejects(() => open({ "set/1.png": greyPng(1) }), RangeError, `found image "1.png" in no folder`);
  await assertRejects(() => open({ "set/a/1.png": greyPng(1) }), RangeError, `found all 1 images in one folder "a"`);
  await assertRejects(() => open({ set: text("hello") }), SyntaxError, "it is a file but no zip archive");
  await assertRejects(() => open({ set: smallZip().subarray(0, 300) }), SyntaxError, "it has no end record");
});

Deno.test("imageFolder refuses zips that are encrypted, lie about sizes, or name a file twice", async () => {
  const zip = zipSync({ "set/a/1.png": greyPng(1), "set/b/1.png": greyPng(2) }, { mtime: "2020-01-01" });
  const central = zip.findIndex((_, i) => zip[i] === 0x50 && zip[i + 1] === 0x4b && zip[i + 2] === 1);
  const changed = (at: number, bytes: readonly number[]): Promise<unknown> => {
    const file = zip.slice();
    file.set(bytes, central + at);
    return openFolder(memoryFiles({ "s.zip": file }), { path: "s.zip" });
  };
  await assertRejects(() => changed(8, [1, 0]), SyntaxError, "it is encrypted");
  await assertRejects(() => changed(10, [12, 0]), SyntaxError, "found method 12");
  await assertRejects(() => changed(16, [0, 0, 0, 0]), SyntaxError, "does not match its checksum");
  await assertRejects(() => changed(24, [0, 0, 0, 0x40]), SyntaxError, "it claims 1073741824 bytes");
  await assertRejects(() => changed(24, [0, 0, 0, 1]), SyntaxError, "cannot give the 16777216 bytes");
  await assertRejects(() => changed(24, [20, 0, 0, 0]), SyntaxError, "found more than 20 bytes");
  await assertRejects(() => changed(46 + 4, [98]), SyntaxError, `it names "set/b/1.png" twice`);
  await assertRejects(() => changed(46 + 4, [99]), SyntaxError, "has another name in the directory");
});

Deno.test("imageFolder's parameters are strict, and complete when left out", () => {
  assertEquals(imageFolder.params.parse({ path: "x" }), {
    path: "x",
    size: null,
    channels: 3,
    invert: false,
    normalise: { mean: 127.5, std: 127.5 },
    classes: null,
    skipDamaged: false,
    license: null,
    citation: null,
  });
  assert(!imageFolder.params.safeParse({ path: "x", colour: true }).success);
  assert(!imageFolder.params.safeParse({ path: "x", normalise: { std: 0 } }).success);
});

Deno.test({
  name: "imageFolder reads Omniglot as Pillow does (needs omniglot/images_evaluation.zip)",
  ignore: !hasData("omniglot/images_evaluation.zip"),
  async fn() {
    const params = { path: "omniglot/images_evaluation.zip", size: [28, 28], channels: 1, invert: true };
    const set = await openFolder(diskFiles(DATA), params);
    assertEquals([set.length, set.classes.length], [13180, 659]);
    let sum = 0;
    for (let i = 0; i < set.length; i++) sum += (await set.read(i)).reduce((a, b) => a + b, 0);
    // Sum over all bytes after Pillow's convert("L"), resize((28, 28), BILINEAR) and 255 − v.
    assertEquals(sum, 222079206);
  },
});

Deno.test({
  name: "imageFolder reads the ORL faces, PGM in a zip (needs orl/att_faces.zip)",
  ignore: !hasData("orl/att_faces.zip"),
  async fn() {
    const set = await openFolder(diskFiles(DATA), { path: "orl/att_faces.zip", channels: 1 });
    assertEquals(set.shape, [112, 92, 1]);
    assertEquals([set.length, set.classes.length], [400, 40]);
    assertEquals((await set.read(0)).slice(0, 4), Uint8Array.of(48, 49, 45, 47));
  },
});
