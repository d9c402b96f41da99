import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { loadManifest } from "../../experiments/manifest.ts";
import { runId } from "../../experiments/plan.ts";
import type { RunRecord } from "../../experiments/record.ts";
import { openStore } from "../../experiments/store.ts";
import { builtins } from "../../registry/builtins.ts";
import { loadExhibit } from "../../reports/mod.ts";
import { PAGES, shownResults, withTables } from "../../tools/page_tables.ts";

const root = new URL("../../", import.meta.url), results = new URL("results", root).pathname;
const pages = new Map(
  await Promise.all(PAGES.map(async (path) => [path, await Deno.readTextFile(new URL(path, root))] as const)),
);

Deno.test("tables of README and docs/ are what the records give", async () => {
  const shown = new Set([...pages.values()].flatMap(shownResults));
  assertEquals(shown, new Set(["orl-faces", "omniglot-table2", "omniglot-one-shot", "toy-2d", "omniglot-definitions"]));
  for (const [path, page] of pages) {
    assertEquals(await withTables(page, results), page, `${path}: run "deno run -A tools/page_tables.ts"`);
  }
});

Deno.test("the results that pages show are not left out of the repository", async () => {
  const ignored = await Deno.readTextFile(new URL(".gitignore", root));
  for (const name of [...pages.values()].flatMap(shownResults)) assertStringIncludes(ignored, `!/results/${name}/\n`);
});

/** The committed records of a shipped manifest, each held to the manifest as it stands. */
async function recordsOf(name: string): Promise<readonly RunRecord[]> {
  const { records, problems } = await openStore(results).records(name);
  assertEquals(problems, []);
  const path = new URL(`experiments/manifests/${name}.yaml`, root).pathname;
  const manifest = await loadManifest(path, { read: Deno.readTextFile, registries: builtins() });
  assertEquals(records.length, manifest.rows.length * manifest.seeds.length);
  for (const { row, seed, status, id, identity, manifest: { seed: _, ...run } } of records) {
    assertEquals([status, runId(identity)], ["completed", id], `${row}, seed ${seed}`);
    assertEquals(run as unknown, manifest.rows.find(({ label }) => label === row)?.run as unknown, row);
  }
  return records;
}

function figure({ metrics }: RunRecord, name: string): number {
  return metrics.find((metric) => metric.name === name)!.value!;
}

Deno.test("on ORL, larger margins of ArcFace have lower error, by the mean over ten seeds; each of 0.3 and more is told from softmax", async () => {
  await recordsOf("orl-faces");
  const exhibit = await loadExhibit(openStore(results), "orl-faces", { registries: builtins() });
  const column = exhibit.table.columns.findIndex(({ metric }) => metric === "unseen.eer");
  const cells = new Map(exhibit.table.rows.map(({ label, cells }) => [label, cells[column]!]));
  const margins = ["ArcFace (0.1)", "ArcFace (0.3)", "ArcFace (0.5)", "ArcFace (0.7)"].map((label) =>
    cells.get(label)!
  );
  const means = [cells.get("Softmax")!, ...margins].map(({ mean }) => mean!);
  assertEquals(means, means.toSorted((a, b) => b - a));
  assertEquals(margins.map(({ verdict }) => verdict!.word), ["indistinguishable", "better", "better", "better"]);
});

Deno.test("every row of omniglot-table2 completes and reaches 94 % on unseen characters", async () => {
  for (const record of await recordsOf("omniglot-table2")) {
    assert(figure(record, "accuracy") >= 0.94, `${record.row}: ${figure(record, "accuracy")}`);
  }
});

Deno.test("ArcFace parts the classes of toy-2d further, and each is narrower, than softmax, on every seed", async () => {
  const records = await recordsOf("toy-2d"), of = (row: string) => records.filter((record) => record.row === row);
  for (const softmax of of("Softmax")) {
    const arcface = of("ArcFace (0.5)").find(({ seed }) => seed === softmax.seed)!;
    assert(figure(arcface, "inter-min") > figure(softmax, "inter-min"), `seed ${softmax.seed}`);
    assert(figure(arcface, "intra") < figure(softmax, "intra"), `seed ${softmax.seed}`);
  }
});

Deno.test("one-shot runs of Omniglot: every trained row errs less than the official demo, by the whole interval", async () => {
  const records = await recordsOf("omniglot-one-shot");
  const trained = records.filter(({ row }) => row !== "Raw pixels");
  assertEquals(trained.length, 6);
  for (const { row, seed, metrics } of trained) {
    const low = metrics.find(({ name }) => name === "rank-1-low")!.value!;
    assert(1 - low < 0.388, `${row}, seed ${seed}`);
  }
});
