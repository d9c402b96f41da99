import { assertAlmostEquals, assertEquals, assertRejects } from "@std/assert";
import { ijb } from "../../datasets/catalogue.ts";
import { greyPng } from "./helpers.ts";
import { IJB, ijbFiles, layouts, openTemplates, utf8 } from "./template_layouts.ts";

const { text, original } = layouts.ijb;
const lines = (name: string) => text[name]!.trim().split("\n");

Deno.test("ijb gives the templates, pairs, scores and searches of the lists", async () => {
  const set = await openTemplates(ijb, IJB, ijbFiles());
  const rows = lines("face_tid_mid").map((line) => line.split(" "));
  const ids = [...new Set(rows.map((row) => Number(row[1])))].sort((a, b) => a - b);
  assertEquals(set.count, ids.length);
  assertEquals(set.images.length, rows.length);
  rows.forEach(([name, template, medium], image) => {
    assertEquals(set.images.name(image), name);
    assertEquals(ids[set.entries.template[image]!], Number(template));
    assertEquals(set.entries.medium[image], Number(medium));
  });
  lines("template_pair_label").forEach((line, pair) => {
    const { first, second, same } = set.pairs!;
    assertEquals(`${set.templateName(first[pair]!)} ${set.templateName(second[pair]!)} ${same[pair]}`, line);
  });
  lines("name_5pts_score").forEach((line, image) =>
    assertAlmostEquals(set.detection![image]!, Number(line.split(" ").at(-1)), 1e-6)
  );
  assertEquals(set.searches!.map(({ name }) => name), ["G1", "G2"]);
  const listed = new Set(lines("gallery_G1").slice(1).map((line) => Number(line.split(",")[0])));
  assertEquals(Array.from(set.searches![0]!.gallery, (place) => ids[place]!), [...listed].sort((a, b) => a - b));
  const [template, subject] = lines("probe_mixed")[1]!.split(",").map(Number);
  assertEquals(set.subjects[ids.indexOf(template!)], subject);
});

Deno.test("ijb takes stored embeddings by row, and reads images with the landmarks of the data", async () => {
  const set = await openTemplates(ijb, IJB, ijbFiles());
  assertEquals(set.images.shape, [0, 0, 0]);
  for await (const chunk of set.images.embeddings!.chunks(Int32Array.of(5, 2))) {
    assertEquals(chunk.original, Float32Array.from([...original[5]!, ...original[2]!]));
  }
  const crops = Object.fromEntries(
    lines("face_tid_mid").map((line, i) => {
      return [`crops/${line.split(" ")[0]}`, greyPng(i % 200, 112, 112)];
    }),
  );
  const params = { meta: "meta", set: "ijbc", images: "crops" };
  await assertRejects(() => openTemplates(ijb, params, ijbFiles(crops)), RangeError, "set size or align");
  const aligned = await openTemplates(ijb, { ...params, align: { size: [112, 112] } }, ijbFiles(crops));
  assertEquals(aligned.images.shape, [112, 112, 3]);
  assertEquals((await aligned.images.read(3)).length, 112 * 112 * 3);
});

Deno.test("ijb names the line that is damaged", async () => {
  const damage = async (name: string, content: string, message: string) => {
    const files = ijbFiles({ [`meta/ijbc_${name}`]: utf8(content) });
    await assertRejects(() => openTemplates(ijb, IJB, files), SyntaxError, message);
  };
  await damage("face_tid_mid.txt", "1.jpg 5 6\n2.jpg x 6\n", 'found "2.jpg x 6" on line 2');
  await damage("face_tid_mid.txt", "", "found no line");
  await damage("template_pair_label.txt", "100 101 1\r\n\r\n100 101 2\r\n", 'found "100 101 2" on line 3');
  await damage("template_pair_label.txt", "100 7 1\n", 'found "100 7 1" on line 1');
  await damage("template_pair_label.txt", "100 101\n", 'found "100 101" on line 1');
  await damage(
    "name_5pts_score.txt",
    `${lines("name_5pts_score")[0]}\n9.jpg 1 2 3 4 5 6 7 8 9 10 1\n`,
    'wanted image "2.jpg"',
  );
  await damage("name_5pts_score.txt", `${lines("name_5pts_score")[0]}\n`, "found 1 images");
  await damage("1N_gallery_G1.csv", "TEMPLATE_ID,SUBJECT_ID\n100\n", 'found "100" on line 2');
});

Deno.test("ijb names the image that is damaged, and refuses names out of its folder", async () => {
  const params = { meta: "meta", set: "ijbc", images: "crops", size: [8, 8] }, [first] = lines("face_tid_mid");
  const name = first!.split(" ")[0]!, files = ijbFiles({ [`crops/${name}`]: utf8("no image") });
  await assertRejects(
    () => openTemplates(ijb, params, files),
    SyntaxError,
    `Cannot read image "crops/${name}": Cannot`,
  );
  for (const path of ["../1.jpg", "/etc/1.jpg", "a/../../1.jpg"]) {
    const list = utf8(`1.jpg 1 1\n${path} 1 1\n`), changed = ijbFiles({ "meta/ijbc_face_tid_mid.txt": list });
    await assertRejects(() => openTemplates(ijb, params, changed), SyntaxError, `found "${path} 1 1" on line 2`);
  }
});
