import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { diskFiles } from "../../../experiments/disk.ts";
import type { RunRecord } from "../../../experiments/record.ts";
import type { ResolvedRun } from "../../../experiments/resolved.ts";
import { openStore } from "../../../experiments/store.ts";
import { builtins } from "../../../registry/mod.ts";
import type { Cells } from "../../../reports/browser/cells.ts";
import { collectCells } from "../../../reports/browser/collect.ts";
import { reproduce, type VerdictEvent } from "../../../reports/browser/reproduce.ts";
import { loadExhibit } from "../../../reports/exhibit.ts";
import { cli, inFolder, TINY } from "../../cli/in_folder.ts";

const ROOT = new URL("../../../", import.meta.url);
const program = { version: "0.1.0", code: "ab".repeat(32) };

/** The cells of a sweep of two rows and two seeds. */
async function withCells(fn: (cells: Cells) => Promise<void>): Promise<void> {
  await inFolder(async (folder) => {
    const { code, err } = await cli("ablate", `${folder}/tiny.yaml`, "--quiet", "--out", `${folder}/results`);
    assertEquals(code, 0, err);
    const exhibit = await loadExhibit(openStore(`${folder}/results`), "tiny", { registries: builtins() });
    await fn(await collectCells(exhibit, { registries: builtins(), files: diskFiles(folder), program }));
  }, TINY.replace("seeds: [0]", "seeds: [0, 1]"));
}

/** Trains a cell as a page does; gives the losses and what is said at the end. */
async function train(cells: Cells, index: number, backend: ResolvedRun["backend"] = "cpu") {
  const losses: number[] = [], options = { backend, files: diskFiles("."), machine: "test" };
  let verdict: VerdictEvent | undefined;
  for await (const event of reproduce(cells, index, options)) {
    if (event.type === "step") losses.push(event.loss);
    if (event.type === "verdict") verdict = event;
  }
  return { losses, ...verdict! };
}

/** Cells with one of the records changed. */
function changed(cells: Cells, index: number, change: (record: RunRecord) => RunRecord): Cells {
  return {
    ...cells,
    runs: cells.runs.map((cell, i) => i === index ? { ...cell, record: change(cell.record) } : cell),
  };
}

Deno.test("reproduce() gives the bits of the published run on the same arithmetic, and tells a figure that was changed", async () => {
  await withCells(async (cells) => {
    assertEquals(cells.runs.map(({ record: { row, seed }, unable }) => [row, seed, unable]), [
      ["NS", 0, null],
      ["NS", 1, null],
      ["ArcFace", 0, null],
      ["ArcFace", 1, null],
    ]);
    const again = await train(cells, 3), { record } = cells.runs[3]!;
    assertEquals(again.verdict, "identical");
    assertEquals(again.record.diagnostics.weightsSha256, record.diagnostics.weightsSha256);
    assertEquals(again.losses.length, 3);
    assertEquals(again.losses.at(-1), record.diagnostics.finalLoss);
    assertStringIncludes(again.notes.join("\n"), "The program has changed since the run was published");

    const one = (record: RunRecord) => ({
      ...record,
      metrics: record.metrics.map((metric, i) => i === 0 ? { ...metric, value: metric.value! + 0.5 } : metric),
    });
    const lied = await train(changed(cells, 3, one), 3);
    assertEquals(lied.verdict, "drifted");
    assertEquals(lied.figures.map(({ verdict }) => verdict).filter((verdict) => verdict !== "identical"), ["drifted"]);
  });
});

Deno.test("reproduce() on another backend is held to the published seeds of the row, and says so", async () => {
  await withCells(async (cells) => {
    const { verdict, notes } = await train(cells, 2, "wasm");
    assert(verdict !== "identical");
    assertStringIncludes(notes.join("\n"), "it was made on cpu, here wasm computes; ");
    assertStringIncludes(notes.join("\n"), "of 2 published seeds, seed 0 among them");
  });
});

Deno.test("reproduce() refuses a run that the page has not, or cannot train, with the reason", async () => {
  await withCells(async (cells) => {
    await assertRejects(() => train(cells, 4), RangeError, "Cannot train run 4: this page has 4");
    const unable = { ...cells, runs: [{ ...cells.runs[0]!, unable: "Cannot train this run: its data is too large" }] };
    await assertRejects(() => train(unable, 0), RangeError, "its data is too large");
  });
});

Deno.test("nothing that runs in a page imports a module of Node", async () => {
  const args = ["info", "--json", new URL("reports/browser/worker.ts", ROOT).href];
  const { stdout } = await new Deno.Command("deno", { args, cwd: ROOT }).output();
  type Module = { specifier: string; dependencies?: { specifier: string; code?: { specifier?: string } }[] };
  const { roots, modules } = JSON.parse(new TextDecoder().decode(stdout)) as { roots: string[]; modules: Module[] };
  const known = new Map(modules.map((module) => [module.specifier, module])),
    seen = new Set<string>(),
    wrong: string[] = [];
  const visit = (specifier: string) => {
    if (seen.has(specifier)) return;
    seen.add(specifier);
    for (const { specifier: written, code } of known.get(specifier)?.dependencies ?? []) {
      if (!code?.specifier) continue;
      if (code.specifier.startsWith("node:")) wrong.push(`${specifier} imports ${written}`);
      visit(code.specifier);
    }
  };
  visit(roots[0]!);
  assert(seen.size > 100);
  assertEquals(wrong, []);
});
