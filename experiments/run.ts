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
import type { Environment, RecordedBackend, RecordedDrift } from "./record.ts";
import type { LoadedPlugin, OutputSettings, PlannedRun } from "./resolved.ts";
import { makeRecord, marginOf, type Outcome, type Progress } from "./run_record.ts";
import type { EvaluateEvent, RunEvent } from "./run_events.ts";
import { readStart, readWeights, weightsDigest, weightsFile } from "./run_weights.ts";
import { Stopwatch } from "./stopwatch.ts";
import type { Products } from "../tensor/kernels/wasm/products.ts";
import type { RunFolder, TileCache } from "./store.ts";
import { atRung, type EarlyEnd } from "./stopping/at_rung.ts";
import { isRung, type Stopping } from "./stopping/rule.ts";
import { tuneBackend } from "./tiles.ts";
import { nextTurn } from "./turn.ts";

export type { EvaluateEvent, ProgressEvent, RunEvent, StartEvent } from "./run_events.ts";

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
  /** The plan's rule for stopping early. */
  readonly stopping?: Stopping;
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
  const { planned: { run }, store, registries } = options;
  const startedAt = new Date().toISOString();
  const watch = new Stopwatch();
  const progress: Progress = { metrics: [], curves: [], backend: await startBackend(options) };
  const finish = async (outcome: Omit<Outcome, "startedAt">) => {
    const record = makeRecord(options, progress, watch, { startedAt, ...outcome });
    await store.writeRecord(record);
    return { type: "end", record } as const;
  };
  try {
    await openData(options, progress);
    const load = run.weights === null ? undefined : await readStart(run.weights, options.files, progress.training!);
    const model = progress.model = createModel(run, registries, progress.training!, {
      ...load ? { load: (parameters) => void (progress.weights = load(parameters)) } : {},
    });
    const early = (yield* trainFromCheckpoint(options, progress, watch)) ?? (yield* evaluateRun(options, progress));
    if (typeof early === "string") return yield { type: early, step: progress.last?.step ?? 0 };
    // Its checkpoint stays, for plans without this rule.
    if (early) return yield await finish({ stopped: early });
    const weights = await readWeights(model);
    if (options.output.weights) {
      await store.writeWeights(weightsFile(weights, model, options.planned, progress.training!));
    }
    yield await finish({ weightsSha256: weightsDigest(weights) });
    await store.removeCheckpoint();
  } catch (error) {
    if (error instanceof MissingDataError) throw error;
    yield await finish({ error });
  } finally {
    progress.model?.dispose();
  }
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

/** Training events from the newest checkpoint on; ends with how it ended before its last step. */
async function* trainFromCheckpoint(
  options: RunOptions,
  progress: Progress,
  watch: Stopwatch,
): AsyncGenerator<RunEvent, EarlyEnd | undefined> {
  const { planned: { id, row, seed, run }, store, output, registries, stop, stopping } = options;
  const { steps, batchSize } = run.train, { checkpointEvery } = output;
  const resumed = await restore(options, progress), from = resumed?.step ?? 0;
  await store.truncateHistory(from);
  const history = await store.readHistory();
  const margin = marginOf(run, registries), limit = margin && boundaryAngle(margin);
  const angles = progress.angles = new AngleHistograms(angleWindows(steps, batchSize), limit);
  angles.restore(history);
  watch.startTraining(from, resumed?.seconds ?? 0);
  if (from > 0 && history.at(-1)?.["step"] === from) progress.last = history.at(-1) as unknown as StepEvent;
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
  const there = yield* atRung(options, progress, { step: from, arrived: false });
  if (there || stop?.aborted) return there ?? "interrupted";
  const due = (step: number) => checkpointEvery > 0 && step % checkpointEvery === 0;
  const rung = (step: number) => stopping !== undefined && isRung(stopping.section, step);
  const pauseAt = (step: number) => due(step) || rung(step);
  const pace = { from, logEvery: output.logEvery, pauseAt, watchAngles: angles.watches, ...stop ? { stop } : {} };
  for await (const event of trainModel(run, registries, progress.model!, progress.training!, pace)) {
    const { targetAngles, ...step } = event;
    progress.last = step;
    const { seconds, imagesPerSecond } = watch.lap(step.step, batchSize);
    const final = step.step === steps;
    // A checkpoint between two lines gets one of its own, if angles would be lost.
    if (targetAngles || step.step % output.logEvery === 0 || rung(step.step) || final) {
      await store.appendHistory({
        ...step,
        seconds,
        ...targetAngles ? { targetAngles: angles.count(targetAngles) } : {},
      });
    }
    yield { type: "step", ...step, steps, seconds, imagesPerSecond };
    await nextTurn();
    const resume = watch.leaveOut();
    const ended = stop?.aborted ? undefined : yield* atRung(options, progress, { step: step.step, arrived: true });
    resume();
    // The end of training is worth a checkpoint: an evaluation can fail, on data that is damaged, say.
    if ((final ? run.evaluate.length > 0 : due(step.step)) || ended || stop?.aborted) {
      await checkpoint(options, progress, { step: step.step, seconds });
    }
    if (ended || stop?.aborted) return ended ?? "interrupted";
  }
  progress.model!.average?.apply();
  return undefined;
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
  await store.writeCheckpoint(bytes);
}

/** Everything that decides the last bits, in words: a run that is resumed goes on with the same. */
function describeBackend({ name, adapter, blas, flags }: RecordedBackend): string {
  if (name === "wasm") return `wasm (${blas ?? "own kernels"})`;
  return name === "webgpu" ? `webgpu (${adapter}, tile ${flags.tile})` : name;
}

/** Evaluates one after the other; ends with whether it was interrupted. */
async function* evaluateRun(
  options: RunOptions,
  progress: Progress,
): AsyncGenerator<EvaluateEvent, "interrupted" | undefined> {
  const { registries, store, stop } = options, model = progress.model!;
  const evaluated = { backbone: model.backbone, classWeights: () => modelClassWeights(model) };
  for await (
    const event of evaluateAll(progress.evaluations!, { registries, model: evaluated, scratch: store.path })
  ) {
    yield { type: "evaluate", name: event.name, done: event.done, total: event.total };
    await nextTurn();
    if (stop?.aborted) return "interrupted";
    if (event.metrics) progress.metrics.push(...event.metrics);
    for (const curve of event.curves ?? []) progress.curves.push({ evaluation: event.name, ...curve });
    if (event.scores) await store.writeScores(event.name, event.scores);
    if (event.pairs) await store.writePairs(event.pairs.digest, event.pairs.pairs);
    for (const [list, names] of Object.entries(event.lists ?? {})) await store.writeList(event.name, list, names);
  }
  return undefined;
}
