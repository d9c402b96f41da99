import { assertEquals, assertStringIncludes } from "@std/assert";
import { buildTable, recordNotes, renderMarkdown, type TableRecord } from "../../reports/mod.ts";
import { completed, idOf } from "./sample.ts";

const weights = (record: TableRecord, sha: string): TableRecord => ({
  ...record,
  diagnostics: { weightsSha256: sha.repeat(64) },
});

Deno.test("recordNotes() name rows whose runs of a seed trained the same weights", () => {
  const records = [0, 1].flatMap((seed) => [
    weights(completed("A", seed, 0.9), String(seed)),
    weights(completed("B", seed, 0.9), String(seed)),
    weights(completed("C", seed, 0.9), seed === 0 ? "0" : "c"),
    weights(completed("D", seed, 0.9), "d"),
  ]);
  assertEquals(recordNotes(records), [
    "Rows A, B and C trained the same weights (seed 0): what they differ in had no effect on training",
    "Rows A and B trained the same weights (seed 1): what they differ in had no effect on training",
  ]);
  assertEquals(recordNotes(records.filter(({ row }) => row === "D")), []);
});

Deno.test("recordNotes() name drifted runs, and runs of several programs or backends", () => {
  const backend = (name: "wasm" | "webgpu", adapter: string | null) =>
    ({ name, adapter, software: true, reason: "asked for by name", kernels: [], blas: null, flags: {} }) as const;
  const records: TableRecord[] = [
    { ...completed("A", 0, 0.9), backend: backend("wasm", null), environment: { code: "a".repeat(64), git: null } },
    { ...completed("A", 1, 0.9), backend: backend("wasm", null), environment: { code: "a".repeat(64), git: null } },
    {
      ...completed("B", 0, 0.9),
      backend: backend("webgpu", "llvmpipe"),
      environment: { code: "b".repeat(64), git: null },
      drift: { code: { planned: "a".repeat(64), found: "b".repeat(64) } },
    },
  ];
  assertEquals(recordNotes(records), [
    `Runs that were trained although something had changed since the plan: B, seed 0 (${idOf("B", 0)}: code)`,
    "The runs are of 2 versions of the program, by digest: aaaaaaaaaaaa (2), bbbbbbbbbbbb (1)",
    "The runs are of 2 backends: wasm (2), webgpu on llvmpipe (1)",
  ]);
});

Deno.test("recordNotes() name libraries and threads of matrix products where they differ", () => {
  const on = (seed: number, name: "wasm" | "webgpu", blas: string | null): TableRecord => ({
    ...completed("A", seed, 0.9),
    backend: { name, adapter: null, software: true, reason: "asked for by name", kernels: [], blas, flags: {} },
  });
  const one = "OpenBLAS 0.3.21, 1 thread", two = "OpenBLAS 0.3.21, 2 threads";
  assertEquals(recordNotes([on(0, "wasm", one), on(1, "wasm", one)]), []);
  assertEquals(recordNotes([on(0, "wasm", one), on(1, "wasm", two), on(2, "wasm", null), on(3, "wasm", two)]), [
    `The matrix products of the runs are of different libraries or threads, and differ in their last bits: ${two} (2), ` +
    `${one} (1), no library (1)`,
  ]);
  assertEquals(recordNotes([on(0, "webgpu", null), on(1, "wasm", one)]).length, 1);
});

Deno.test("buildTable() never averages a run that was stopped early, and shows its step", () => {
  const stop = {
    step: 120,
    rule: "a".repeat(64),
    metric: "unseen.accuracy",
    value: 0.99,
    reason: "halving, rank 3 of 4",
  };
  const stopped = (row: string, seed: number): TableRecord => ({
    ...completed(row, seed, 0.99),
    status: "stopped",
    error: `stopped at step 120 (${stop.reason})`,
    stopped: stop,
  });
  const table = buildTable({
    rows: ["base", "part", "all"],
    seeds: [0, 1],
    records: [
      completed("base", 0, 0.9),
      completed("base", 1, 0.9),
      completed("part", 0, 0.8),
      stopped("part", 1),
      stopped("all", 0),
      stopped("all", 1),
    ],
    columns: ["unseen.accuracy"],
    baseline: "base",
  });
  const [, part, all] = table.rows.map(({ cells }) => cells[0]!);
  assertEquals([part!.mean, part!.finished, part!.stopped, part!.stoppedAt], [0.8, 1, 1, [120]]);
  assertEquals([all!.mean, all!.delta, all!.stoppedAt], [null, null, [120, 120]]);
  const text = renderMarkdown(table);
  assertStringIncludes(text, "stopped at step 120");
  assertStringIncludes(text, `seed 1 stopped at step 120 (halving, rank 3 of 4) (${idOf("part", 1)})`);
});
