/**
 * Executes one planned run: the only place where plugins meet. Yields events; writes through the run's folder alone.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { type Files, type ImageSet, MissingDataError, type PairSet } from "../datasets/mod.ts";
import type { Registries } from "../registry/builtins.ts";
import { type BackendInfo, useBackend } from "../tensor/backend.ts";
import {
  DivergenceError,
  encodeSafeTensors,
  loadCheckpoint,
  readParameters,
  saveCheckpoint,
  type StepEvent,
} from "../training/mod.ts";
import { openImages, openReader, recordData } from "./data.ts";
import { evaluateModel } from "./evaluate.ts";
import { createModel, type Model, split, trainModel } from "./model.ts";
import {
  type Environment,
  finite,
  RECORD_SCHEMA_VERSION,
  type RecordedDiagnostics,
  type RecordedMetric,
  type RunRecord,
} from "./record.ts";
import type { LoadedPlugin, OutputSettings, PlannedRun } from "./resolved.ts";
import type { RunFolder } from "./store.ts";
import { Stopwatch } from "./stopwatch.ts";

/** What {@link executeRun} is handed. */
export interface RunOptions {
  /** The run. */
  readonly planned: PlannedRun;
  /** Tables in which its plugins are found. */
  readonly registries: Registries;
  /** Users' plugins that are loaded, for the record. */
  readonly plugins: readonly LoadedPlugin[];
  /** Access to the data folder. */
  readonly files: Files;
  /** How often history and checkpoints are written. */
  readonly output: OutputSettings;
  /** The run's folder; the caller has claimed it. */
  readonly store: RunFolder;
  /** The machine, for the record. */
  readonly environment: Environment;
  /** Name of the experiment. */
  readonly experiment: string;
  /** Aborted to stop after the current step, with a checkpoint. */
  readonly stop?: AbortSignal;
}

/** The run begins, or goes on from a checkpoint. */
export interface StartEvent {
  /** Which event this is. */
  readonly type: "start";
  /** Run id. */
  readonly id: string;
  /** Row label. */
  readonly row: string;
  /** Seed of the replicate. */
  readonly seed: number;
  /** The backend that runs it. */
  readonly backend: BackendInfo;
  /** Steps of the whole run. */
  readonly steps: number;
  /** Steps done before, by the run that was interrupted. */
  readonly resumedAt: number;
}

/** One step is done. */
export interface ProgressEvent extends StepEvent {
  /** Which event this is. */
  readonly type: "step";
  /** Steps of the whole run. */
  readonly steps: number;
  /** Training time so far, interruptions left out. */
  readonly seconds: number;
  /** Throughput of this process since it began to train. */
  readonly imagesPerSecond: number;
}

/** Part of an evaluation's images are embedded. */
export interface EvaluateEvent {
  /** Which event this is. */
  readonly type: "evaluate";
  /** Name of the evaluation. */
  readonly name: string;
  /** Images embedded so far. */
  readonly done: number;
  /** Images in all. */
  readonly total: number;
}

/** What a run tells while it works; the last event is `end` or `interrupted`. */
export type RunEvent =
  | StartEvent
  | ProgressEvent
  | EvaluateEvent
  | { readonly type: "interrupted"; readonly step: number }
  | { readonly type: "end"; readonly record: RunRecord };

/** What the record needs, filled in as the run gets there. */
interface Progress {
  backend?: BackendInfo;
  training?: ImageSet;
  evaluations?: readonly (ImageSet | PairSet)[];
  model?: Model;
  last?: StepEvent;
  metrics: RecordedMetric[];
}

/**
 * Trains and evaluates one run, resuming from its checkpoint if there is one; its record is written at the end.
 *
 * A run that diverges, or fails on its way, ends with a record that says so; the error is not thrown.
 *
 * @throws {MissingDataError} if data is not there; nothing is recorded.
 * @throws {RangeError} if the backend that the manifest names is not available; nothing is recorded.
 */
export async function* executeRun(options: RunOptions): AsyncGenerator<RunEvent> {
  const { planned, store, stop } = options;
  const startedAt = new Date().toISOString();
  const watch = new Stopwatch();
  const progress: Progress = { metrics: [], backend: await useBackend(planned.run.backend) };
  const finish = async (status: RunRecord["status"], error: Error | null, weightsSha256: string | null) => {
    const diagnostics = diagnose(progress.last, error, weightsSha256);
    const outcome = { status, error: error?.message ?? null, diagnostics, startedAt };
    const record = makeRecord(options, progress, watch, outcome);
    await store.writeRecord(record);
    return { type: "end", record } as const;
  };
  try {
    await openData(options, progress);
    const model = progress.model = createModel(planned.run, options.registries, progress.training!);
    for await (const event of trainFromCheckpoint(options, progress, watch)) {
      yield event;
      if (event.type === "step" && stop?.aborted && event.step < event.steps) {
        await checkpoint(options, model, event.step);
        return yield { type: "interrupted", step: event.step };
      }
    }
    yield* evaluateAll(options, progress);
    const { backbone, head } = model.groups;
    const weights = await readParameters({ backbone: backbone!, head: head! });
    const hash = createHash("sha256").update(encodeSafeTensors({ tensors: weights, metadata: {} }));
    yield await finish("completed", null, hash.digest("hex"));
    await store.removeCheckpoint();
  } catch (error) {
    if (error instanceof MissingDataError) throw error;
    yield await finish(error instanceof DivergenceError ? "diverged" : "failed", error as Error, null);
  } finally {
    progress.model?.dispose();
  }
}

async function openData({ planned: { run }, registries, files }: RunOptions, progress: Progress): Promise<void> {
  progress.training = await openImages(run.data.train, registries, files);
  const evaluations: (ImageSet | PairSet)[] = [];
  for (const { data } of run.evaluate) evaluations.push(await openReader(data, registries, files));
  progress.evaluations = evaluations;
}

/** Training events from the newest checkpoint on, with history lines and periodic checkpoints written on the way. */
async function* trainFromCheckpoint(
  options: RunOptions,
  progress: Progress,
  watch: Stopwatch,
): AsyncGenerator<StartEvent | ProgressEvent> {
  const { planned: { id, row, seed, run }, store, output, registries } = options;
  const model = progress.model!, { steps, batchSize } = run.train;
  const stored = await store.readCheckpoint();
  const from = stored ? loadCheckpoint(stored, model.groups, id).step : 0;
  await store.truncateHistory(from);
  watch.startTraining(from, Number((await store.readHistory()).at(-1)?.seconds ?? 0));
  yield { type: "start", id, row, seed, backend: progress.backend!, steps, resumedAt: from };
  for await (const step of trainModel(run, registries, model, progress.training!, from)) {
    progress.last = step;
    const { seconds, imagesPerSecond } = watch.lap(step.step, batchSize);
    if (step.step % output.logEvery === 0 || step.step === steps) await store.appendHistory({ ...step, seconds });
    yield { type: "step", ...step, steps, seconds, imagesPerSecond };
    const { checkpointEvery } = output;
    if (checkpointEvery > 0 && step.step % checkpointEvery === 0 && step.step < steps) {
      await checkpoint(options, model, step.step);
    }
  }
}

async function checkpoint({ planned, store }: RunOptions, model: Model, step: number): Promise<void> {
  await store.writeCheckpoint(await saveCheckpoint(model.groups, { step, run: planned.id }));
}

async function* evaluateAll(options: RunOptions, progress: Progress): AsyncGenerator<EvaluateEvent> {
  for (const [i, section] of options.planned.run.evaluate.entries()) {
    const set = progress.evaluations![i]!;
    for await (const event of evaluateModel(section, options.registries, progress.model!.backbone, set)) {
      yield { type: "evaluate", name: event.name, done: event.done, total: event.total };
      if (event.metrics) progress.metrics.push(...event.metrics);
      if (event.scores) await options.store.writeScores(event.name, event.scores);
    }
  }
}

function diagnose(last: StepEvent | undefined, error: Error | null, weightsSha256: string | null): RecordedDiagnostics {
  const entries = Object.entries(last?.statistics ?? {}).map(([name, value]) => [name, finite(value)]);
  return {
    finalLoss: last ? finite(last.loss) : null,
    gradientNorm: last ? finite(last.gradientNorm) : null,
    statistics: Object.fromEntries(entries),
    weightsSha256,
    ...error instanceof DivergenceError ? { firstBadTensor: error.tensor, divergedAtStep: error.step } : {},
  };
}

function makeRecord(
  { planned, plugins, environment, experiment, registries }: RunOptions,
  { backend, training, evaluations, model, last, metrics }: Progress,
  watch: Stopwatch,
  outcome: Pick<RunRecord, "status" | "error" | "diagnostics" | "startedAt">,
): RunRecord {
  const { id, row, seed, run, identity } = planned;
  const [name, params] = split(run.backbone);
  const counted = training && registries.backbone.get(name).cost(params, training.shape);
  return {
    schemaVersion: RECORD_SCHEMA_VERSION,
    id,
    experiment,
    row,
    seed,
    status: outcome.status,
    error: outcome.error,
    manifest: run,
    identity,
    backend: backend ?? null,
    environment,
    plugins,
    data: [
      ...training ? [recordData("train", training)] : [],
      ...(evaluations ?? []).map((set, i) => recordData(run.evaluate[i]!.name, set)),
    ],
    backbone: counted && model
      ? {
        name,
        parameters: counted.parameters,
        trainableParameters: counted.trainableParameters,
        multiplyAdds: counted.multiplyAdds,
        embedding: counted.embedding,
      }
      : null,
    cost: { steps: last?.step ?? 0, ...watch.total() },
    metrics: outcome.status === "completed" ? metrics : [],
    diagnostics: outcome.diagnostics,
    startedAt: outcome.startedAt,
    finishedAt: new Date().toISOString(),
  };
}
