import { assert, assertEquals, assertNotEquals, assertRejects, assertStringIncludes } from "@std/assert";
import fc from "fast-check";
import { encodePng } from "../../../datasets/decoding/encode_png.ts";
import {
  alignFace,
  createFileSet,
  decodeImage,
  imageFolder,
  readLandmarks,
  toChannels,
} from "../../../datasets/mod.ts";
import { base, load, problemsOf } from "../../experiments/manifest_helpers.ts";
import { memoryFiles, openFolder } from "../helpers.ts";

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
const five = (shift: number): number[] => [20, 20, 40, 21, 30, 30, 22, 42, 38, 41].map((value) => value + shift);
const line = (name: string, points: readonly number[], tab = " "): string => [name, ...points].join(tab);

/** Reads a list for images of these names. */
async function read(text: string, names: readonly string[]): Promise<(index: number) => Float64Array> {
  const images = { source: "set", count: names.length, name: (index: number) => names[index]! };
  return await readLandmarks("list.txt", images, memoryFiles({ "list.txt": encode(text) }));
}

Deno.test("readLandmarks() finds images by name in any order, parted by tabs or spaces", async () => {
  const text = ["", line("c d.jpg", five(1), "\t"), line("unknown", five(9)), `  ${line("a/b.jpg", five(2.5))}  `].join(
    "\r\n",
  );
  const of = await read(text, ["a/b.jpg", "c d.jpg", "a/b.jpg"]);
  assertEquals([0, 1, 2].map((index) => [...of(index)]), [five(2.5), five(1), five(2.5)]);
});

Deno.test("readLandmarks() keeps five of 68 points", async () => {
  const many = Array.from({ length: 136 }, (_, i) => i), of = await read(line("a", many), ["a"]);
  assertEquals([...of(0)], [75, 76, 87, 88, 60, 61, 96, 97, 108, 109]);
});

Deno.test("readLandmarks() reads lists of many parts", async () => {
  const names = Array.from({ length: 60_000 }, (_, i) => `${"folder/".repeat(20)}é${i}.jpg`);
  const text = names.map((name, i) => line(name, five(i % 100))).reverse().join("\n");
  const of = await read(text, names);
  for (const index of [0, 1234, 30_000, 59_999]) assertEquals([...of(index)], five(index % 100));
});

Deno.test("readLandmarks() names the line or the image that is wrong", async () => {
  const fails = (text: string, type: new () => Error, message: string): Promise<Error> =>
    assertRejects(() => read(text, ["a", "b", "c"]), type, message);
  const good = line("a", five(0));
  await fails(`${good}\nb 1 2 3`, SyntaxError, 'Cannot read "list.txt": line 2 has 3 numbers after its name, 10');
  await fails(`\n${line("b", five(0)).replace("30", "x3")}`, SyntaxError, 'line 2 has "x3" where a number is wanted');
  await fails(line("b", five(0), "\t").replace("30", ""), SyntaxError, 'line 1 has "" where a number is wanted');
  await fails(`${good}\n${good}`, SyntaxError, 'line 2 names "a" a second time');
  await fails(
    good,
    RangeError,
    'Cannot align "b" of "set": "list.txt" has no line of this name (2 of 3 images have none',
  );
  await fails("", RangeError, "the list is empty");
});

Deno.test("readLandmarks() never takes a damaged list for a sound one of other images", async () => {
  const names = ["a", "b b", "c"], text = names.map((name, i) => line(name, five(i * 7), "\t")).join("\n");
  const sound = await read(text, names);
  await fc.assert(
    fc.asyncProperty(fc.nat(text.length - 1), fc.nat(9), fc.string({ maxLength: 5 }), async (at, cut, put) => {
      const found = await read(text.slice(0, at) + put + text.slice(at + cut), names).catch((error) => {
        assert(error instanceof SyntaxError || error instanceof RangeError, `${error}`);
        assertStringIncludes(error.message, '"list.txt"');
      });
      // A change within the numbers of one image leaves the others as they are.
      const same = names.filter((_, i) => found && `${found(i)}` === `${sound(i)}`).length;
      assert(found === undefined || same >= 2, `${same} of 3`);
    }),
    { seed: 1, numRuns: 500 },
  );
});

/** A face of 60 × 60 pixels, in grey that runs across it. */
function face(slope: number): Uint8Array {
  const data = Uint8Array.from({ length: 60 * 60 * 3 }, (_, i) => (Math.floor(i / 3) % 60) * slope + i % 3);
  return encodePng({ width: 60, height: 60, channels: 3, data });
}

const tree = { "set/a/1.png": face(1), "set/b/1.png": face(3) };
const list = encode([line("b/1.png", five(3)), line("a/1.png", five(0))].join("\n"));
const files = { ...memoryFiles({ ...tree, "list.txt": list }), digest: (path: string) => Promise.resolve(path) };
const align = { landmarks: "list.txt", size: [112, 96] as [number, number] };

Deno.test("imageFolder aligns, then converts and inverts", async () => {
  const set = await openFolder(files, { path: "set", channels: 1, invert: true, align });
  assertEquals(set.shape, [112, 96, 1]);
  const aligned = alignFace(await decodeImage(tree["set/b/1.png"]), five(3), align);
  assertEquals(await set.read(1), toChannels(aligned, 1).data.map((byte) => 255 - byte));
  assertEquals((await openFolder(files, { path: "set", align: { landmarks: "list.txt" } })).shape, [112, 112, 3]);
});

Deno.test("imageFolder's digest, paths and shape cover the landmarks", async () => {
  const parse = (params: Record<string, unknown>) => imageFolder.params.parse({ path: "set", ...params });
  assertEquals(imageFolder.paths(parse({ align })), ["set", "list.txt"]);
  assertEquals(imageFolder.paths(parse({})), ["set"]);
  assertEquals(imageFolder.shape(parse({ align, channels: 1 })), [112, 96, 1]);
  const plain = await openFolder(files, { path: "set" }), aligned = await openFolder(files, { path: "set", align });
  assertEquals(plain.provenance.digest, "set");
  assertNotEquals(aligned.provenance.digest, "set");
});

Deno.test("createFileSet() takes landmarks that the data holds, and says which image has none", async () => {
  const fields = { ...imageFolder.params.parse({ path: "set" }), align: { size: [112, 112] as const } };
  const set = await createFileSet({
    source: "box",
    size: [1, 1],
    classes: ["a", "b"],
    labels: Int32Array.of(0, 1, 1),
    name: (index) => `record ${index}`,
    load: (index) =>
      Promise.resolve({
        bytes: tree["set/a/1.png"],
        ...index === 1 ? {} : { landmarks: Float64Array.from(index === 0 ? five(0) : new Array(10).fill(7)) },
      }),
    provenance: { reader: "box", digest: "d", decoder: "none", skipped: [] },
  }, fields as unknown as Parameters<typeof createFileSet>[1]);
  assertEquals([set.shape, set.provenance.digest], [[112, 112, 3], "d"]);
  const aligned = alignFace(await decodeImage(tree["set/a/1.png"]), five(0), fields.align);
  assertEquals(await set.read(0), aligned.data);
  await assertRejects(() => set.read(1), SyntaxError, 'Cannot read image "record 1" of "box": Cannot align the image');
  await assertRejects(() => set.read(2), SyntaxError, "all points are one");
});

Deno.test("createFileSet() refuses size beside align", async () => {
  const fields = { ...imageFolder.params.parse({ path: "set" }), size: [9, 9], align };
  await assertRejects(
    () => imageFolder.open(fields, { files, open: () => Promise.reject() }),
    RangeError,
    'Cannot open "set": found both size and align',
  );
});

Deno.test("a manifest takes align, and refuses it beside size or for a size without template", async () => {
  const change = (rest: string) => base.replaceAll("size: [28, 28], channels: 1", rest);
  const told = async (rest: string) => (await problemsOf(change(rest))).join("\n");
  const trainOf = async (rest: string) => (await load(change(rest))).rows[0]!.run.data.train;
  assertEquals((await trainOf("align: { landmarks: l.txt }"))["align"], { landmarks: "l.txt", size: [112, 112] });
  assertEquals("align" in await trainOf("size: [28, 28]"), false);
  assertStringIncludes(await told("size: [112, 112], align: { landmarks: l.txt }"), "Cannot use align beside size");
  assertStringIncludes(await told("align: { landmarks: l.txt, size: [100, 100] }"), "no template is of this size");
});
