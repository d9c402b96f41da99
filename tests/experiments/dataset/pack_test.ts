import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import type { ImageSet, PairSet } from "../../../datasets/mod.ts";
import { fileNames } from "../../../experiments/dataset/file_names.ts";
import { packSet } from "../../../experiments/dataset/pack.ts";
import { TAR_END, tarMember } from "../../../experiments/dataset/tar.ts";
import { labelledSet } from "../../datasets/helpers.ts";
import { filesOf, inFolder, open, TREE, writeTree } from "./sets.ts";

const asIs = { force: false };

/** The members of a tar archive, read by the offsets of the standard. */
function membersOf(archive: Uint8Array): [name: string, content: Uint8Array][] {
  const text = (from: number, to: number) => new TextDecoder().decode(archive.subarray(from, to)).replace(/\0.*$/, "");
  const members: [string, Uint8Array][] = [];
  for (let at = 0; archive[at] !== 0;) {
    assertEquals(text(at + 257, at + 263), "ustar");
    const size = parseInt(text(at + 124, at + 136), 8), head = archive.slice(at, at + 512);
    head.fill(32, 148, 156);
    assertEquals(parseInt(text(at + 148, at + 156), 8), head.reduce((sum, byte) => sum + byte, 0));
    members.push([text(at, at + 100), archive.slice(at + 512, at + 512 + size)]);
    at += 512 + Math.ceil(size / 512) * 512;
  }
  return members;
}

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

Deno.test("tarMember() writes blocks, and refuses names that do not fit", () => {
  const archive = [tarMember("a.txt", new Uint8Array(513).fill(1)), tarMember("b", new Uint8Array()), TAR_END];
  assertEquals(archive.map(({ length }) => length), [1536, 512, 1024]);
  const whole = new Uint8Array(3072);
  whole.set(archive[0]!), whole.set(archive[1]!, 1536);
  assertEquals(membersOf(whole), [["a.txt", new Uint8Array(513).fill(1)], ["b", new Uint8Array()]]);
  assertThrows(() => tarMember("é".repeat(51), new Uint8Array()), RangeError, "a name of 100 bytes at most");
});
