import { assertAlmostEquals, assertEquals } from "@std/assert";
import type { ImageSet, TemplateSet } from "../../../datasets/mod.ts";
import { auditSet } from "../../../experiments/dataset/audit.ts";
import { watchChannels } from "../../../experiments/dataset/channel_order.ts";
import { classFindings } from "../../../experiments/dataset/classes.ts";
import { fingerprint, groupEqual, pairEqual } from "../../../experiments/dataset/fingerprints.ts";
import { spreadOf, statsOf } from "../../../experiments/dataset/stats.ts";
import { greyPng, labelledSet } from "../../datasets/helpers.ts";
import { colourPng, inFolder, open, TREE, writeTree } from "./sets.ts";

Deno.test("auditSet() tells every damaged image and every file that was left out, with the reason", () =>
  inFolder(async (folder) => {
    const cut = greyPng(1).slice(0, -20), late = greyPng(2);
    late[late.length - 20]! ^= 1;
    await writeTree(folder, { ...TREE, "set/bert/3.png": cut, "set/bert/4.png": late, "set/bert/5.png": greyPng(9) });
    const files = ["bert/3.png", "bert/4.png"];
    const skipping = await open(folder, "image-folder", { path: "set", skipDamaged: true });
    const skipped = await auditSet(skipping);
    assertEquals(skipped.damaged.map(({ place }) => place), files);
    assertEquals(skipped.images, 8);
    const strict = await auditSet(await open(folder, "image-folder", { path: "set" }));
    assertEquals(strict.damaged.map(({ place }) => place), files);
    for (const { reason } of [...skipped.damaged, ...strict.damaged]) {
      assertEquals(/Cannot decode PNG/.test(reason), true);
    }
  }));

Deno.test("auditSet() tells images of the same pixels, whatever their files, and labels that contradict", () =>
  inFolder(async (folder) => {
    const twin = new TextEncoder().encode("P2 4 4 255\n" + "10 ".repeat(16));
    await writeTree(folder, { ...TREE, "set/anna/twin.pgm": twin, "set/bert/31.png": greyPng(31) });
    const { duplicates } = await auditSet(await open(folder, "image-folder", { path: "set" }));
    assertEquals(duplicates, [
      { images: ["anna/1.png", "anna/twin.pgm"], sameClass: true },
      { images: ["bert/31.png", "carl/x/2.png"], sameClass: false },
    ]);
  }));

Deno.test("auditSet() tells what two sets share: identities by name, images by pixels or by files", () =>
  inFolder(async (folder) => {
    await writeTree(folder, { ...TREE, "test/bert/z.png": greyPng(99), "test/dora/a.png": greyPng(30) });
    const set = await open(folder, "image-folder", { path: "set" });
    const shared = { here: "carl/x/1.png", there: "dora/a.png" };
    const { shared: byPixels } = await auditSet(set, { against: await open(folder, "image-folder", { path: "test" }) });
    assertEquals(byPixels, { identities: ["bert"], images: [shared], by: "pixels", damaged: [] });
    const other = await open(folder, "image-folder", { path: "test", size: [2, 2] });
    assertEquals((await auditSet(set, { against: other })).shared, {
      identities: ["bert"],
      images: [shared],
      by: "files",
      damaged: [],
    });
    await writeTree(folder, { "test/bert/cut.png": greyPng(1).slice(0, -20) });
    const skipping = await open(folder, "image-folder", { path: "test", skipDamaged: true });
    const { shared: lacking } = await auditSet(set, { against: skipping });
    assertEquals(lacking!.damaged.map(({ place }) => place), ["bert/cut.png"]);
    const numbers = labelledSet([1, 1]), named = { ...numbers, classes: ["0", "1"] };
    const { identities, images, by } = (await auditSet(set, { against: named })).shared!;
    assertEquals({ identities, images, by }, { identities: null, images: null, by: null });
  }));

Deno.test("auditSet() says that channels look swapped where blue is the larger in most faces", () =>
  inFolder(async (folder) => {
    const tree = (swap: boolean) =>
      Object.fromEntries([0, 1, 2, 3, 4, 5, 6, 7].map((i) => {
        const warm: [number, number, number] = [200 - i, 150, 110],
          cold: [number, number, number] = [110, 150, 200 - i];
        // One of eight is against the rule.
        return [`${swap}/${i % 2}/${i}.png`, colourPng(...swap === (i !== 3) ? cold : warm)];
      }));
    await writeTree(folder, { ...tree(true), ...tree(false) });
    const verdict = async (path: string) => (await auditSet(await open(folder, "image-folder", { path }))).channels!;
    assertEquals((await verdict("true")).verdict, "looks swapped");
    assertEquals((await verdict("true")).bluer, 7 / 8);
    assertEquals((await verdict("false")).verdict, "usual");
    await writeTree(folder, TREE);
    assertEquals((await verdict("set")).verdict, "grey");
    const grey = await open(folder, "image-folder", { path: "set", channels: 1 });
    assertEquals((await auditSet(grey)).channels, undefined);
  }));

Deno.test("watchChannels() looks at the middle alone, and is unclear where images disagree", () => {
  const watch = watchChannels([4, 4, 3]),
    image = (red: number, blue: number, rim: number) =>
      Uint8Array.from({ length: 48 }, (_, i) => {
        const p = Math.floor(i / 3), x = p % 4, y = p >> 2, middle = x > 0 && x < 3 && y > 0 && y < 3;
        return middle ? [red, 0, blue][i % 3]! : [0, 0, rim][i % 3]!;
      });
  watch.add(image(100, 50, 255));
  watch.add(image(40, 80, 0));
  const { red, blue, bluer, verdict } = watch.result();
  assertEquals([red, blue, bluer, verdict], [70, 65, 0.5, "unclear"]);
});

Deno.test("classFindings() tells empty classes, classes of one image, gaps in numbers and sizes", () => {
  const set: ImageSet = { ...labelledSet([1, 0, 3, 2, 9]), classes: ["0", "2", "5", "6", "7"] };
  assertEquals(classFindings(set), {
    empty: ["2"],
    single: ["0"],
    missingNumbers: { count: 3, first: [1, 3, 4] },
    sizes: [{ from: 1, to: 1, classes: 1 }, { from: 2, to: 3, classes: 2 }, { from: 8, to: 15, classes: 1 }],
  });
  assertEquals(classFindings(labelledSet([2, 2])).missingNumbers, { count: 0, first: [] });
});

Deno.test("groupEqual() and pairEqual() find equal contents", () => {
  const prints = BigUint64Array.from(
    ["a", "b", "a", "c", "b", "a"],
    (text) => fingerprint(new TextEncoder().encode(text)),
  );
  const places = Int32Array.of(0, 1, 2, 3, 4, 5);
  assertEquals(groupEqual(prints, places), [[0, 2, 5], [1, 4]]);
  assertEquals(groupEqual(prints, Int32Array.of(0, 1, 3, 5)), [[0, 5]]);
  const other = { prints: prints.slice(3), places: Int32Array.of(0, 1) };
  assertEquals(pairEqual({ prints, places }, other), [[1, 1], [3, 0], [4, 1]]);
});

Deno.test("statsOf() tells the numbers that papers print", () => {
  const set = labelledSet([1, 2, 6, 3]);
  const { imagesPerClass, images, classes, fewestImagesOfAClass, mostImagesOfAClass } = statsOf(set);
  assertEquals(imagesPerClass, { min: 1, max: 6, mean: 3, median: 2.5 });
  assertEquals([images, classes, fewestImagesOfAClass, mostImagesOfAClass], [12, 4, 1, 6]);
  assertEquals(spreadOf(Int32Array.of(5, 1, 2)).median, 2);
  assertEquals(spreadOf(new Int32Array()).mean, 0);
  const templates: TemplateSet = {
    gives: "templates",
    images: set,
    entries: { image: Int32Array.of(0, 1, 2, 3), template: Int32Array.of(0, 0, 1, 2), medium: new Int32Array(4) },
    count: 3,
    subjects: Int32Array.of(7, 7, -1),
    templateName: String,
    pairs: { first: Int32Array.of(0, 0), second: Int32Array.of(1, 2), same: Uint8Array.of(1, 0), folds: 1 },
    searches: [{ name: "G1", gallery: Int32Array.of(0), probes: Int32Array.of(1, 2) }],
    provenance: set.provenance,
  };
  const found = statsOf(templates) as unknown as Record<string, unknown>;
  assertEquals(
    [found.templates, found.subjects, found.distractors, found.pairs, found.samePairs, found.folds],
    [3, 1, 1, 2, 1, 1],
  );
  assertEquals(found.searches, [{ name: "G1", gallery: 1, probes: 2 }]);
  assertAlmostEquals((found.imagesPerTemplate as { mean: number }).mean, 4 / 3);
});
