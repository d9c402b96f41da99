import { assert, assertEquals } from "@std/assert";
import { zipSync } from "fflate";
import { embeddings, ijb, megafaceReader, ytf } from "../../datasets/catalogue.ts";
import type { EmbeddingSource, Files, ReaderPlugin, TemplateSet } from "../../datasets/mod.ts";
import type { FuzzFormat } from "./fuzz.ts";
import { featureFile, IJB, layouts, matrixNpy, npyOf, openTemplates, textNpy, utf8 } from "./template_layouts.ts";

const MATRIX = Array.from({ length: 12 }, (_, i) => [i, 1, i + 0.5]), NAMES = MATRIX.map((_, i) => `image ${i}`);
const ARRAYS = { "embeddings.npy": matrixNpy(MATRIX), "names.npy": textNpy(NAMES) };

/** Bytes of all embeddings of a source, each asked for once. */
async function drain(source: EmbeddingSource): Promise<number> {
  let bytes = 0, next = 0;
  for await (
    const { start, count, original } of source.chunks(Int32Array.from({ length: source.count }, (_, i) => i))
  ) {
    assertEquals([start, original.length], [next, count * source.dimension]);
    next += count;
    bytes += original.byteLength;
  }
  assertEquals(next, source.count);
  return bytes;
}

const names = (descr: string, count: number) =>
  zipSync({ "embeddings.npy": ARRAYS["embeddings.npy"], "names.npy": npyOf(descr, [count], new Uint8Array(0)) });

/** Text without a line end, lines of a name that leaves its folder. */
const ENDLESS = new Uint8Array(2 ** 24).fill(48), OUTSIDE = utf8("../../a/../b.jpg 1 1\n");

function stored(path: string, bytes: Uint8Array): FuzzFormat {
  return {
    hostile: path.endsWith(".npz")
      ? {
        "text of no bytes": { [path]: names("<U0", 2 ** 40) },
        "bytes of no bytes": { [path]: names("|S0", 12) },
      }
      : {},
    name: `embeddings, ${path}`,
    files: { [path]: bytes },
    runs: 1000,
    growth: 20,
    place: /byte|member|shape|names|array|header|type|element|images/,
    async open(files) {
      const none = () => Promise.reject(new Error("embeddings opens no other reader"));
      const set = await embeddings.open(embeddings.params.parse({ path }), { files, open: none });
      assert(set.gives === "images" && set.length === set.embeddings!.count && set.labels.length === set.length);
      return await drain(set.embeddings!);
    },
  };
}

/** A set of templates whose arrays fit together; gives their bytes. */
async function openSound(reader: ReaderPlugin, params: Record<string, unknown>, files: Files): Promise<number> {
  const set: TemplateSet = await openTemplates(reader, params, files), { entries, images, count, pairs } = set;
  assertEquals([entries.template.length, entries.medium.length], [entries.image.length, entries.image.length]);
  assert(entries.image.every((image) => image >= 0 && image < images.length));
  assert([...entries.template, ...pairs?.first ?? [], ...pairs?.second ?? []].every((at) => at >= 0 && at < count));
  assert(pairs?.same.every((same) => same <= 1) ?? true);
  for (let i = 0; i < images.length; i++) assert(images.name(i).length > 0);
  return 12 * entries.image.length + 9 * (pairs?.first.length ?? 0);
}

const few = (text: string, lines: number) => utf8(text.split("\n").slice(0, lines).join("\n"));
const { text } = layouts.ijb;

/** Stored embeddings, and the lists of IJB, MegaFace and YouTube Faces. */
export const TEMPLATES: readonly FuzzFormat[] = [
  stored("a.npz", zipSync(ARRAYS, { level: 0 })),
  stored("b.npz", zipSync(ARRAYS, { level: 6 })),
  stored("c.bin", featureFile(MATRIX)),
  {
    name: "ijb",
    files: {
      "meta/ijbc_face_tid_mid.txt": utf8(text["face_tid_mid"]!),
      "meta/ijbc_name_5pts_score.txt": utf8(text["name_5pts_score"]!),
      "meta/ijbc_template_pair_label.txt": few(text["template_pair_label"]!, 40),
      "meta/ijbc_1N_gallery_G1.csv": utf8(text["gallery_G1"]!),
      "meta/ijbc_1N_gallery_G2.csv": utf8(text["gallery_G2"]!),
      "meta/ijbc_1N_probe_mixed.csv": utf8(text["probe_mixed"]!),
    },
    runs: 300,
    place: /line|images|found no/,
    hostile: {
      "a list without lines": { "meta/ijbc_template_pair_label.txt": ENDLESS },
      "a name out of its folder": { "meta/ijbc_face_tid_mid.txt": OUTSIDE },
    },
    open: (files) => openSound(ijb, { ...IJB, embeddings: null }, files),
  },
  {
    name: "megaface",
    files: {
      "p.json": utf8(layouts.megaface.text["probes"]!),
      "d.txt": few(layouts.megaface.text["distractors"]!, 30),
      "n.txt": utf8(layouts.megaface.text["facescrub_noises"]!),
    },
    runs: 500,
    growth: 8,
    hostile: {
      "a list without lines": { "d.txt": ENDLESS },
      "a name out of its folder": { "d.txt": utf8("a/../b.jpg\n") },
      "noise of other images": { "n.txt": utf8("Somebody_1.png\n") },
    },
    place: /line|path|JSON|identity|names/,
    open: (files) =>
      openSound(megafaceReader, {
        probes: "p.json",
        distractors: "d.txt",
        noise: { probes: "n.txt", distractors: null },
      }, files),
  },
  {
    name: "ytf",
    files: {
      "s.txt": utf8(layouts.ytf.splits),
      "f.npz": zipSync({
        "embeddings.npy": matrixNpy(layouts.ytf.original),
        "names.npy": textNpy(layouts.ytf.frames),
      }, { level: 0 }),
    },
    runs: 500,
    hostile: {
      "a list without lines": { "s.txt": ENDLESS },
      "a number of zeros": { "s.txt": utf8(`1, 1, A/${"0".repeat(1_000_000)}x, A/1, 1\n`) },
    },
    place: /line|frame|byte|member|shape|names|array|header|type|element|pair|images/,
    open: (files) => openSound(ytf, { splits: "s.txt", embeddings: { path: "f.npz" } }, files),
  },
];
