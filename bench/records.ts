/**
 * Makes a sweep of made-up records, for timing what reads many runs: see `time_records.ts`.
 *
 * ```sh
 * deno run -A bench/records.ts --rows 2000 --seeds 5 --out /tmp/many
 * deno run -A bench/time_records.ts /tmp/many
 * ```
 *
 * @module
 */
import { type LoadedSweep, loadSweep } from "../cli/load.ts";
import { checkRecord, type RunRecord } from "../experiments/record.ts";
import type { PlannedRun } from "../experiments/resolved.ts";

const USAGE = `deno run -A bench/records.ts --out DIR
  --rows N      rows of the grid (default 2000)
  --seeds N     seeds of each (default 5)
  --share X     share of the runs that have a record, from 0 to 1 (default 1)
  --out DIR     gets many.yaml, plan.json and results/many/…`;

/** The manifest: a grid of as many rows, on procedural faces, so that no data is wanted. */
export function manyRows(rows: number, seeds: number): string {
  const m = divisor(rows), s = divisor(rows / m), lr = rows / m / s;
  const list = (length: number, value: (i: number) => number) => `[${Array.from({ length }, (_, i) => value(i))}]`;
  return `name: many
description: A grid for timing; its records are made up.
seeds: ${list(seeds, (i) => i)}
backend: wasm
data:
  train: { reader: synthetic-faces, identities: 60, perIdentity: 20, size: [32, 32], channels: 1 }
backbone: { name: convnet, blocks: 3, width: 16, embedding: 64 }
head: { name: arcface, m: 0.4, s: 16 }
optimizer: { name: sgd, momentum: 0.9, weightDecay: 5.0e-4 }
schedule: { name: cosine, lr: 0.05, warmup: 20 }
train: { steps: 160, batchSize: 64, augment: [{ name: flip }], sampler: { name: shuffle } }
evaluate:
  - name: unseen
    protocol: verification
    data: { reader: synthetic-face-pairs, kind: lfw, identities: 100, folds: 10, perFold: 200, size: [32, 32], channels: 1 }
ablation:
  grid:
    head.m: ${list(m, (i) => (i + 1) / 20)}
    head.s: ${list(s, (i) => 8 + 4 * i)}
    schedule.lr: ${list(lr, (i) => (i + 1) / 1000)}
table: { columns: [unseen.accuracy, unseen.auc], baseline: "head.m=0.05, head.s=8, schedule.lr=0.001" }
`;
}

/** The largest whole divisor up to 10. */
function divisor(n: number): number {
  return [10, 9, 8, 7, 6, 5, 4, 3, 2].find((d) => n % d === 0) ?? 1;
}

/** A made-up record of a planned run, as large as a real one. */
export function madeUpRecord({ id, row, seed, run, identity }: PlannedRun, sweep: LoadedSweep, at: number): RunRecord {
  const draw = mulberry(at), time = Date.UTC(2026, 0, 1) + 4000 * at, accuracy = 0.8 + 0.05 * draw();
  const bins = () => Array.from({ length: 180 }, () => Math.floor(60 * draw()));
  const metrics = sweep.manifest.metrics.map(({ name: column, unit, higherIsBetter }) => {
    const [evaluation = "", ...rest] = column.split("."), name = rest.join(".");
    const value = name === "accuracy" ? accuracy : draw();
    return { evaluation, name, value, std: 0.01, n: 2000, unit, higherIsBetter, definition: "verification@1.0.0" };
  });
  return {
    schemaVersion: 4,
    id,
    experiment: sweep.experiment,
    row,
    seed,
    status: "completed",
    error: null,
    manifest: run,
    identity,
    backend: {
      name: "wasm",
      adapter: null,
      software: true,
      reason: "asked for by name",
      kernels: ["MarginlabProduct", "Conv2D", "Conv2DBackpropInput", "Conv2DBackpropFilter", "FusedBatchNorm"],
      blas: null,
      flags: { WASM_HAS_SIMD_SUPPORT: true, WASM_HAS_MULTITHREAD_SUPPORT: false },
    },
    environment: {
      deno: "2.9.6",
      v8: "15.0",
      typescript: "6.0.3",
      tfjs: "4.22.0",
      marginlab: "0.1.0",
      os: "linux",
      arch: "x86_64",
      cpu: "unknown",
      git: null,
      code: sweep.frozen!.code.sha256,
    },
    plugins: [],
    data: ["train", "unseen"].map((role) => ({
      role,
      reader: role === "train" ? "synthetic-faces" : "synthetic-face-pairs",
      classes: 60,
      images: 1200,
      digest: "a".repeat(64),
      license: null,
      citation: null,
      decoder: "none",
      skipped: [],
      ...role === "train" ? {} : { pairs: 2000 },
    })),
    weights: null,
    backbone: { name: "convnet", parameters: 21_456, trainableParameters: 21_360, multiplyAdds: 1e6, embedding: 64 },
    cost: {
      steps: run.train.steps,
      seconds: 3 + draw(),
      trainSeconds: 2 + draw(),
      imagesPerSecond: 4000,
      peakMemoryBytes: 2e8,
    },
    metrics,
    diagnostics: {
      finalLoss: 3 * draw(),
      gradientNorm: draw(),
      statistics: { targetAngle: 1.2 * draw() },
      weightsSha256: Array.from({ length: 8 }, () => Math.floor(2 ** 32 * draw()).toString(16).padStart(8, "0"))
        .join(""),
      targetAngles: (["start", "middle", "end"] as const).map((window, i) => ({
        window,
        from: 1 + 70 * i,
        to: 20 + 70 * i,
        samples: 1280,
        pastBoundary: 0,
        bins: bins(),
      })),
    },
    startedAt: new Date(time).toISOString(),
    finishedAt: new Date(time + 3500).toISOString(),
  };
}

/** Numbers from 0 to 1 that look random, the same for a seed. */
function mulberry(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6D2B79F5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Writes the manifest, the frozen plan and the records. */
export async function writeRecords(
  out: string,
  { rows = 2000, seeds = 5, share = 1 }: { rows?: number; seeds?: number; share?: number },
): Promise<number> {
  await Deno.mkdir(out, { recursive: true });
  await Deno.writeTextFile(`${out}/many.yaml`, manyRows(rows, seeds));
  const options = { set: [], data: `${out}/data`, out: `${out}/results` };
  const sweep = await loadSweep(`${out}/many.yaml`, options, { err: console.error });
  await sweep.store.writePlan(sweep.frozen!);
  await Deno.copyFile(`${out}/results/many/plan.json`, `${out}/plan.json`);
  const done = sweep.runs.slice(0, Math.round(share * sweep.runs.length));
  for (const [at, planned] of done.entries()) {
    const record = madeUpRecord(planned, sweep, at), folder = `${out}/results/many/${record.id}`;
    if (at === 0) checkRecord(record, "the made-up record");
    await Deno.mkdir(folder, { recursive: true });
    await Deno.writeTextFile(`${folder}/record.json`, JSON.stringify(record, null, 2) + "\n");
  }
  return done.length;
}

if (import.meta.main) {
  const values = new Map<string, string>();
  for (let i = 0; i < Deno.args.length; i += 2) values.set(Deno.args[i]!, Deno.args[i + 1] ?? "");
  const out = values.get("--out");
  if (!out || [...values.keys()].some((flag) => !["--rows", "--seeds", "--share", "--out"].includes(flag))) {
    console.error(USAGE);
    Deno.exit(2);
  }
  const number = (flag: string, fallback: number) => Number(values.get(flag) ?? fallback);
  const count = await writeRecords(out, {
    rows: number("--rows", 2000),
    seeds: number("--seeds", 5),
    share: number("--share", 1),
  });
  console.log(`${count} records in ${out}/results/many`);
}
