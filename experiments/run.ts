/**
 * Executes one planned run: the only place where plugins meet. Yields events; writes through the run's folder alone.
 *
 * @module
 */
import { type Files, MissingDataError, type Prepare } from "../datasets/mod.ts";
import { checkPairs } from "../evaluation/mod.ts";
import { boundaryAngle } from "../losses/mod.ts";
import type { Registries } from "../registry/builtins.ts";
import { useBackend } from "../tensor/backend.ts";
import { checkDevice } from "../tensor/device.ts";
import { type CheckpointState, loadCheckpoint, saveCheckpoint, type StepEvent } from "../training/mod.ts";
import { AngleHistograms, angleWindows } from "./angle_windows.ts";
import { modelClassWeights } from "./class_weights.ts";
import { openImages, openReader } from "./data.ts";
import { evaluateAll } from "./evaluate.ts";
import { evaluationProblems, type EvaluationTask } from "./evaluation_checks.ts";
import { createModel, trainModel } from "./model.ts";
import type { Environment, RecordedBackend, RecordedDrift, RecordedWeights, RunRecord } from "./record.ts";
import type { LoadedPlugin, OutputSettings, PlannedRun } from "./resolved.ts";
import { makeRecord, marginOf, type Outcome, type Progress } from "./run_record.ts";
import { readStart, readWeights, weightsDigest, weightsFile } from "./run_weights.ts";
import { Stopwatch } from "./stopwatch.ts";
import type { Products } from "../tensor/kernels/wasm/products.ts";
import type { RunFolder, TileCache } from "./store.ts";
import { isRefusedWrite } from "./store/refused_write.ts";
import { tuneBackend } from "./tiles.ts";
import { nextTurn } from "./turn.ts";

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
  /** Where images are prepared; by default in this thread. */
  readonly prepare?: Prepare;
  /** Bytes of prepared images that a data set may keep; by default 256 MiB. */
  readonly cacheBytes?: number;
  /** How often history and checkpoints are written. */
  readonly output: OutputSettings;
  /** The run's folder; the caller has claimed it. */
  readonly store: RunFolder;
  /** The machine, for the record. */
  readonly environment: Environment;
  /** Name of the experiment. */
  readonly experiment: string;
  /** What has changed since the run was planned, where it was told to go on. */
  readonly drift?: RecordedDrift;
  /** Library of matrix products for the WASM backend. */
  readonly products?: Products;
  /** Tiles of WebGPU adapters that trials found; without it there is no trial. */
  readonly tiles?: TileCache;
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
  readonly backend: RecordedBackend;
  /** Steps of the whole run. */
  readonly steps: number;
  /** Steps done before, by the run that was interrupted. */
  readonly resumedAt: number;
  /** Weights that the backbone started from, or `null`. */
  readonly weights: RecordedWeights | null;
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

/**
 * Trains and evaluates one run, resuming from its checkpoint if there is one; its record is written at the end.
 *
 * A run that diverges, or fails on its way, ends with a record that says so; the error is not thrown.
 *
 * @throws {MissingDataError} if data is not there; nothing is recorded.
 * @throws {RangeError} if the backend that the manifest names is not available; nothing is recorded.
 * @throws {Error} of the system if the results folder takes no more, as where the disk is full; what was written stays.
 */
export async function* executeRun(options: RunOptions): AsyncGenerator<RunEvent> {
  const { planned: { run }, store, registries } = options;
  const startedAt = new Date().toISOString();
  const watch = new Stopwatch();
  const progress: Progress = { metrics: [], curves: [], backend: await startBackend(options) };
  const finish = async (outcome: Omit<Outcome, "startedAt">) => {
    const record = makeRecord(options, progress, watch, { startedAt, ...outcome });
    await store.syncHistory();
    await store.writeRecord(record);
    return { type: "end", record } as const;
  };
  let end: Extract<RunEvent, { readonly type: "end" }>;
  try {
    await openData(options, progress);
    const load = run.weights === null ? undefined : await readStart(run.weights, options.files, progress.training!);
    const model = progress.model = createModel(run, registries, progress.training!, {
      ...load ? { load: (parameters) => void (progress.weights = load(parameters)) } : {},
    });
    const interrupted = (yield* trainFromCheckpoint(options, progress, watch)) ||
      (yield* evaluateRun(options, progress));
    if (interrupted) return yield { type: "interrupted", step: progress.last?.step ?? 0 };
    const weights = await readWeights(model);
    if (options.output.weights) {
      await store.writeWeights(weightsFile(weights, model, options.planned, progress.training!));
    }
    end = await finish({ weightsSha256: weightsDigest(weights) });
  } catch (error) {
    if (error instanceof MissingDataError || isRefusedWrite(error)) throw error;
    end = await finish({ error });
  } finally {
    progress.model?.dispose();
  }
  // What goes wrong from here on must not take the place of the record.
  if (end.record.status === "completed") await store.removeCheckpoint();
  yield end;
}

/** Starts the backend that a run asks for. */
async function startBackend({ planned: { run }, products, tiles }: RunOptions): Promise<RecordedBackend> {
  const { backend, train: { precision } } = run;
  const started = await tuneBackend(await useBackend(backend, products ? { products } : {}), tiles);
  if (precision === "f16" && started.name !== "webgpu") {
    throw new RangeError(`Cannot use precision f16 on ${started.name}: wanted webgpu (${started.reason})`);
  }
  return { ...started, blas: started.name === "wasm" ? products?.name ?? null : null };
}

/** Opens all data and checks that the evaluations can be embedded by what is trained. */
async function openData(
  { planned: { run }, registries, files, prepare, cacheBytes }: RunOptions,
  progress: Progress,
): Promise<void> {
  const access = { files, ...prepare ? { prepare } : {}, ...cacheBytes === undefined ? {} : { cacheBytes } };
  const training = progress.training = await openImages(run.data.train, registries, access);
  const { shape, normalise } = training, weightedClasses = training.classes.length;
  const facts = { shape, normalise, known: "data.train", weightedClasses };
  const tasks: EvaluationTask[] = [];
  for (const section of run.evaluate) {
    const task = { section, set: await openReader(section.data, registries, access) };
    if (task.set.gives === "pairs") checkPairs(task.set, task.set.images.length);
    const [problem] = evaluationProblems(task, registries, facts);
    if (problem) throw new TypeError(problem);
    tasks.push(task);
  }
  progress.evaluations = tasks;
}

/** Training events from the newest checkpoint on; ends with whether it was interrupted. */
async function* trainFromCheckpoint(
  options: RunOptions,
  progress: Progress,
  watch: Stopwatch,
): AsyncGenerator<StartEvent | ProgressEvent, boolean> {
  const { planned: { id, row, seed, run }, store, output, registries, stop } = options;
  const { steps, batchSize } = run.train, { checkpointEvery } = output;
  const resumed = await restore(options, progress), from = resumed?.step ?? 0;
  await store.truncateHistory(from);
  const history = await store.readHistory();
  const margin = marginOf(run, registries), limit = margin && boundaryAngle(margin);
  const angles = progress.angles = new AngleHistograms(angleWindows(steps, batchSize), limit);
  angles.restore(history);
  watch.startTraining(from, resumed?.seconds ?? 0);
  if (from > 0 && from === steps) progress.last = history.at(-1) as unknown as StepEvent;
  yield {
    type: "start",
    id,
    row,
    seed,
    backend: progress.backend,
    steps,
    resumedAt: from,
    weights: progress.weights ?? null,
  };
  const due = (step: number) => checkpointEvery > 0 && step % checkpointEvery === 0;
  const pace = { from, logEvery: output.logEvery, pauseAt: due, watchAngles: angles.watches, ...stop ? { stop } : {} };
  for await (const event of trainModel(run, registries, progress.model!, progress.training!, pace)) {
    const { targetAngles, ...step } = event;
    progress.last = step;
    const { seconds, imagesPerSecond } = watch.lap(step.step, batchSize);
    const final = step.step === steps;
    // A checkpoint between two lines gets one of its own, if angles would be lost.
    if (targetAngles || step.step % output.logEvery === 0 || final) {
      await store.appendHistory({
        ...step,
        seconds,
        ...targetAngles ? { targetAngles: angles.count(targetAngles) } : {},
      });
    }
    yield { type: "step", ...step, steps, seconds, imagesPerSecond };
    await nextTurn();
    // The end of training is worth a checkpoint: an evaluation can fail, on data that is damaged, say.
    if ((final ? run.evaluate.length > 0 : due(step.step)) || stop?.aborted) {
      await checkpoint(options, progress, { step: step.step, seconds });
    }
    if (stop?.aborted) return true;
  }
  progress.model!.average?.apply();
  return false;
}

/** Puts the newest readable checkpoint into the model; a damaged one gives way to the one before. */
async function restore({ planned, store }: RunOptions, progress: Progress): Promise<CheckpointState | undefined> {
  const expected = { run: planned.id, backend: describeBackend(progress.backend) };
  const load = (bytes: Uint8Array) => loadCheckpoint(bytes, progress.model!.groups, expected);
  const newest = await store.readCheckpoint();
  if (!newest) return undefined;
  let state: CheckpointState;
  try {
    state = load(newest);
  } catch (error) {
    const previous = error instanceof SyntaxError ? await store.readCheckpoint("previous") : undefined;
    if (!previous) throw error;
    state = load(previous);
  }
  return state;
}

async function checkpoint(
  { planned, store }: RunOptions,
  { model, backend }: Progress,
  at: { step: number; seconds: number },
): Promise<void> {
  const state = { ...at, run: planned.id, backend: describeBackend(backend) };
  const bytes = await saveCheckpoint(model!.groups, state);
  checkDevice();
  // A checkpoint counts on the lines of all steps up to its own.
  await store.syncHistory();
  await store.writeCheckpoint(bytes);
}

/** Everything that decides the last bits, in words: a run that is resumed goes on with the same. */
function describeBackend({ name, adapter, blas, flags }: RecordedBackend): string {
  if (name === "wasm") return `wasm (${blas ?? "own kernels"})`;
  return name === "webgpu" ? `webgpu (${adapter}, tile ${flags.tile})` : name;
}

/** Evaluates one after the other; ends with whether it was interrupted. */
async function* evaluateRun(options: RunOptions, progress: Progress): AsyncGenerator<EvaluateEvent, boolean> {
  const { registries, store, stop } = options, model = progress.model!;
  const evaluated = { backbone: model.backbone, classWeights: () => modelClassWeights(model) };
  for await (
    const event of evaluateAll(progress.evaluations!, { registries, model: evaluated, scratch: store.path })
  ) {
    yield { type: "evaluate", name: event.name, done: event.done, total: event.total };
    await nextTurn();
    if (stop?.aborted) return true;
    if (event.metrics) progress.metrics.push(...event.metrics);
    for (const curve of event.curves ?? []) progress.curves.push({ evaluation: event.name, ...curve });
    if (event.scores) await store.writeScores(event.name, event.scores);
    for (const [list, names] of Object.entries(event.lists ?? {})) await store.writeList(event.name, list, names);
  }
  return false;
}
