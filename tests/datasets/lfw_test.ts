import { createHash } from "node:crypto";
import { zipSync } from "fflate";
import { assert, assertEquals, assertRejects } from "@std/assert";
import { lfw } from "../../datasets/catalogue.ts";
import { MissingDataError, type PairSet } from "../../datasets/mod.ts";
import { diskFiles } from "../../experiments/disk.ts";
import { DATA, greyPng, hasData } from "./helpers.ts";
import { openWith } from "./reader_helpers.ts";

const LIST = "2\t1\nBo_Li\t1\t3\nAda\t1\tBo_Li\t1\nCy\t2\t10\nAda\t1\tCy\t10\n";
const tree = {
  "lfw/deep/Ada/Ada_0001.png": greyPng(1),
  "lfw/deep/Bo_Li/Bo_Li_0001.png": greyPng(2),
  "lfw/deep/Bo_Li/Bo_Li_0002.png": new Uint8Array(3), // not on the list, so never opened
  "lfw/deep/Bo_Li/Bo_Li_0003.png": greyPng(3),
  "lfw/deep/Cy/Cy_0002.png": greyPng(4),
  "lfw/deep/Cy/Cy_0010.png": greyPng(5),
};

function open(files: Record<string, Uint8Array | string>, params: Record<string, unknown> = {}): Promise<PairSet> {
  return openWith(lfw, { images: "lfw", pairs: "pairs.txt", channels: 1, ...params }, { "pairs.txt": LIST, ...files });
}

Deno.test("lfw reads the pairs of a list, and the images that it names", async () => {
  const set = await open(tree), { images } = set;
  const names = Array.from({ length: images.length }, (_, i) => images.name(i));
  assertEquals(names, [
    "Ada/Ada_0001.jpg",
    "Bo_Li/Bo_Li_0001.jpg",
    "Bo_Li/Bo_Li_0003.jpg",
    "Cy/Cy_0002.jpg",
    "Cy/Cy_0010.jpg",
  ]);
  assertEquals([images.classes, [...images.labels], images.shape], [["Ada", "Bo_Li", "Cy"], [0, 1, 1, 2, 2], [
    4,
    4,
    1,
  ]]);
  assertEquals([[...set.first], [...set.second]], [[1, 0, 3, 0], [2, 1, 4, 4]]);
  assertEquals([[...set.same], [...set.fold], set.folds], [[1, 0, 1, 0], [0, 0, 1, 1], 2]);
  assertEquals(await Promise.all(names.map(async (_, i) => (await images.read(i))[0])), [1, 2, 3, 4, 5]);
  assertEquals([set.provenance.reader, set.provenance.images, set.provenance.classes], ["lfw", 5, 3]);
  assertEquals(set.provenance.decoder, "marginlab png 1.0.0");
});

Deno.test("lfw reads a zip as it reads a folder, and is another set by its list", async () => {
  const zip = zipSync(Object.fromEntries(Object.entries(tree).map(([path, bytes]) => [path, bytes])));
  const set = await open({ lfw: zip });
  assertEquals((await set.images.read(4))[0], 5);
  const other = await open({ lfw: zip, "pairs.txt": LIST.replaceAll("\t", "  ") });
  assertEquals(other.first, set.first);
  assert(other.provenance.digest !== set.provenance.digest);
});

Deno.test("lfw gives names alone where there are no images", async () => {
  const params = { images: null, pairs: "pairs.txt" },
    set = await openWith<PairSet>(lfw, params, { "pairs.txt": LIST });
  assertEquals([set.images.shape, set.images.length, set.images.name(4)], [[0, 0, 0], 5, "Cy/Cy_0010.jpg"]);
  await assertRejects(() => set.images.read(0), TypeError, 'Cannot read image "Ada/Ada_0001.jpg" of "pairs.txt"');
  assertEquals(lfw.paths(lfw.params.parse(params)), ["pairs.txt"]);
  assertEquals(lfw.paths(lfw.params.parse({ ...params, images: "lfw" })), ["lfw", "pairs.txt"]);
});

Deno.test("lfw deals the pairs of View 1 out to folds", async () => {
  const list = "4\n" + ["A 1 2", "A 1 3", "A 2 3", "B 1 2", "A 1 B 1", "A 2 B 1", "A 3 B 1", "A 1 B 2"].join("\n");
  const params = { images: null, pairs: "p" };
  const set = await openWith<PairSet>(lfw, { ...params, folds: 2 }, { p: list });
  assertEquals([[...set.same], [...set.fold]], [[1, 1, 1, 1, 0, 0, 0, 0], [0, 0, 1, 1, 0, 0, 1, 1]]);
  const wrong = (folds: number | undefined, message: string) =>
    assertRejects(() => openWith(lfw, { ...params, folds }, { p: list }), RangeError, message);
  await wrong(undefined, "it has 4 pairs of each kind and no folds, set folds to a number up to 4");
  await wrong(5, "set folds to a number up to 4");
  await assertRejects(() => open(tree, { folds: 3 }), RangeError, 'Cannot take 3 folds of "pairs.txt": it says 2');
});

Deno.test("lfw names the line and the image that is not there, and one that is there twice", async () => {
  const { "lfw/deep/Cy/Cy_0010.png": _, ...rest } = tree;
  await assertRejects(
    () => open(rest),
    MissingDataError,
    'Cannot find "Cy/Cy_0010.jpg" in "lfw": line 4 of "pairs.txt" names it, 1 of 5 images are not there',
  );
  await assertRejects(() => open({ "pairs.txt": LIST }), MissingDataError, "there is nothing at");
  await assertRejects(
    () => open({ ...tree, "lfw/Ada/Ada_0001.jpg": greyPng(1) }),
    RangeError,
    'Cannot tell which image of "lfw" is "Ada/Ada_0001.jpg": found "Ada/Ada_0001.jpg" and "deep/Ada/Ada_0001.png"',
  );
  const damaged = await open({ ...tree, "lfw/deep/Cy/Cy_0002.png": greyPng(4).subarray(0, 40) });
  await assertRejects(() => damaged.images.read(3), SyntaxError, 'Cannot read image "deep/Cy/Cy_0002.png" of "lfw"');
  const smaller = await open({ ...tree, "lfw/deep/Cy/Cy_0002.png": greyPng(4, 3, 3) });
  await assertRejects(() => smaller.images.read(3), SyntaxError, "it has 3 × 3 pixels, wanted 4 × 4 as the others");
});

Deno.test("lfw holds a list to its form to the last line", async () => {
  const wrong = (list: string, message: string) =>
    assertRejects(() => open({ ...tree, "pairs.txt": list }), SyntaxError, message);
  await wrong("", 'Cannot read line 1 of "pairs.txt": found ""');
  await wrong("a b\n", "wanted the number of folds and the pairs of each kind");
  await wrong("2 1 1\n", "Cannot read line 1");
  await wrong(LIST.replace("Ada\t1\tCy\t10\n", ""), '3 lines follow the first, its "2\t1" asks for 4 pairs');
  await wrong(LIST + "Ada\t1\tCy\t2\n", "5 lines follow");
  await wrong(
    LIST.replace("Cy\t2\t10", "Cy\t2\tAda\t1"),
    'line 4 of "pairs.txt": found "Cy\\t2\\tAda\\t1", a same pair',
  );
  await wrong(LIST.replace("Ada\t1\tCy\t10", "Cy\t2\t10"), 'line 5 of "pairs.txt"');
  await wrong(LIST.replace("2\t10", "2\t0"), '"0" is no number of an image');
  await wrong(LIST.replace("2\t10", "2\t2"), "two images are wanted");
  await wrong(LIST.replace("Ada\t1\tCy\t10", "Cy\t2\tCy\t10"), "two people are wanted");
  await wrong(LIST.replaceAll("Cy", "../Cy"), "a name has no slashes");
});

Deno.test({
  name: "lfw reads the official pairs.txt of View 2 as scikit-learn does (needs lfw/pairs.txt)",
  ignore: !hasData("lfw/pairs.txt") || !hasData("lfw/landmarks.txt"),
  async fn() {
    const set = await openWith<PairSet>(lfw, { images: null, pairs: "lfw/pairs.txt" }, diskFiles(DATA));
    const { images, first, second, same, fold } = set;
    assertEquals([same.length, images.length, images.classes.length, set.folds], [6000, 7701, 4281, 10]);
    const lines = Array.from(same, (s, i) => `${images.name(first[i]!)} ${images.name(second[i]!)} ${s} ${fold[i]}\n`);
    // By tests/oracle/lfw.py.
    const digest = "47579b80bd317d4ff05697a4a392ed96b09c728891bc28b31fa49f6b93f6b12d";
    assertEquals(createHash("sha256").update(lines.join("")).digest("hex"), digest);
    const landmarks = await Deno.readTextFile(`${DATA}/lfw/landmarks.txt`);
    const all = new Set(landmarks.split("\n").map((line) => line.split("\t")[0]!));
    assertEquals(Array.from(images.labels, (_, i) => images.name(i)).filter((name) => !all.has(name)), []);
  },
});

Deno.test("lfw aligns by a list of landmarks, which names the images officially", async () => {
  const files = Object.fromEntries(Object.keys(tree).map((path, i) => [path, greyPng(i, 130, 130)]));
  const points = "38.2946 51.6963 73.5318 51.5014 56.0252 71.7366 41.5493 92.3655 70.7299 92.2041";
  const names = ["Ada/Ada_0001", "Bo_Li/Bo_Li_0001", "Bo_Li/Bo_Li_0003", "Cy/Cy_0002", "Cy/Cy_0010"];
  const params = { align: { landmarks: "l.txt" }, channels: 1 };
  const set = await open({ ...files, "l.txt": names.map((name) => `${name}.jpg ${points}\n`).join("") }, params);
  assertEquals(set.images.shape, [112, 112, 1]);
  assertEquals((await set.images.read(1))[60 * 112 + 60], 1);
  assertEquals(lfw.paths(lfw.params.parse({ images: "i", pairs: "p", ...params })), ["i", "p", "l.txt"]);
  const problem = lfw.params.safeParse({ pairs: "p", ...params }).error?.issues[0]?.message;
  assertEquals(problem, "Cannot align names alone: set images to where the images are, or leave align out");
});
