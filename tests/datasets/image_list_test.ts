import { zipSync } from "fflate";
import { assert, assertEquals, assertRejects } from "@std/assert";
import { imageList } from "../../datasets/catalogue.ts";
import { type ImageSet, MissingDataError } from "../../datasets/mod.ts";
import { diskFiles } from "../../experiments/disk.ts";
import { DATA, fromBase64, greyPng, hasData, readFixture } from "./helpers.ts";
import { openWith } from "./reader_helpers.ts";

const tree = Object.fromEntries([1, 2, 3].map((i) => [`root/d/${i} ${i}.png`, greyPng(i)]));

/** Opens a list of this name over the folder `root`. */
function open(name: string, list: string, params: Record<string, unknown> = {}): Promise<ImageSet> {
  return openWith(imageList, { list: name, images: "root", channels: 1, ...params }, { [name]: list, ...tree });
}

/** Names and class names of all images. */
function described(set: ImageSet): string[][] {
  return Array.from(set.labels, (label, i) => [set.name(i), set.classes[label]!]);
}

Deno.test("imageList reads .lst of im2rec, whose labels are numbers in several columns", async () => {
  const list = "2\t10.000000\t0.5\td/2 2.png\n0\t9.000000\t0.5\t./d/1 1.png\r\n\n7\t10\t-1\td/3 3.png\n";
  const set = await open("a.lst", list);
  assertEquals(described(set), [["d/2 2.png", "10"], ["d/1 1.png", "9"], ["d/3 3.png", "10"]]);
  assertEquals([set.classes, [...set.labels]], [["9", "10"], [1, 0, 1]]);
  assertEquals([set.shape, await Promise.all([0, 1, 2].map(async (i) => (await set.read(i))[0]))], [[4, 4, 1], [
    2,
    1,
    3,
  ]]);
  assertEquals(set.provenance.decoder, "marginlab png 1.0.0");
});

Deno.test("imageList reads a path and a label a line, and CSV, from a zip", async () => {
  const wanted = [["d/1 1.png", "b"], ["d/2 2.png", "a"], ["d/3 3.png", "a"]];
  assertEquals(described(await open("a.txt", "d/1 1.png  b\nd/2 2.png\ta\nd/3 3.png a ")), wanted);
  const zip = {
    root: zipSync(Object.fromEntries(Object.entries(tree).map(([path, bytes]) => [path.slice(5), bytes]))),
  };
  const csv = "d/1 1.png,b\nd/2 2.png, a\n\nd/3 3.png,a\n";
  const set = await openWith<ImageSet>(imageList, { list: "l", images: "root", form: "csv" }, { l: csv, ...zip });
  assertEquals(described(set), wanted);
  assertEquals((await set.read(2))[0], 3);
});

Deno.test("imageList records the decoder of every kind of file that it names", async () => {
  const { decoded } = readFixture<{ decoded: { name: string; file: string }[] }>("images.json");
  const jpeg = fromBase64(decoded.find((image) => image.name === "jpeg")!.file);
  const files = { "r/1.png": greyPng(1), "r/2.png": greyPng(2), "r/3.JPG": jpeg };
  const list = "1.png a\n2.png b\n3.JPG b\n", params = { list: "l", images: "r", size: [4, 4] };
  const set = await openWith<ImageSet>(imageList, params, { l: list, ...files });
  assertEquals(set.provenance.decoder, "@jsquash/jpeg 1.6.0, marginlab png 1.0.0");
  assertEquals((await set.read(2)).length, 48);
  const damaged = { ...files, "r/3.JPG": new Uint8Array(9) };
  await assertRejects(() => openWith(imageList, params, { l: list, ...damaged }), SyntaxError, 'image "3.JPG" of "r"');
});

Deno.test("imageList reads CSV as Python's csv module wrote it", async () => {
  const { rows, files } = readFixture<{ rows: string[][]; files: Record<string, string> }>("readers/lists.json");
  for (const [name, list] of Object.entries(files)) {
    const columns = name === "titles" ? { path: "file, name", label: "who" } : undefined;
    const set = await openWith<ImageSet>(imageList, { list: "l.csv", columns }, { "l.csv": list });
    assertEquals(described(set), rows, name);
    assertEquals(set.classes, [...set.classes].sort(), name);
  }
});

Deno.test("imageList orders classes by number only where all are numbers", async () => {
  const classes = async (labels: string[]) => {
    const list = labels.map((label, i) => `${i}.png ${label}`).join("\n");
    return (await openWith<ImageSet>(imageList, { list: "l" }, { l: list })).classes;
  };
  assertEquals(await classes(["10", "9", "-1", "0"]), ["-1", "0", "9", "10"]);
  assertEquals(await classes(["10", "9", "09"]), ["09", "10", "9"]);
});

Deno.test("imageList gives names alone where there are no images", async () => {
  const set = await openWith<ImageSet>(imageList, { list: "l" }, { l: "x/1.jpg 0\nx/2.jpg 1" });
  assertEquals([set.shape, set.name(1), set.provenance.decoder], [[0, 0, 0], "x/2.jpg", "none"]);
  await assertRejects(() => set.read(1), TypeError, 'Cannot read image "x/2.jpg" of "l"');
  assertEquals(imageList.paths(imageList.params.parse({ list: "l" })), ["l"]);
  assertEquals(imageList.paths(imageList.params.parse({ list: "l", images: "r" })), ["r", "l"]);
  const digests = await Promise.all(
    ["text", "csv"].map(async (form) =>
      (await openWith<ImageSet>(imageList, { list: "l", form }, { l: "a,b 0\nc,d 1" })).provenance.digest
    ),
  );
  assert(digests[0] !== digests[1]);
});

Deno.test("imageList reads a list of a hundred thousand lines, in windows", async () => {
  const list = Array.from({ length: 100_000 }, (_, i) => `${i}\t${i % 1000}\tfolder of some length/${i}-ö.jpg\n`).join(
    "",
  );
  assert(list.length > 2 ** 22, "one window would hold it");
  const set = await openWith<ImageSet>(imageList, { list: "l.lst" }, { "l.lst": list + "7\t5\tlast" });
  assertEquals([set.length, set.classes.length, set.classes[999]], [100_001, 1000, "999"]);
  assertEquals([set.name(99_999), set.labels[99_999], set.name(100_000)], [
    "folder of some length/99999-ö.jpg",
    999,
    "last",
  ]);
  await assertRejects(
    () => openWith(imageList, { list: "l.lst" }, { "l.lst": list + "x" }),
    SyntaxError,
    `Cannot read line 100001 of "l.lst": found 1 columns`,
  );
});

Deno.test("imageList says which line is wrong, and which image is not there", async () => {
  const wrong = (name: string, list: string, message: string, params = {}) =>
    assertRejects(() => open(name, list, params), SyntaxError, message);
  await wrong("a.lst", "0\t1\td/1 1.png\n1\t2\n", 'Cannot read line 2 of "a.lst": found 2 columns');
  await wrong("a.lst", "x\t1\td\n", 'found index "x"');
  await wrong("a.lst", "0\t0.5\td\n", 'found label "0.5", a class is an integer');
  await wrong("a.lst", "0\t\td\n", 'found label ""');
  await wrong("a.lst", "0\t1\t\n", "the path is empty");
  await wrong("a.txt", "d/1 1.png a\nword\n", 'line 2 of "a.txt": found "word", wanted a path and a label');
  await wrong("a.csv", "a,b,c\n", "found 3 columns, 2 are wanted; set columns");
  await wrong("a.csv", "who,what\na,b\n", 'Cannot find column "path"', { columns: { path: "path", label: "who" } });
  await wrong("a.csv", 'a,"b\n', "a quote is opened and never closed");
  await wrong("a.txt", "a b", "it is read as text, set form: csv", { columns: { path: "a", label: "b" } });
  const latin = Uint8Array.of(...new TextEncoder().encode("a 1\nb 2\n"), 0xe9, 0x20, 0x33);
  await assertRejects(
    () => openWith(imageList, { list: "l" }, { l: latin }),
    SyntaxError,
    'line 3 of "l": it is no UTF-8',
  );
  await assertRejects(() => open("a.txt", "d/1 1.png a\nd/2 2.png a"), RangeError, "2 images of 1 classes");
  await assertRejects(
    () => open("a.txt", "d/1 1.png a\nd/4.png b\nd/5.png b"),
    MissingDataError,
    'Cannot find "d/4.png" in "root": line 2 of "a.txt" names it, 2 of 3 images are not there; paths there are such as "d/1 1.png"',
  );
});

Deno.test({
  name: "imageList reads train.lst of a published record file (needs recordio/train.lst)",
  ignore: !hasData("recordio/train.lst"),
  async fn() {
    const set = await openWith<ImageSet>(imageList, { list: "recordio/train.lst" }, diskFiles(DATA));
    assertEquals([set.classes, [...set.labels]], [["0", "1"], [0, 1, 1, 1, 0, 1, 0, 0]]);
    assertEquals([set.name(1), set.name(7)], ["woman/woman_1.jpg", "man/man_3.jpg"]);
  },
});

Deno.test("imageList says how to name the titles of a CSV list, where its first line is no image", async () => {
  const list = "file,person\nd/1 1.png,a\nd/2 2.png,b\n";
  await assertRejects(() => open("a.csv", list), SyntaxError, "set columns: { path: file, label: person }");
  const set = await open("a.csv", list, { columns: { path: "file", label: "person" } });
  assertEquals(described(set), [["d/1 1.png", "a"], ["d/2 2.png", "b"]]);
});
