import { assertEquals, assertRejects } from "@std/assert";
import { listed } from "../../datasets/catalogue.ts";
import { type Files, type ImageSet, MissingDataError } from "../../datasets/mod.ts";
import { greyPng, labelledSet, memoryFiles, openFolder } from "./helpers.ts";
import { openWith } from "./reader_helpers.ts";

const tree: Record<string, Uint8Array> = Object.fromEntries(
  ["a/1", "a/2", "b/3", "b/4", "c/5"].map((path) => [`set/${path}.png`, greyPng(Number(path.at(-1)))]),
);

/** Opens a list over the folder `set`; digests are the texts, so that tests see what goes into one. */
async function open(text: string | undefined, take: "listed" | "others"): Promise<ImageSet> {
  const list = text === undefined ? {} : { "list.txt": new TextEncoder().encode(text) };
  const files: Files = { ...memoryFiles({ ...tree, ...list }), digest: (path) => Promise.resolve(path + (text ?? "")) };
  const from = { reader: "image-folder", path: "set", channels: 1 };
  return await listed.open(listed.params.parse({ from, list: "list.txt", take }), {
    files,
    open: ({ reader: _reader, ...params }) => openFolder(files, params),
  }) as ImageSet;
}

Deno.test("listed takes the images of a list, in the order of the reader, and numbers their classes anew", async () => {
  const set = await open("c/5.png\nb/4.png\nb/3.png\n", "listed");
  assertEquals([set.classes, [...set.labels], set.length], [["b", "c"], [0, 0, 1], 3]);
  assertEquals([0, 1, 2].map(set.name), ["b/3.png", "b/4.png", "c/5.png"]);
  assertEquals(await Promise.all([0, 1, 2].map(async (i) => (await set.read(i))[0])), [3, 4, 5]);
  const { reader, classes, images } = set.provenance;
  assertEquals([reader, classes, images], ["listed", 2, 3]);
  assertEquals((await set.file!(0)).bytes, greyPng(3));
  for (const access of [set.read, set.file!]) await assertRejects(() => access(3), RangeError, "it has images 0 to 2");
});

Deno.test("listed gives stored embeddings the numbers of its own images", async () => {
  const stored = {
    ...labelledSet([1, 1, 1, 1]),
    embeddings: {
      count: 4,
      dimension: 1,
      mirrored: false,
      async *chunks(indices: Int32Array) {
        yield await Promise.resolve({ start: 0, count: indices.length, original: Float32Array.from(indices) });
      },
    },
  };
  const params = { from: {}, list: "list.txt", take: "listed" };
  const set = await openWith<ImageSet>(listed, params, { "list.txt": "image 3\nimage 1\n" }, stored);
  const found: number[] = [];
  for await (const { original } of set.embeddings!.chunks(Int32Array.of(0, 1))) found.push(...original);
  assertEquals([set.embeddings!.count, found], [2, [1, 3]]);
});

Deno.test("listed takes all others, and everything where the list is empty", async () => {
  const set = await open("a/1.png\r\nc/5.png", "others");
  assertEquals([0, 1, 2].map(set.name), ["a/2.png", "b/3.png", "b/4.png"]);
  assertEquals([set.classes, [...set.labels]], [["a", "b"], [0, 1, 1]]);
  assertEquals((await open("", "others")).length, 5);
});

Deno.test("listed has a digest of its own for each list, and for what is taken of it", async () => {
  const digests = await Promise.all([
    open("a/1.png", "others"),
    open("a/2.png", "others"),
    open("a/1.png\nb/3.png", "listed"),
    open("a/1.png\nb/3.png", "others"),
  ]);
  assertEquals(new Set(digests.map(({ provenance }) => provenance.digest)).size, 4);
  assertEquals(listed.paths({ list: "list.txt" }), ["list.txt"]);
});

Deno.test("listed refuses unknown names, too few classes and a list that is not there", async () => {
  await assertRejects(
    () => open("a/1.png\na/9.png\nx\n", "others"),
    RangeError,
    'Cannot find "a/9.png" of "list.txt" among the images of "image-folder" (2 names are unknown): wanted names ' +
      'such as "a/1.png"',
  );
  await assertRejects(() => open("a/1.png\na/2.png\n", "listed"), RangeError, "2 images of 1 classes");
  await assertRejects(() => open(undefined, "listed"), MissingDataError);
});
