import { assertEquals, assertRejects } from "@std/assert";
import { megafaceReader, ytf } from "../../datasets/catalogue.ts";
import type { EmbeddingSource } from "../../datasets/mod.ts";
import { memoryFiles } from "./helpers.ts";
import { layouts, matrixNpy, MEGAFACE, megafaceFiles, openTemplates, utf8, ytfFiles } from "./template_layouts.ts";

async function rowsOf(source: EmbeddingSource, indices: readonly number[]): Promise<[number[][], number[][]]> {
  const original: number[][] = [], mirrored: number[][] = [];
  for await (const chunk of source.chunks(Int32Array.from(indices))) {
    for (let row = 0; row < chunk.count; row++) {
      const part = [row * source.dimension, (row + 1) * source.dimension] as const;
      original[chunk.start + row] = [...chunk.original.subarray(...part)];
      if (chunk.mirrored) mirrored[chunk.start + row] = [...chunk.mirrored.subarray(...part)];
    }
  }
  return [original, mirrored];
}

const float32 = (rows: readonly (readonly number[])[]) => rows.map((row) => [...Float32Array.from(row)]);

Deno.test("megafaceReader joins probes and distractors, in the order of the lists", async () => {
  const { probes, distractors, text } = layouts.megaface;
  const set = await openTemplates(megafaceReader, MEGAFACE, megafaceFiles());
  const names = (JSON.parse(text["probes"]!) as { path: string[] }).path, first = names.length;
  assertEquals(set.count, first + 300);
  assertEquals(set.images.classes, ["Ann_A", "Bob_B", "Cy_C", "Di_D", "Ed_E", "distractors"]);
  assertEquals([...set.subjects.subarray(0, 5)], [0, 0, 0, 0, 1]);
  assertEquals(set.subjects[first], -1);
  assertEquals(set.images.name(1), names[1]);
  assertEquals(set.templateName(first + 12), "0/1@N00/12_0.jpg");
  const [original, mirrored] = await rowsOf(set.images.embeddings!, [first + 3, 4, 2, first + 299]);
  assertEquals(
    original,
    float32([distractors.original[3]!, probes.original[4]!, probes.original[2]!, distractors.original[299]!]),
  );
  assertEquals(
    mirrored,
    float32([distractors.mirrored[3]!, probes.mirrored[4]!, probes.mirrored[2]!, distractors.mirrored[299]!]),
  );
  const noisy = Array.from(set.noise!.keys()).filter((template) => set.noise![template]);
  assertEquals(noisy, [1, 8, 11, first + 3, first + 40, first + 77]);
});

Deno.test("megafaceReader names what is wrong with a list", async () => {
  const lists = { "p.txt": utf8("a/a_1.png\na/a_2.png\n"), "d.txt": utf8("0/1/2.jpg\n"), "d.npy": matrixNpy([[1, 2]]) };
  const open = (files: Record<string, Uint8Array>) =>
    openTemplates(megafaceReader, {
      probes: "p.txt",
      distractors: "d.txt",
      embeddings: { probes: { path: "p.npy" }, distractors: { path: "d.npy" } },
    }, memoryFiles({ ...lists, ...files }));
  const probes = matrixNpy([[1, 2], [3, 4]]);
  await open({ "p.npy": probes });
  await assertRejects(() => open({ "p.npy": matrixNpy([[1, 2]]) }), RangeError, "found 1 without names, 2 are wanted");
  await assertRejects(
    () => open({ "p.npy": matrixNpy([[1], [2]]) }),
    RangeError,
    "Cannot join embeddings of 1 numbers",
  );
  await assertRejects(() => open({ "p.npy": probes, "d.txt": utf8("0/1/2.jpg\n1.jpg\n") }), SyntaxError, "on line 2");
  await assertRejects(() => open({ "p.npy": probes, "p.txt": utf8('{"path": ["x"]}') }), SyntaxError, "at path[0]");
  await assertRejects(() => open({ "p.npy": probes, "p.txt": utf8("{") }), SyntaxError, 'Cannot read "p.txt"');
});

Deno.test("ytf gives a template a video, whatever the order of the stored frames", async () => {
  const { frames, original } = layouts.ytf;
  const set = await openTemplates(ytf, { splits: "splits.txt", embeddings: { path: "frames.npz" } }, ytfFiles());
  const [rows] = await rowsOf(set.images.embeddings!, [0, 7]);
  const at = [0, 7].map((image) => frames.indexOf(set.images.name(image)));
  assertEquals(rows, float32(at.map((frame) => original[frame]!)));
  set.entries.template.forEach((template, image) =>
    assertEquals(set.images.name(image).startsWith(`${set.templateName(template)}/`), true)
  );
  const { first, second, same, fold, folds } = set.pairs!;
  assertEquals([folds, fold![0], fold![47]], [4, 0, 3]);
  const [line] = layouts.ytf.splits.split("\n").slice(2);
  assertEquals(line, `1, 2, ${set.templateName(first[1]!)}, ${set.templateName(second[1]!)}, ${same[1]}`);
});

Deno.test("ytf names the line that is damaged, and the video without frames", async () => {
  const open = (splits: string, params = {}) =>
    openTemplates(
      ytf,
      { splits: "s.txt", images: "f", size: [4, 4], ...params },
      memoryFiles({ "s.txt": utf8(splits), "f/A/0/1.png": utf8("") }),
    );
  await assertRejects(() => open("split,\n1, 1, A/0, A, 1\n"), SyntaxError, 'found "1, 1, A/0, A, 1" on line 2');
  await assertRejects(() => open("1, 1, A/0, A/1, 2\n"), SyntaxError, "on line 1");
  await assertRejects(() => open("1, 1, A/0, A/1, 1\n"), RangeError, 'found no frame of video "A/1"');
  await assertRejects(() => open("1, 1, A/0, A/1, 1\n", { images: null }), RangeError, "neither images nor embeddings");
});

Deno.test("megafaceReader refuses lists of noise that are of other images", async () => {
  const names = Array.from({ length: 20 }, (_, i) => `a_${i}.png`);
  const open = (noise: string, fields = {}, list: "probes" | "distractors" = "probes") =>
    openTemplates(
      megafaceReader,
      { probes: "p.txt", distractors: "d.txt", noise: { [list]: "n.txt", ...fields } },
      memoryFiles({
        "p.txt": utf8(names.map((name) => `a/${name}`).join("\n")),
        "d.txt": utf8("0/1/2.jpg\n0/1/3.jpg\n"),
        "n.txt": utf8(noise),
      }),
    );
  const message = 'Cannot mark the noise that "n.txt" names: found ';
  const none =
    'found 0 of its 1 names among the images, not "0/1/2", wanted names such as "0/1/2.jpg"; leave the list out';
  await assertRejects(() => open("0/1/2\n", {}, "distractors"), RangeError, none);
  await assertRejects(() => open("a/a_1.png\n"), RangeError, `${message}0 of its 1`);
  await assertRejects(() => open("a/a_1.png\n", { allowUnknown: true }), RangeError, `${message}0 of its 1`);
  const some = names.slice(0, 9).join("\n"), lines = `# noise\n\n  \n${some}\nx.png\n`;
  assertEquals((await open(lines)).noise!.reduce((sum, one) => sum + one), 9);
  await assertRejects(
    () => open(`${lines}y.png\n`),
    RangeError,
    `${message}9 of its 11 names among the images, not "x`,
  );
  assertEquals((await open(`${lines}y.png\n`, { allowUnknown: true })).noise!.reduce((sum, one) => sum + one), 9);
  assertEquals((await open("# none\n")).noise!.reduce((sum, one) => sum + one), 0);
});

Deno.test("megafaceReader and ytf name the image that is damaged, and refuse paths out of their folders", async () => {
  const damaged = memoryFiles({
    "p.txt": utf8("a/1.png\n"),
    "d.txt": utf8("0/1/2.jpg\n"),
    "P/a/1.png": utf8("no image"),
    "D/0/1/2.jpg": utf8("none"),
    "s.txt": utf8("1, 1, A/0, A/1, 1\n"),
    "F/A/0/1.png": utf8("no image"),
    "F/A/1/1.png": utf8("no image"),
    "bad.txt": utf8("a/1.png\na/../../x\n"),
    "bad splits.txt": utf8("1, 1, A/0, ../1, 1\n"),
  });
  const images = { probes: "P", distractors: "D" }, sets = { probes: "p.txt", distractors: "d.txt" };
  const megaface = (params: Record<string, unknown>) => () =>
    openTemplates(megafaceReader, { ...sets, images, size: [4, 4], ...params }, damaged);
  const videos = (params: Record<string, unknown>) => () =>
    openTemplates(ytf, { splits: "s.txt", images: "F", size: [4, 4], ...params }, damaged);
  await assertRejects(megaface({}), SyntaxError, 'Cannot read image "P/a/1.png": Cannot decode the image');
  await assertRejects(videos({}), SyntaxError, 'Cannot read image "F/A/0/1.png": Cannot decode the image');
  await assertRejects(megaface({ size: null }), RangeError, 'Cannot open the images of "P" without a size');
  await assertRejects(megaface({ probes: "bad.txt" }), SyntaxError, '"a/../../x" on line 2');
  await assertRejects(videos({ splits: "bad splits.txt" }), SyntaxError, '"1, 1, A/0, ../1, 1" on line 1');
});

Deno.test("ytf takes no time over a video number of many zeros", async () => {
  const files = memoryFiles({ "s.txt": utf8(`1, 1, A/${"0".repeat(900_000)}x, A/1, 1\n`) });
  const open = () => openTemplates(ytf, { splits: "s.txt", images: "f", size: [4, 4] }, files);
  await assertRejects(open, SyntaxError, "on line 1");
});
