/// The dataset commands in this process.
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import encodeJpeg from "@jsquash/jpeg/encode.js";
import { EXIT } from "../../cli/exit.ts";
import { main } from "../../cli/program.ts";
import { greyPng } from "../datasets/helpers.ts";
import { recordFile, type Row } from "../datasets/recordio/helpers.ts";
import { inFolder, TREE, writeTree } from "../experiments/dataset/sets.ts";

function cli(...args: string[]): ReturnType<typeof run> {
  return run("dataset", ...args);
}

async function run(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  let out = "", err = "";
  const io = { out: (text: string) => void (out += text), err: (text: string) => void (err += text), terminal: false };
  const code = await main(args, io, (code) => {
    throw new Error(`exit ${code}`);
  });
  return { code, out, err };
}

Deno.test("dataset audit exits with 0 for a sound set, 65 for a damaged one and 3 where there is none", () =>
  inFolder(async (folder) => {
    await writeTree(folder, TREE);
    const sound = await cli("audit", `${folder}/set`);
    assertEquals([sound.code, sound.err], [0, ""]);
    assertStringIncludes(sound.out, "damaged: 0\n");
    assertStringIncludes(sound.out, `  2–3 ${"█".repeat(40)} 3\n`);
    const cut = greyPng(1).slice(0, -20), alone = { "set/dora/1.png": greyPng(10), "set/bert/9.png": cut };
    await writeTree(folder, { ...alone, "set/bert/8.png": new TextEncoder().encode("no image") });
    for (const workers of ["0", "2"]) {
      const { code, out } = await cli("audit", `${folder}/set`, "--workers", workers, "--against", `${folder}/set`);
      assertEquals(code, 65);
      for (const line of ["damaged: 2", "  bert/8.png: Cannot decode", "  bert/9.png: Cannot decode PNG"]) {
        assertStringIncludes(out, line);
      }
      assertStringIncludes(out, "duplicates: 1\n  anna/1.png = dora/1.png (of different classes)\n");
      assertStringIncludes(out, "classes with one image: 1\n  dora\n");
      assertStringIncludes(out, "shared identities: 4\n");
    }
    const json = JSON.parse((await cli("audit", `${folder}/set`, "--json")).out);
    assertEquals([json.images, json.damaged.length, json.duplicates.length], [8, 2, 1]);
    await Deno.writeFile(`${folder}/damaged.zip`, Uint8Array.of(80, 75, 3, 4, 0, 0));
    const whole = await cli("audit", `${folder}/damaged.zip`);
    assertEquals(whole.code, 65);
    assertMatch(whole.out, /^damaged: 1\n {2}.*damaged\.zip: Cannot open/);
    assertEquals((await cli("audit", `${folder}/nothing`)).code, 3);
    assertEquals((await cli("audit", "image-foldr")).code, 2);
  }));

Deno.test("dataset audit lists every damaged record of a .rec and audits the rest, and tells ranges that overlap", () =>
  inFolder(async (folder) => {
    const images = [0, 1, 2, 3, 4, 5].map((key): Row => [key, Math.floor(key / 3), greyPng(key === 5 ? 4 : key)]);
    const plain = recordFile(images), rec = plain.rec.slice();
    const offsets = new TextDecoder().decode(plain.idx).trim().split("\n").map((line) => Number(line.split("\t")[1]));
    for (const key of [1, 3]) rec[offsets[key]!]! ^= 1;
    const none = new Uint8Array(0);
    const overlap = recordFile([[0, [3, 5], none], [1, 0], [2, 1], [3, [1, 3], none], [4, [2, 3], none]]);
    await writeTree(folder, { "a.rec": rec, "a.idx": plain.idx, "overlap.rec": overlap.rec });
    const set = (path: string) => ["recordio", "--set", `path=${folder}/${path}`];
    for (const index of [[], ["--set", `index=${folder}/a.idx`]]) {
      const { code, out } = await cli("audit", ...set("a.rec"), ...index);
      assertEquals(code, 65);
      assertStringIncludes(out, "images: 4\nclasses: 2\ndamaged: 2\n");
      for (const key of [1, 3]) assertStringIncludes(out, `a.rec at byte ${offsets[key]}: Cannot read byte`);
      assertStringIncludes(out, "duplicates: 1\n  4 = 5\n");
    }
    const { code, out } = await cli("audit", ...set("overlap.rec"));
    assertEquals(code, 65);
    assertStringIncludes(out, "images: 2\nclasses: 2\ndamaged: 1\n");
    assertStringIncludes(out, "record 2 belongs to both record 3 and record 4");
    // What no reader can go on without is one finding, whichever error tells it.
    await writeTree(folder, { "one.rec": recordFile([[0, 1], [1, 1]]).rec });
    const one = await cli("audit", ...set("one.rec"));
    assertEquals([one.code, one.err], [65, ""]);
    assertStringIncludes(one.out, "at least two classes are wanted");
  }));

Deno.test("dataset pack and unpack write what readers read, and replace nothing unless they are told to", () =>
  inFolder(async (folder) => {
    await writeTree(folder, TREE);
    const packed = await cli("pack", `${folder}/set`, "--format", "recordio", "--out", `${folder}/rec`);
    assertEquals(packed, { code: 0, out: `${folder}/rec\n`, err: "" });
    const again = await cli("pack", `${folder}/set`, "--format", "recordio", "--out", `${folder}/rec`);
    assertEquals(again.code, 2);
    assertStringIncludes(again.err, "--force");
    assertEquals(
      (await cli("pack", `${folder}/set`, "--format", "recordio", "--out", `${folder}/rec`, "--force")).code,
      0,
    );
    const unpacked = await cli("unpack", "recordio", "--set", `path=${folder}/rec`, "--out", `${folder}/back`);
    assertEquals(unpacked.code, 0, unpacked.err);
    const [before, after] = await Promise.all(
      ["set", "back"].map((name) => cli("stats", `${folder}/${name}`, "--json")),
    );
    const counts = (text: string) => {
      const { images, classes, imagesPerClass } = JSON.parse(text);
      return { images, classes, imagesPerClass };
    };
    assertEquals(counts(after!.out), counts(before!.out));
    const drawn = ["--set", "identities=4", "--set", "perIdentity=3", "--set", "folds=2", "--set", "perFold=4"];
    const small = ["synthetic-face-pairs", ...drawn, "--set", "size=[8,8]"];
    const bin = await cli("pack", ...small, "--format", "insightface-bin", "--out", `${folder}/pairs.bin`);
    assertEquals(bin, {
      code: 0,
      out: `${folder}/pairs.bin\n`,
      err: "16 of 16 images are written as PNG: no stored file has the pixels that the reader gives\n" +
        "Read it with folds: 2, insightface-bin takes 10 unless it is told\n",
    });
    const resized = ["pack", `${folder}/set`, "--set", "size=[2,2]", "--format", "folder", "--out", `${folder}/small`];
    assertStringIncludes((await cli(...resized)).err, "7 of 7 images are written as PNG");
    const stats = await cli("stats", "insightface-bin", "--set", `path=${folder}/pairs.bin`, "--set", "folds=2");
    assertMatch(stats.out, /\npairs: 8\nsamePairs: 4\nfolds: 2\n/);
    const sheet = await cli("sheet", ...small, "--out", `${folder}/pairs.png`);
    assertEquals(sheet.code, 0, sheet.err);
    assert((await Deno.stat(`${folder}/pairs.png`)).size > 100);
    assertEquals((await cli("pack", `${folder}/set`, "--format", "tfrecord", "--out", `${folder}/x`)).code, 2);
  }));

Deno.test("dataset stats counts what a list of names gives, and says that no pixels were read", () =>
  inFolder(async (folder) => {
    const list = "2\t1\nAnna\t1\t2\nAnna\t1\tBert\t1\nBert\t1\t2\nAnna\t2\tCarl\t1\n";
    await writeTree(folder, { "pairs.txt": new TextEncoder().encode(list) });
    const args = ["stats", "lfw", "--set", `pairs=${folder}/pairs.txt`], { code, out, err } = await cli(...args);
    assertEquals([code, err], [0, ""]);
    for (const line of ["images: 5", "classes: 3", "pairs: 4", "samePairs: 2", "folds: 2"]) {
      assertMatch(out, RegExp(`^${line}$`, "m"));
    }
    assertMatch(out, /^pixels: not read, the set gives names alone$/m);
    assertEquals(JSON.parse((await cli(...args, "--json")).out).pixels, "not read, the set gives names alone");
    await writeTree(folder, TREE);
    assertEquals((await cli("stats", `${folder}/set`)).out.includes("pixels:"), false);
  }));

Deno.test("exit codes of the help are those of the documentation's table", async () => {
  const help = (await run("--help")).out,
    page = await Deno.readTextFile(new URL("../../docs/records.md", import.meta.url));
  const table = page.slice(page.indexOf("| exit code |")).split("\n\n")[0]!;
  const codes = (text: string) => [...text.matchAll(/\b\d+\b/g)].map(([code]) => code);
  const rows = table.split("\n").slice(2).map((row) => row.split("|")[1]!);
  assertEquals(codes(rows.join(" ")), codes(/Exit codes:[^.]*\./.exec(help)![0]));
  assertEquals(Object.values(EXIT).every((code) => codes(table).includes(`${code}`)), true);
});

Deno.test("dataset audit decodes in threads with the rights of its task alone", () =>
  inFolder(async (folder) => {
    const rgba = new Uint8ClampedArray(64 * 64 * 4).map((_, i) => i * i % 251);
    const jpeg = new Uint8Array(await encodeJpeg({ width: 64, height: 64, data: rgba } as unknown as ImageData));
    await writeTree(folder, { "set/a/1.jpg": jpeg, "set/b/1.jpg": jpeg });
    const root = new URL("../../", import.meta.url),
      tasks = JSON.parse(await Deno.readTextFile(new URL("deno.json", root)));
    const flags = tasks.tasks.dataset.command.split(" ").filter((word: string) => word.startsWith("--"));
    const { code, stdout, stderr } = await new Deno.Command("deno", {
      args: ["run", "--quiet", ...flags, "cli.ts", "dataset", "audit", `${folder}/set`, "--workers", "2"],
      cwd: decodeURIComponent(root.pathname),
    }).output();
    const [out, err] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
    assertEquals([code, err], [0, ""]);
    assertStringIncludes(out!, "duplicates: 1\n");
  }));
