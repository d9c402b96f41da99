import { assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { MissingDataError, parseVerificationBin } from "../../datasets/mod.ts";
import { classesOfPairs } from "../../datasets/pair_classes.ts";
import { fromBase64, memoryFiles } from "./helpers.ts";
import { binFiles, openBin, PICKLES, writeBin } from "./pickle/helpers.ts";

const pixels = PICKLES.pixels.map(fromBase64), images = PICKLES.images.map(fromBase64);

Deno.test("insightfaceBin reads sets of every protocol of Python 3, of bytes and of NumPy arrays", async () => {
  assertEquals(new Set(PICKLES.bins.map((bin) => bin.protocol)).size, 6);
  for (const { kind, protocol, file } of PICKLES.bins) {
    const { images, first, second, same, fold } = await openBin(binFiles(file));
    const found = await Promise.all(pixels.map((_, image) => images.read(image)));
    assertEquals(found, pixels, `${kind}, protocol ${protocol}`);
    assertEquals([[...first], [...second], [...same], [...fold]], [[0, 2, 4], [1, 3, 5], PICKLES.same, [0, 1, 2]]);
  }
});

Deno.test("insightfaceBin reads sets as Python 2 wrote them", async () => {
  for (const [kind, file] of Object.entries(PICKLES.python2)) {
    const { images, same } = await openBin(binFiles(file));
    const found = await Promise.all(pixels.map((_, image) => images.read(image)));
    assertEquals([found, [...same]], [pixels, PICKLES.same], kind);
  }
});

Deno.test("parseVerificationBin() gives views of the file where it has images in one piece", () => {
  for (const protocol of [3, 4, 5]) {
    const { file } = PICKLES.bins.find((bin) => bin.protocol === protocol && bin.kind.startsWith("bytes"))!;
    const bytes = fromBase64(file);
    for (const image of parseVerificationBin(bytes, "a.bin").images) assertStrictEquals(image.buffer, bytes.buffer);
  }
});

Deno.test("insightfaceBin names images, and tells classes as far as pairs do", async () => {
  const set = await openBin(binFiles(PICKLES.bins[0]!.file), { license: "MIT" });
  // The last image is the same file as the first, which the first pair says to be of one person with the second.
  assertEquals([[...set.images.labels], set.images.classes], [[0, 0, 1, 2, 3, 0], ["0", "1", "2", "3"]]);
  assertEquals([set.images.name(0), set.images.name(5), set.images.shape], ["0", "5", [2, 3, 3]]);
  const { reader, images, classes, license, decoder } = set.provenance;
  assertEquals([reader, images, classes, license, decoder], ["insightface-bin", 6, 4, "MIT", "marginlab png 1.0.0"]);
});

Deno.test("classesOfPairs() joins by pairs and by equal files, at any distance", () => {
  const file = (...bytes: number[]): Uint8Array => Uint8Array.from(bytes);
  const files = [file(1), file(2), file(2), file(3), file(4), file(5), file(3), file(6)];
  assertEquals([...classesOfPairs(files, Uint8Array.of(1, 1, 0, 1))], [0, 0, 0, 0, 1, 2, 0, 0]);
  const long = [0, 1].map((last) => Uint8Array.from({ length: 1000 }, (_, i) => i === 500 ? last : 7));
  assertEquals([...classesOfPairs(long, Uint8Array.of(0))], [0, 1]);
});

Deno.test("insightfaceBin has the folds of scikit-learn, also where they do not divide the pairs", async () => {
  for (const { pairs, folds, sizes } of PICKLES.folds) {
    const same = Array.from({ length: pairs }, () => true), files = Array.from({ length: 2 * pairs }, () => images[0]!);
    const bytes = await writeBin(files, same);
    const { fold } = await openBin(memoryFiles({ "a.bin": bytes }), { folds });
    const found = new Array<number>(folds).fill(0);
    fold.forEach((of) => found[of]!++);
    assertEquals(found, sizes);
    assertEquals(fold, fold.toSorted());
  }
});

Deno.test("insightfaceBin exchanges red and blue where that is asked for", async () => {
  const files = binFiles(PICKLES.bins[0]!.file), plain = await openBin(files);
  for (const channelOrder of ["rgb", "bgr"] as const) {
    const bytes = await (await openBin(files, { channelOrder })).images.read(2), [r, g, b] = pixels[2]!;
    assertEquals([...bytes.subarray(0, 3)], channelOrder === "bgr" ? [b, g, r] : [r, g, b]);
  }
  assertEquals(await plain.images.read(2), pixels[2]);
  await assertRejects(() => openBin(files, { channelOrder: "bgr", channels: 1 }), RangeError, "grey has no order");
});

Deno.test("insightfaceBin says which item is wrong", async () => {
  const open = (text: string): Promise<unknown> =>
    openBin(memoryFiles({ "a.bin": Uint8Array.from(text, (c) => c.charCodeAt(0)) }));
  const cases: [string, string][] = [
    ["].", "item 0: found a list of 0, a tuple of image files and truth values is wanted"],
    ["N]\x86.", "item 0: found None, a list of image files is wanted"],
    ["]N\x86.", "item 1: found None, a list of truth values is wanted"],
    ["](C\x01aC\x01be](\x88\x88e\x86.", "item 0: found 2 images for 2 pairs, two for each are wanted"],
    ["](C\x01aNe](\x88e\x86.", "image 1: found None, an image file as bytes"],
    ["](C\x01aC\x01be](K\x02e\x86.", "pair 0: found 2, true or false is wanted"],
    ["](C\x01aC\x01be](Ne\x86.", "pair 0: found None, true or false is wanted"],
  ];
  for (const [file, message] of cases) {
    await assertRejects(() => open(file), SyntaxError, `Cannot read "a.bin": ${message}`);
  }
  await assertRejects(() => openBin(memoryFiles({})), MissingDataError, "there is no file at /memory/a.bin");
  const bin = memoryFiles({ "a.bin": await writeBin([images[0]!, Uint8Array.of(1, 2)], [true]) });
  await assertRejects(() => openBin(bin), RangeError, "found pair 0 to pair 0, set folds to at most 1");
  const three = await writeBin([images[0]!, Uint8Array.of(1, 2), ...images.slice(0, 4)], [true, true, true]);
  const set = await openBin(memoryFiles({ "a.bin": three }));
  await assertRejects(
    () => set.images.read(1),
    SyntaxError,
    `Cannot read image 1 of "a.bin": Cannot decode the image: found`,
  );
  const first = await writeBin([Uint8Array.of(1, 2), ...images.slice(0, 5)], [true, true, true]);
  await assertRejects(() => openBin(memoryFiles({ "a.bin": first })), SyntaxError, `Cannot read image 0 of "a.bin"`);
});
