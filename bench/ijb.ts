/**
 * IJB-C in its size: 469,375 faces of 23,124 templates, 19,557 same and 15,638,932 different pairs, 3,531 subjects in two
 * galleries and 19,593 probes, drawn at random. Writes 1.2 GB once, then reads and scores them as an evaluation does:
 *
 *     deno run -A bench/ijb.ts write FOLDER
 *     /usr/bin/time -v deno run -A bench/ijb.ts verify FOLDER
 *     /usr/bin/time -v deno run -A bench/ijb.ts identify FOLDER
 *
 * @module
 */
import { ijb } from "../datasets/catalogue.ts";
import type { TemplateSet } from "../datasets/mod.ts";
import { ijbIdentification, ijbVerification } from "../evaluation/mod.ts";
import { diskFiles } from "../experiments/disk.ts";
import { createRandom } from "../tensor/random.ts";
import { writeFeatures, writeLines } from "./drawn_features.ts";

const FACES = 469_375, TEMPLATES = 23_124, SUBJECTS = 3_531, SAME = 19_557, DIFFERENT = 15_638_932, DIMENSION = 512;

/** Template t is of subject t mod 3,531, so the first ones are a template a subject: the galleries. */
const subjectOf = (template: number) => template % SUBJECTS;
const templateOf = (face: number) => face % TEMPLATES;

async function write(folder: string): Promise<void> {
  await Deno.mkdir(folder, { recursive: true });
  const random = createRandom(0, "bench/ijb"), path = (name: string) => `${folder}/ijbc_${name}`;
  const classOf = (face: number) => subjectOf(templateOf(face));
  await writeFeatures(`${folder}/e.npy`, { count: FACES, dimension: DIMENSION, classOf, noise: 7 });
  await writeLines(
    path("face_tid_mid.txt"),
    FACES,
    (face) => `${face + 1}.jpg ${templateOf(face) + 1} ${Math.floor(face / TEMPLATES / 3)}`,
  );
  await writeLines(
    path("name_5pts_score.txt"),
    FACES,
    (face) =>
      `${face + 1}.jpg 38.29 51.69 73.53 51.50 56.02 71.73 41.54 92.36 70.72 92.20 ${
        (0.5 + random.uniform() / 2).toFixed(4)
      }`,
  );
  await writeLines(path("template_pair_label.txt"), SAME + DIFFERENT, (pair) => {
    const first = random.integer(TEMPLATES - SUBJECTS);
    if (pair % 800 === 0 && pair / 800 < SAME) return `${first + 1} ${first + SUBJECTS + 1} 1`;
    const second = random.integer(TEMPLATES);
    return `${first + 1} ${second + 1} ${Number(subjectOf(first) === subjectOf(second))}`;
  });
  const list = (from: number, count: number) => (i: number) =>
    i === 0
      ? "TEMPLATE_ID,SUBJECT_ID,FILENAME"
      : `${from + i},${subjectOf(from + i - 1)},img/${from + i}.jpg`.slice(0, count);
  await writeLines(path("1N_gallery_G1.csv"), 1 + 1772, list(0, 80));
  await writeLines(path("1N_gallery_G2.csv"), 1 + SUBJECTS - 1772, list(1772, 80));
  await writeLines(path("1N_probe_mixed.csv"), 1 + TEMPLATES - SUBJECTS, list(SUBJECTS, 80));
}

async function measure(folder: string, protocol: typeof ijbVerification, more: Record<string, unknown>): Promise<void> {
  const since = performance.now(), files = diskFiles(folder), list = (name: string) => `ijbc_1N_${name}.csv`;
  const searches = { galleries: [list("gallery_G1"), list("gallery_G2")], probes: list("probe_mixed") };
  const context = { files: { ...files, digest: () => Promise.resolve("") }, open: () => Promise.reject(new Error()) };
  const params = { meta: ".", set: "ijbc", embeddings: { path: "e.npy" }, searches };
  const set = await ijb.open(ijb.params.parse(params), context) as TemplateSet;
  const opened = performance.now(), { embeddings, labels } = set.images;
  const { metrics } = await protocol.evaluateStream(protocol.params.parse({ flip: "none", ...more }), {
    embeddings: embeddings!,
    labels,
    templates: set,
  });
  const done = performance.now(), seconds = (ms: number) => (ms / 1000).toFixed(1);
  for (const { name, value } of metrics) console.log(`${name}: ${(100 * value).toFixed(2)} %`);
  console.log(`opened in ${seconds(opened - since)} s, scored in ${seconds(done - opened)} s`);
}

const [action, folder] = Deno.args;
if (!folder) usage();
else if (action === "write") await write(folder);
else if (action === "verify") await measure(folder, ijbVerification, {});
else if (action === "identify") await measure(folder, ijbIdentification, {});
else usage();

function usage(): void {
  console.log("deno run -A bench/ijb.ts write|verify|identify FOLDER");
}
