import { assertEquals } from "@std/assert";
import type { PlanLine } from "../../cli/plan_lines.ts";
import { explainText } from "../../cli/plan_explain.ts";
import { explainRuns, type Explanation } from "../../experiments/explain.ts";
import { planRuns } from "../../experiments/plan.ts";
import type { RunRecord } from "../../experiments/record.ts";
import { openStore } from "../../experiments/store.ts";
import { isFinal } from "../../experiments/sweep.ts";
import { encodeSafeTensors } from "../../training/safetensors.ts";
import { filesOf } from "./files_of.ts";
import { base, load } from "./manifest_helpers.ts";
import { sampleRecord } from "./sample_record.ts";

const digests = { "a.zip": "a".repeat(64), "b.zip": "b".repeat(64) };

async function runsOf(text: string, files = digests) {
  return (await planRuns(await load(text), { files: filesOf(files) })).runs;
}

/** A checkpoint at a step; its tensors are of no interest. */
function checkpoint(step: number): Uint8Array {
  const tensors = [{ name: "backbone/w", shape: [2], values: Float32Array.of(1, 2) }];
  return encodeSafeTensors({ tensors, metadata: { format: "marginlab-checkpoint/1", step: `${step}` } });
}

Deno.test("explainRuns() tells each state that a run can be in", async () => {
  const root = await Deno.makeTempDir(), store = openStore(root);
  const runs = await runsOf(base + "seeds: [0, 1, 2, 3, 4, 5, 6, 7]\n");
  const folder = (i: number) => store.folder("tiny", runs[i]!.id);
  const write = async (i: number, changes: Partial<RunRecord> = {}) => {
    const { id, row, seed, run, identity } = runs[i]!;
    await (await folder(i)).writeRecord(
      sampleRecord({ id, experiment: "tiny", row, seed, manifest: run, identity, ...changes }),
    );
  };
  const failed = { status: "failed", error: "Cannot go on: no room", metrics: [] } as const;
  const busy = await folder(5);
  try {
    await write(0);
    await write(1, { status: "diverged", error: "the loss is not finite", metrics: [] });
    await write(2, failed);
    await (await folder(2)).writeCheckpoint(checkpoint(4));
    await (await folder(3)).writeCheckpoint(checkpoint(7));
    await (await folder(4)).writeCheckpoint(new Uint8Array(5));
    await busy.claim();
    await write(6);
    await Deno.writeTextFile(`${(await folder(6)).path}/record.json`, "{");
    const { records, problems } = await store.records("tiny");
    const final = (record: RunRecord) => isFinal(record, undefined);
    const all = await explainRuns(runs, { store, experiment: "tiny", records, problems, final });
    const finishedAt = "2026-01-01T00:00:02.000Z";
    assertEquals(all.slice(0, 5), [
      { state: "skipped", status: "completed", finishedAt },
      { state: "skipped", status: "diverged", finishedAt },
      { state: "failed", error: "Cannot go on: no room", step: 4 },
      { state: "interrupted", step: 7 },
      { state: "interrupted", step: null },
    ]);
    assertEquals(all[5]!.state, "busy");
    assertEquals((all[5] as Explanation & { state: "busy" }).holder.startsWith(`pid ${Deno.pid}`), true);
    assertEquals(all[6], { state: "damaged", problem: problems[0]! });
    const { nearest } = all[7] as Explanation & { state: "new" };
    assertEquals(nearest!.differs, [{ key: "seed", planned: 7, found: nearest!.record.seed }]);
    await busy.release();
    const free = await explainRuns(runs.slice(5, 6), {
      store,
      experiment: "tiny",
      records: [],
      problems: [],
      final,
    });
    assertEquals(free, [{ state: "new" }]);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
});

Deno.test("explainRuns() tells of a stopped run at which rung, and whether this plan's rule did it", async () => {
  const root = await Deno.makeTempDir(), store = openStore(root), rule = "5".repeat(64);
  const [run] = await runsOf(base), { id, row, seed, identity } = run!;
  const reason = "stopped at step 5 (halving, rank 2 of 2)", by = { rule, metric: "unseen.accuracy", value: 0.5 };
  const record = sampleRecord({
    ...{ id, experiment: "tiny", row, seed, manifest: run!.run, identity, metrics: [] },
    ...{ status: "stopped", error: reason, stopped: { step: 5, ...by, reason: "halving, rank 2 of 2" } },
  });
  const explain = async (final: string | undefined) => {
    const [why] = await explainRuns([run!], {
      ...{ store, experiment: "tiny", records: [record], problems: [] },
      final: (record: RunRecord) => isFinal(record, final),
    });
    const line = { index: 0, id, row, seed, missing: [] } as unknown as PlanLine;
    return [why!.state, explainText([line], [why!])[0]!.replace(/^.*, seed \d: /, "")];
  };
  try {
    await (await store.folder("tiny", id)).writeCheckpoint(checkpoint(5));
    assertEquals(await explain(rule), ["skipped", `skipped, ${reason}, at ${record.finishedAt}`]);
    assertEquals(await explain(undefined), [
      "stopped",
      `will go on from its checkpoint at step 5; a rule that this plan does not have ended it: ${reason}`,
    ]);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
});

Deno.test("explainRuns() names the keys of the identity: parameters, digests, plugin and schema versions", async () => {
  const store = openStore("/nowhere/results"), [before] = await runsOf(base);
  const [after] = await runsOf(base.replace("m: 0.5", "m: 0.4"), { ...digests, "a.zip": "c".repeat(64) });
  const plugins = (before!.identity["plugins"] as { kind: string; name: string }[]).map((plugin) =>
    plugin.name === "convnet" ? { ...plugin, version: "0.9.0" } : plugin
  );
  const { id, row, seed, run } = before!, identity = { ...before!.identity, plugins, schemaVersion: 3 };
  const records = [sampleRecord({ id, row, seed, manifest: run, identity })];
  const options = {
    store,
    experiment: "tiny",
    records,
    problems: [],
    final: (record: RunRecord) => isFinal(record, undefined),
  };
  const [why] = await explainRuns([after!], options) as (Explanation & { state: "new" })[];
  assertEquals([why!.state, why!.nearest!.record.id], ["new", id]);
  const version =
    (after!.identity["plugins"] as { name: string; version: string }[]).find(({ name }) => name === "convnet")!.version;
  assertEquals(why!.nearest!.differs, [
    { key: "head.m", planned: 0.4, found: 0.5 },
    { key: "plugins.backbone.convnet.version", planned: version, found: "0.9.0" },
    { key: "digests.a.zip", planned: "c".repeat(64), found: "a".repeat(64) },
    { key: "schemaVersion", planned: 4, found: 3 },
  ]);
});
