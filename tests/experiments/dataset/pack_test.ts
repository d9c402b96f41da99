import { assert, assertEquals, assertRejects } from "@std/assert";
import { encodePng, type ImageSet, type PairSet } from "../../../datasets/mod.ts";
import { fileNames } from "../../../experiments/dataset/file_names.ts";
import { packSet } from "../../../experiments/dataset/pack.ts";
import { greyPng, labelledSet } from "../../datasets/helpers.ts";
import { membersOf } from "../../datasets/tar_members.ts";
import { colourPng, filesOf, inFolder, open, TREE, writeTree } from "./sets.ts";

const asIs = { force: false };

Deno.test("packSet() goes from a folder to RecordIO and back with the same labels, order and bytes", () =>
  inFolder(async (folder) => {
    await writeTree(folder, TREE);
    const set = await open(folder, "image-folder", { path: "set" }) as ImageSet, files = await filesOf(set);
    await packSet(set, { ...asIs, format: "recordio", out: `${folder}/records` });
    const records = await open(folder, "recordio", { path: "records" }) as ImageSet;
    assertEquals(await filesOf(records), files);
    assertEquals(await Deno.readTextFile(`${folder}/records/property`), "3,4,4\n");
    await packSet(records, { ...asIs, format: "folder", out: `${folder}/again` });
    const again = await open(folder, "image-folder", { path: "again" }) as ImageSet;
    assertEquals(await filesOf(again), files);
    assertEquals(again.classes, ["0", "1", "2"]);
    await packSet(set, { ...asIs, format: "folder", out: `${folder}/copy` });
    const copy = await open(folder, "image-folder", { path: "copy" }) as ImageSet;
    assertEquals([copy.classes, Array.from(copy.labels, (_, i) => copy.name(i))], [
      ["anna", "bert", "carl/x"],
      Object.keys(TREE).map((path) => path.slice(4)),
    ]);
    assertEquals(await filesOf(copy), files);
  }));

Deno.test("packSet() goes from pairs to a .bin and to a folder with a list, by fold", () =>
  inFolder(async (folder) => {
    await writeTree(folder, TREE);
    const set = await open(folder, "image-folder", { path: "set" }) as ImageSet;
    const pairs: PairSet = {
      gives: "pairs",
      images: set,
      first: Int32Array.of(0, 4, 2, 6),
      second: Int32Array.of(1, 0, 3, 2),
      same: Uint8Array.of(1, 0, 1, 0),
      fold: Int32Array.of(1, 0, 0, 1),
      folds: 2,
      provenance: set.provenance,
    };
    await packSet(pairs, { ...asIs, format: "insightface-bin", out: `${folder}/pairs.bin` });
    const bin = await open(folder, "insightface-bin", { path: "pairs.bin", folds: 2 }) as PairSet;
    assertEquals([...bin.same], [0, 1, 1, 0]);
    const contents = (await filesOf(set)).map(([, bytes]) => bytes);
    assertEquals(
      (await filesOf(bin.images)).map(([, bytes]) => bytes),
      [4, 0, 2, 3, 0, 1, 6, 2].map((i) => contents[i]!),
    );
    await packSet(pairs, { ...asIs, format: "folder", out: `${folder}/listed` });
    assertEquals(
      await Deno.readTextFile(`${folder}/listed/pairs.txt`),
      [
        "anna/1.png\tanna/10.png\t1\t1\n",
        "carl/x/1.png\tanna/1.png\t0\t0\n",
        "bert/1.pgm\tbert/2.png\t1\t0\n",
        "carl/x/3.png\tbert/1.pgm\t0\t1\n",
      ].join(""),
    );
  }));

Deno.test("packSet() writes shards of samples, an image and its label side by side", () =>
  inFolder(async (folder) => {
    await writeTree(folder, TREE);
    const set = await open(folder, "image-folder", { path: "set" }) as ImageSet, files = await filesOf(set);
    await packSet(set, { ...asIs, format: "webdataset", out: `${folder}/shards`, shard: 4 });
    const names = ["shard-000000.tar", "shard-000001.tar"];
    const members = (await Promise.all(names.map((name) => Deno.readFile(`${folder}/shards/${name}`)))).map(membersOf);
    assertEquals(members.map(({ length }) => length), [8, 6]);
    const all = members.flat();
    files.forEach(([label, bytes], i) => {
      assertEquals(all[2 * i], [`00000000${i}.${i === 2 ? "pgm" : "png"}`, bytes]);
      assertEquals(all[2 * i + 1], [`00000000${i}.cls`, new TextEncoder().encode(`${label}`)]);
    });
    assertEquals(await Deno.readTextFile(`${folder}/shards/classes.txt`), "anna\nbert\ncarl/x\n");
  }));

Deno.test("packSet() writes PNG where a set is not made of files", () =>
  inFolder(async (folder) => {
    const faces = await open(folder, "synthetic-faces", { identities: 3, perIdentity: 2, size: [8, 8] }) as ImageSet;
    await packSet(faces, { ...asIs, format: "folder", out: `${folder}/faces` });
    const set = await open(folder, "image-folder", { path: "faces" }) as ImageSet;
    assertEquals(set.classes, faces.classes);
    for (let i = 0; i < 6; i++) assertEquals(await set.read(i), await faces.read(i));
  }));

Deno.test("packSet() replaces nothing without force, and leaves what was there when it fails", () =>
  inFolder(async (folder) => {
    await writeTree(folder, TREE);
    const set = await open(folder, "image-folder", { path: "set" }) as ImageSet, out = `${folder}/out`;
    await writeTree(out, { "old.txt": new Uint8Array(1) });
    await assertRejects(
      () => packSet(set, { ...asIs, format: "recordio", out }),
      RangeError,
      "something is there already, name another place or replace it with --force",
    );
    const broken: ImageSet = { ...set, file: (i) => i < 5 ? set.file!(i) : Promise.reject(new SyntaxError("damaged")) };
    for (const format of ["recordio", "webdataset", "folder"] as const) {
      await assertRejects(() => packSet(broken, { force: true, format, out }), SyntaxError, "damaged");
    }
    assertEquals((await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name).sort(), ["out", "set"]);
    assert((await Deno.stat(`${out}/old.txt`)).isFile);
    await packSet(set, { force: true, format: "recordio", out });
    assertEquals((await Array.fromAsync(Deno.readDir(out))).map(({ name }) => name).sort(), [
      "property",
      "train.idx",
      "train.rec",
    ]);
    await assertRejects(
      () => packSet(set, { force: true, format: "folder", out: Deno.cwd() }),
      RangeError,
      "current folder",
    );
  }));

Deno.test("packSet() says what a form cannot hold", () =>
  inFolder(async (folder) => {
    await writeTree(folder, TREE);
    const set = await open(folder, "image-folder", { path: "set" }) as ImageSet, out = `${folder}/out`;
    await assertRejects(
      () => packSet(set, { ...asIs, format: "insightface-bin", out }),
      TypeError,
      "a reader of pairs",
    );
    const pairs = { ...set, gives: "pairs", images: set } as unknown as PairSet;
    await assertRejects(() => packSet(pairs, { ...asIs, format: "recordio", out }), TypeError, "Cannot pack pairs");
    const names: ImageSet = { ...set, shape: [0, 0, 0] };
    await assertRejects(() => packSet(names, { ...asIs, format: "folder", out }), TypeError, "names alone");
  }));

Deno.test("fileNames() sorts as the set is ordered, and stays below its folder", () => {
  const numbered = { ...labelledSet(Array<number>(12).fill(1)), classes: Array.from({ length: 12 }, (_, i) => `${i}`) };
  assertEquals([0, 2, 11].map(fileNames(numbered)), ["00/00", "02/02", "11/11"]);
  const wild = { ...labelledSet([1, 1, 1]), classes: ["../b", "a", ".hidden"] };
  assertEquals([0, 1, 2].map(fileNames(wild)), ["0/0", "1_a/1", "2/2"]);
});

/** Colours of four people, two images each, and the landmarks of every image. */
async function writePeople(folder: string): Promise<void> {
  let list = "";
  for (const [i, name] of ["anna/1", "anna/2", "bert/1", "bert/2", "carl/1", "carl/2", "dora/1", "dora/2"].entries()) {
    const data = Uint8Array.from({ length: 16 * 16 * 3 }, (_, at) => (7 * at + 31 * i * at) % 256);
    await writeTree(folder, { [`set/${name}.png`]: encodePng({ width: 16, height: 16, channels: 3, data }) });
    list += `${name}.png 5 6 11 6 8 ${8 + i % 2} 6 11 10 11\n`;
  }
  await Deno.writeTextFile(`${folder}/landmarks.txt`, list);
}

/** The pixels of every image, in order. */
async function pixelsOf(set: ImageSet): Promise<Uint8Array[]> {
  return await Promise.all(Array.from({ length: set.length }, (_, i) => set.read(i)));
}

Deno.test("packSet() writes what the reader gives: aligned, resized, inverted or grey images, not their files", () =>
  inFolder(async (folder) => {
    await writePeople(folder);
    const align = { landmarks: "landmarks.txt", size: [112, 96] };
    const ways = [{ align }, { size: [8, 8] }, { invert: true }, { channels: 1 }, { size: [8, 8], channels: 1 }];
    for (const [i, params] of ways.entries()) {
      const set = await open(folder, "image-folder", { path: "set", ...params }) as ImageSet;
      const channels = set.shape[2];
      const packed = await packSet(set, { ...asIs, format: "recordio", out: `${folder}/rec${i}` });
      assertEquals(packed, { images: 8, encoded: 8 });
      const records = await open(folder, "recordio", { path: `rec${i}`, channels }) as ImageSet;
      assertEquals([records.shape, await pixelsOf(records)], [set.shape, await pixelsOf(set)]);
      await packSet(set, { ...asIs, format: "folder", out: `${folder}/folder${i}` });
      const back = await open(folder, "image-folder", { path: `folder${i}`, channels }) as ImageSet;
      assertEquals(await pixelsOf(back), await pixelsOf(set));
    }
  }));

Deno.test("packSet() keeps files whose preparation changes nothing: their own size, grey that is asked for as grey", () =>
  inFolder(async (folder) => {
    await writeTree(folder, {
      "set/a/1.png": greyPng(1),
      "set/a/2.png": colourPng(9, 9, 9),
      "set/b/1.png": greyPng(2),
    });
    const set = await open(folder, "image-folder", { path: "set", size: [4, 4], channels: 1 }) as ImageSet;
    const packed = await packSet(set, { ...asIs, format: "folder", out: `${folder}/out` });
    assertEquals(packed, { images: 3, encoded: 0 });
    assertEquals(await filesOf(await open(folder, "image-folder", { path: "out" }) as ImageSet), await filesOf(set));
    // One image of several is enough to be changed alone.
    await writeTree(folder, { "set/b/2.png": greyPng(3, 5, 5) });
    const mixed = await open(folder, "image-folder", { path: "set", size: [4, 4] }) as ImageSet;
    assertEquals(await packSet(mixed, { ...asIs, format: "folder", out: `${folder}/mixed` }), {
      images: 4,
      encoded: 1,
    });
  }));

Deno.test("packSet() writes a .bin of aligned pairs, and of channels put right, with the pixels of the source", () =>
  inFolder(async (folder) => {
    await writePeople(folder);
    const from = { reader: "image-folder", path: "set", align: { landmarks: "landmarks.txt" } };
    const pairs = await open(folder, "sampled-pairs", { from, folds: 2, perFold: 4, seed: 3 }) as PairSet;
    await packSet(pairs, { ...asIs, format: "insightface-bin", out: `${folder}/a.bin` });
    const bin = await open(folder, "insightface-bin", { path: "a.bin", folds: 2 }) as PairSet;
    const read = async (set: PairSet, side: "first" | "second"): Promise<Uint8Array[]> =>
      await Promise.all(Array.from(set[side], (image) => set.images.read(image)));
    assertEquals([[...bin.same], [...bin.fold]], [[...pairs.same], [...pairs.fold]]);
    for (const side of ["first", "second"] as const) assertEquals(await read(bin, side), await read(pairs, side));
    const swapped = await open(folder, "insightface-bin", { path: "a.bin", folds: 2, channelOrder: "bgr" }) as PairSet;
    await packSet(swapped, { ...asIs, format: "insightface-bin", out: `${folder}/b.bin` });
    const right = await open(folder, "insightface-bin", { path: "b.bin", folds: 2 }) as PairSet;
    assertEquals(await pixelsOf(right.images), await pixelsOf(swapped.images));
  }));

Deno.test("packSet() refuses folds that a .bin would give back otherwise", () =>
  inFolder(async (folder) => {
    await writeTree(folder, TREE);
    const images = await open(folder, "image-folder", { path: "set" }) as ImageSet;
    const pairs = (fold: number[], folds: number): PairSet => ({
      gives: "pairs",
      images,
      first: new Int32Array(fold.length),
      second: new Int32Array(fold.length).fill(1),
      same: new Uint8Array(fold.length).fill(1),
      fold: Int32Array.from(fold),
      folds,
      provenance: images.provenance,
    });
    const refused: [number[], number, string][] = [
      [[0, 0, 1, 1, 1, 1], 2, "found folds of 2, 4 pairs"],
      [[0, 0, 1, 1, 1], 2, "found folds of 2, 3 pairs"],
      [[0, 0, 0], 1, "found folds of 3 pairs, at least two"],
      [[0, 1], 3, "found folds of 1, 1, 0 pairs"],
    ];
    const out = `${folder}/pairs.bin`;
    for (const [fold, folds, message] of refused) {
      await assertRejects(
        () => packSet(pairs(fold, folds), { ...asIs, format: "insightface-bin", out }),
        RangeError,
        message,
      );
    }
    await packSet(pairs([1, 0, 0, 1, 0], 2), { ...asIs, format: "insightface-bin", out });
    const bin = await open(folder, "insightface-bin", { path: "pairs.bin", folds: 2 }) as PairSet;
    assertEquals([...bin.fold], [0, 0, 0, 1, 1]);
  }));
