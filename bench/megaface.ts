/**
 * MegaFace in its size: 3,530 probes of 80 people, a million distractors of 512, drawn at random. Writes 2 GB once:
 *
 *     deno run -A bench/megaface.ts write FOLDER
 *     /usr/bin/time -v deno run -A bench/megaface.ts measure FOLDER
 *
 * `--no-library` leaves the products to our own kernels.
 *
 * @module
 */
import { megafaceReader } from "../datasets/catalogue.ts";
import type { TemplateSet } from "../datasets/mod.ts";
import { megafaceProtocol } from "../evaluation/mod.ts";
import { diskFiles } from "../experiments/disk.ts";
import { loadBlas } from "../experiments/openblas.ts";
import { useBackend } from "../tensor/backend.ts";
import { writeFeatures, writeLines } from "./drawn_features.ts";

const PROBES = 3_530, PEOPLE = 80, DISTRACTORS = 1_000_000, DIMENSION = 512;

async function write(folder: string): Promise<void> {
  await Deno.mkdir(folder, { recursive: true });
  const classOf = (probe: number) => probe % PEOPLE;
  await writeFeatures(`${folder}/p.npy`, { count: PROBES, dimension: DIMENSION, classOf, noise: 1.9 });
  const alike = { count: DISTRACTORS, dimension: DIMENSION, classOf: () => undefined, noise: 1 };
  await writeFeatures(`${folder}/d.npy`, alike);
  await writeLines(
    `${folder}/p.txt`,
    PROBES,
    (probe) => `person_${probe % PEOPLE}/person_${probe % PEOPLE}_${probe}.png`,
  );
  await writeLines(`${folder}/d.txt`, DISTRACTORS, (i) => `${i % 1000}/${i % 50_000}@N00/${i}_0.jpg`);
}

async function measure(folder: string): Promise<void> {
  const since = performance.now(), files = diskFiles(folder);
  const context = { files: { ...files, digest: () => Promise.resolve("") }, open: () => Promise.reject(new Error()) };
  const embeddings = { probes: { path: "p.npy" }, distractors: { path: "d.npy" } };
  const params = megafaceReader.params.parse({ probes: "p.txt", distractors: "d.txt", embeddings });
  const set = await megafaceReader.open(params, context) as TemplateSet, opened = performance.now();
  const { metrics } = await megafaceProtocol.evaluateStream(megafaceProtocol.params.parse({ flip: "none" }), {
    embeddings: set.images.embeddings!,
    labels: set.images.labels,
    templates: set,
  });
  const done = performance.now(), seconds = (ms: number) => (ms / 1000).toFixed(1);
  for (const { name, value } of metrics) console.log(`${name}: ${(100 * value).toFixed(2)} %`);
  console.log(`opened in ${seconds(opened - since)} s, measured in ${seconds(done - opened)} s`);
}

const [action, folder] = Deno.args;
if (!folder) usage();
else if (action === "write") await write(folder);
else if (action === "measure") {
  const products = Deno.args.includes("--no-library") ? undefined : await loadBlas();
  await useBackend("wasm", products ? { products } : {});
  await measure(folder);
} else usage();

function usage(): void {
  console.log("deno run -A bench/megaface.ts write|measure FOLDER [--no-library]");
}
