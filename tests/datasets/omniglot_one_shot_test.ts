import { zipSync } from "fflate";
import { assertEquals, assertRejects } from "@std/assert";
import { omniglotOneShot } from "../../datasets/catalogue.ts";
import { MissingDataError, type TemplateSet } from "../../datasets/mod.ts";
import { diskFiles } from "../../experiments/disk.ts";
import { DATA, greyPng, hasData } from "./helpers.ts";
import { bytesOf, openWith } from "./reader_helpers.ts";

const LIST = "run02/test/item01.png run02/training/class02.png\nrun02/test/item02.png run02/training/class01.png\n";
const tree: Record<string, Uint8Array> = {
  "all/run01/class_labels.txt": bytesOf(LIST.replaceAll("run02", "run01").replaceAll("\n", "\r\n")),
  "all/run02/class_labels.txt": bytesOf(LIST),
};
for (const run of [1, 2]) {
  for (const i of [1, 2]) {
    tree[`all/run0${run}/training/class0${i}.png`] = greyPng(10 * run + i);
    tree[`all/run0${run}/test/item0${i}.png`] = greyPng(100 + 10 * run + i);
  }
}

function open(changes: Record<string, Uint8Array | string> = {}): Promise<TemplateSet> {
  const files = Object.entries({ ...tree, ...changes }).filter(([, content]) => content !== "");
  return openWith(omniglotOneShot, { path: "all", channels: 1 }, Object.fromEntries(files));
}

Deno.test("omniglotOneShot makes a search of each run, with the answers of its list", async () => {
  const set = await open(), { images, searches } = set;
  assertEquals([set.count, images.length, images.classes.length], [8, 8, 4]);
  const names = ["training/class01", "training/class02", "test/item01", "test/item02"];
  assertEquals(
    Array.from({ length: 8 }, (_, i) => set.templateName(i)),
    ["run01", "run02"].flatMap((run) => names.map((name) => `${run}/${name}.png`)),
  );
  assertEquals([...set.subjects], [0, 1, 1, 0, 2, 3, 3, 2]);
  assertEquals(images.labels, set.subjects);
  assertEquals(searches?.map(({ name, gallery, probes }) => [name, [...gallery], [...probes]]), [
    ["run01", [0, 1], [2, 3]],
    ["run02", [4, 5], [6, 7]],
  ]);
  assertEquals([...set.entries.image, ...set.entries.template], [0, 1, 2, 3, 4, 5, 6, 7, 0, 1, 2, 3, 4, 5, 6, 7]);
  assertEquals(await Promise.all([0, 3, 6].map(async (i) => (await images.read(i))[0])), [11, 112, 121]);
});

Deno.test("omniglotOneShot reads a zip as it reads a folder", async () => {
  const zip = zipSync(Object.fromEntries(Object.entries(tree).map(([path, bytes]) => [path.slice(4), bytes])));
  const set = await openWith<TemplateSet>(omniglotOneShot, { path: "z", channels: 1 }, { z: zip });
  assertEquals([[...set.subjects], set.templateName(6)], [[0, 1, 1, 0, 2, 3, 3, 2], "run02/test/item01.png"]);
});

Deno.test("omniglotOneShot holds lists to the images that are there", async () => {
  const wrong = (list: string, message: string) =>
    assertRejects(() => open({ "all/run02/class_labels.txt": list }), SyntaxError, message);
  await wrong("run02/test/item01.png\n", 'line 1 of "run02/class_labels.txt" of "all": found "run02/test/item01.png"');
  await wrong(
    LIST.replace("item02", "item01"),
    'line 2 of "run02/class_labels.txt" of "all": "run02/test/item01.png" is no',
  );
  await wrong(LIST.replace("item02", "item03"), '"run02/test/item03.png" is no test image of run02');
  await wrong(LIST.replace("class01", "class09"), '"run02/training/class09.png" is no training image of run02');
  await wrong(LIST.replace("class01", "class02"), "is the answer of line 1 already");
  await wrong(LIST.split("\n")[0]!, 'no line names "run02/test/item02.png"');
  await assertRejects(
    () => open({ "all/run01/training/class03.png": greyPng(1) }),
    SyntaxError,
    'Cannot read "run01/class_labels.txt" of "all": no line names "run01/training/class03.png"',
  );
  await assertRejects(
    () => openWith(omniglotOneShot, { path: "all" }, { "all/x.png": greyPng(1) }),
    RangeError,
    "there is no class_labels.txt",
  );
  await assertRejects(() => openWith(omniglotOneShot, {}, {}), MissingDataError, 'Cannot open "all_runs.zip"');
});

Deno.test({
  name:
    "omniglotOneShot gives the official runs, on which nearest pixels are as right as elsewhere (needs omniglot/all_runs.zip)",
  ignore: !hasData("omniglot/all_runs.zip"),
  async fn() {
    const set = await openWith<TemplateSet>(
      omniglotOneShot,
      { path: "omniglot/all_runs.zip", channels: 1 },
      diskFiles(DATA),
    );
    const { images, searches, subjects } = set;
    assertEquals([searches!.length, images.length, images.classes.length, images.shape], [20, 800, 400, [105, 105, 1]]);
    const right = await Promise.all(searches!.map(async ({ gallery, probes }) => {
      const known = await Promise.all(Array.from(gallery, (index) => images.read(index)));
      const found = await Promise.all(Array.from(probes, async (probe) => {
        const pixels = await images.read(probe);
        const distances = known.map((other) => other.reduce((sum, value, i) => sum + (value - pixels[i]!) ** 2, 0));
        return gallery[distances.indexOf(Math.min(...distances))]!;
      }));
      return found.filter((index, i) => subjects[index] === subjects[probes[i]!]).length;
    }));
    // By tests/oracle/one_shot.py.
    assertEquals(right, [7, 1, 4, 7, 6, 4, 2, 2, 3, 3, 4, 3, 4, 2, 4, 6, 0, 7, 3, 4]);
  },
});
