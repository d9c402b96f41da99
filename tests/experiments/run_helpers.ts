/**
 * Small runs on synthetic faces, for the tests of runs.
 *
 * @module
 */
import { createHash } from "node:crypto";
import type { Prepare } from "../../datasets/mod.ts";
import { diskFiles } from "../../experiments/disk.ts";
import type { Environment, RunRecord } from "../../experiments/record.ts";
import type { OutputSettings, PlannedRun, ResolvedRun, Section } from "../../experiments/resolved.ts";
import { executeRun, type RunEvent } from "../../experiments/run.ts";
import { openStore } from "../../experiments/store.ts";
import type { Stopping } from "../../experiments/stopping/rung.ts";
import { builtins } from "../../registry/builtins.ts";
import { type Kind, nameKey, type Registries, tableOfKind } from "../../registry/registries.ts";
import type { Products } from "../../tensor/kernels/wasm/products.ts";

export const registries = builtins();
export const environment: Environment = {
  deno: "2",
  v8: "1",
  typescript: "6",
  tfjs: "4",
  marginlab: "0",
  os: "linux",
  arch: "x86_64",
  cpu: "test",
  git: null,
};

/** Fills a section's defaults as the manifest does. */
export function section(kind: Kind, written: Record<string, unknown>): Section {
  const key = nameKey(kind), { [key]: name, ...params } = written;
  return { [key]: name, ...tableOfKind(registries, kind).get(String(name)).params.parse(params) };
}

/** A run of a few seconds on synthetic faces. */
export function smallRun(changes: Partial<ResolvedRun> & { steps?: number } = {}): ResolvedRun {
  const { steps = 8, ...rest } = changes;
  const faces = { size: [16, 16], channels: 1 };
  return {
    backend: "wasm",
    seed: 0,
    data: { train: section("reader", { reader: "synthetic-faces", identities: 6, perIdentity: 8, ...faces }) },
    backbone: section("backbone", { name: "convnet", blocks: 2, width: 8, embedding: 16, dropout: 0.2 }),
    weights: null,
    head: section("head", { name: "arcface", m: 0.3, s: 16 }),
    auxiliary: [],
    optimizer: section("optimizer", { name: "sgd" }),
    schedule: section("schedule", { name: "step", lr: 0.05 }),
    train: {
      steps,
      batchSize: 12,
      accumulate: 1,
      checkpointing: false,
      precision: "f32",
      clip: null,
      ema: 0,
      augment: [section("augmentation", { name: "flip" }), section("augmentation", { name: "shift", pixels: 1 })],
      sampler: section("sampler", { name: "shuffle" }),
    },
    evaluate: [{
      name: "unseen",
      protocol: section("protocol", { protocol: "verification", flip: true }),
      data: section("reader", {
        reader: "sampled-pairs",
        from: section("reader", {
          reader: "synthetic-faces",
          identities: 20,
          perIdentity: 4,
          firstIdentity: 6,
          ...faces,
        }),
        perFold: 12,
      }),
    }],
    ...rest,
  };
}

/** Runs in a store of its own; gives the events and the run's folder. */
export async function execute(
  run: ResolvedRun,
  options: {
    root?: string;
    stopAt?: number;
    data?: string;
    checkpointEvery?: number;
    logEvery?: number;
    keepWeights?: boolean;
    output?: Partial<OutputSettings>;
    tables?: Registries;
    products?: Products;
    prepare?: Prepare;
    stopping?: Stopping;
    onEvent?: (event: RunEvent, abort: () => void) => void;
  } = {},
) {
  const root = options.root ?? await Deno.makeTempDir();
  const id = "0123456789ab", stop = new AbortController();
  const planned: PlannedRun = { id, row: "ArcFace", seed: run.seed, run, identity: { run }, missing: [] };
  const folder = await openStore(root).folder("test", id);
  const events: RunEvent[] = [];
  const generator = executeRun({
    planned,
    registries: options.tables ?? registries,
    plugins: [],
    files: diskFiles(options.data ?? root),
    output: {
      logEvery: options.logEvery ?? 1,
      checkpointEvery: options.checkpointEvery ?? 0,
      weights: options.keepWeights ?? true,
      ...options.output,
    },
    store: folder,
    environment,
    experiment: "test",
    stop: stop.signal,
    ...options.products ? { products: options.products } : {},
    ...options.prepare ? { prepare: options.prepare } : {},
    ...options.stopping ? { stopping: options.stopping } : {},
  });
  for await (const event of generator) {
    events.push(event);
    if (event.type === "step" && event.step === options.stopAt) stop.abort();
    options.onEvent?.(event, () => stop.abort());
  }
  const last = events.at(-1)!;
  return { root, folder, events, record: last.type === "end" ? last.record : undefined };
}

export function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** Steps that an interrupted run had done. */
export function resumedAt([first]: readonly RunEvent[]): number | undefined {
  return first?.type === "start" ? first.resumedAt : undefined;
}

/** What two runs of one identity must share. */
export function outcome({ metrics, diagnostics }: RunRecord) {
  return { metrics, diagnostics };
}
