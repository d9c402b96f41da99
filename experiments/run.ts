/**
 * Executes one planned run: the only place where plugins meet. Yields events; writes through the run's folder alone.
 *
 * @module
 */
import { type Files, MissingDataError, type Prepare } from "../datasets/mod.ts";
import { checkPairs } from "../evaluation/mod.ts";
import { boundaryAngle } from "../losses/mod.ts";
import type { Registries } from "../registry/builtins.ts";
import { KINDS } from "../registry/registries.ts";
import { useBackend } from "../tensor/backend.ts";
import { checkDevice } from "../tensor/device.ts";
import {
  type CheckpointState,
  loadCheckpoint,
  saveCheckpoint,
  type StepAngles,
  type StepEvent,
} from "../training/mod.ts";
import { AngleHistograms, angleWindows } from "./angle_windows.ts";
import { modelClassWeights } from "./class_weights.ts";
import { openImages, openReader } from "./data.ts";
import { evaluateAll } from "./evaluate.ts";
import { evaluationProblems, type EvaluationTask } from "./evaluation_checks.ts";
import { createModel, type Model, trainModel } from "./model.ts";
import { ReadLog, watchReads } from "./reads.ts";
import { Receipt, RECEIPT_STEPS } from "./receipt.ts";
import type { Environment, RecordedBackend, RecordedDrift } from "./record.ts";
import type { LoadedPlugin, OutputSettings, PlannedRun } from "./resolved.ts";
import { notesOf, restoreNotes } from "./run_notes.ts";
import { makeRecord, marginOf, type Outcome, type Progress } from "./run_record.ts";
import { readStart, readWeights, weightsDigest, weightsFile } from "./run_weights.ts";
import type { EvaluateEvent, ProgressEvent, RunEvent, StartEvent } from "./run_events.ts";
import { Stopwatch } from "./stopwatch.ts";
import type { Products } from "../tensor/kernels/wasm/products.ts";
import type { RunFolder, TileCache } from "./store.ts";
import { tuneBackend } from "./tiles.ts";
import { nextTurn } from "./turn.ts";
import { checkReads } from "./unread.ts";

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
  /** Reads of the readers' parameters, where `registries` have readers that note them: those of a sweep do. */
  readonly reads?: ReadLog;
  /** Library of matrix products for the WASM backend. */
  readonly products?: Products;
  /** Tiles of WebGPU adapters that trials found; without it there is no trial. */
  readonly tiles?: TileCache;
  /** Aborted to stop after the current step, with a checkpoint. */
  readonly stop?: AbortSignal;
}

/**
 * Trains and evaluates one run, resuming from its checkpoint if there is one; its record is written at the end.
 *
 * A run that diverges, or fails on its way, ends with a record that says so; the error is not thrown.
 *
 * @throws {MissingDataError} if data is not there; nothing is recorded.
 * @throws {RangeError} if the backend that the manifest names is not available; nothing is recorded.
 */
export async function* executeRun(given: RunOptions): AsyncGenerator<RunEvent> {
  const reads = new ReadLog(), kinds = KINDS.filter((kind) => kind !== "reader" || !given.reads);
  const options = { ...given, registries: watchReads(given.registries, reads, kinds) };
  const { planned: { run }, store, registries } = options;
  const startedAt = new Date().toISOString();
  const watch = new Stopwatch();
  const progress: Progress = { metrics: [], curves: [], reads, backend: await startBackend(options) };
  const finish = async (outcome: Omit<Outcome, "startedAt">) => {
    const record = makeRecord(options, progress, watch, { startedAt, ...outcome });
    await store.writeRecord(record);
    return { type: "end", record } as const;
  };
  try {
    await openData(options, progress);
    const load = run.weights === null ? undefined : await readStart(run.weights, options.files, progress.training!);
    const make = () =>
      createModel(run, registries, progress.training!, {
        ...load ? { load: (parameters) => void (progress.weights = load(parameters)) } : {},
      });
    const interrupted = (yield* trainFromCheckpoint(options, progress, { watch, make })) ||
      (yield* evaluateRun(options, progress));
    if (interrupted) return yield { type: "interrupted", step: progress.saved ?? 0 };
    progress.unread = checkReads(run, given.registries, reads.with(given.reads), progress.readsKnown !== false);
    const model = progress.model!, weights = await readWeights(model);
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

/** Training events from the newest checkpoint on; ends with whether it was interrupted. */
async function* trainFromCheckpoint(
  options: RunOptions,
  progress: Progress,
  { watch, make }: { readonly watch: Stopwatch; readonly make: () => Model },
): AsyncGenerator<StartEvent | ProgressEvent, boolean> {
  const { planned: { id, row, seed, run }, store, output, registries, stop } = options;
  const { steps, batchSize } = run.train, { checkpointEvery } = output;
  progress.model = make();
  const resumed = await restore(options, progress), from = resumed?.step ?? 0;
  progress.saved = from;
  await store.truncateHistory(from);
  const history = await store.readHistory();
  const margin = marginOf(run, registries), limit = margin && boundaryAngle(margin);
  const angles = progress.angles = new AngleHistograms(angleWindows(steps, batchSize), limit);
  angles.restore(history);
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
  const twice = from > 0 ? 0 : Math.min(output.receipt ?? RECEIPT_STEPS, steps);
  const remake = () => {
    progress.model?.dispose();
    delete progress.model;
    progress.model = make();
  };
  // Until the first steps are compared, what is saved is the start: the next process takes the receipt anew.
  const saveStart = async () => {
    remake();
    await checkpoint(options, progress, { step: 0, seconds: 0 });
    return true;
  };
  const receipt = new Receipt(twice);
  if (twice > 0) {
    const pace = { from: 0, ...stop ? { stop } : {} };
    await receipt.first(progress.model, trainModel(run, registries, progress.model, progress.training!, pace), stop);
    if (stop?.aborted) return await saveStart();
    remake();
  }
  watch.startTraining(from, resumed?.seconds ?? 0);
  const due = (step: number) => checkpointEvery > 0 && step % checkpointEvery === 0 && step >= twice;
  const pauseAt = (step: number) => due(step) || step <= twice;
  const pace = { from, logEvery: output.logEvery, pauseAt, watchAngles: angles.watches, ...stop ? { stop } : {} };
  let held: readonly StepAngles[] = [];
  for await (const event of trainModel(run, registries, progress.model, progress.training!, pace)) {
    const { targetAngles: own = [], ...step } = event, targetAngles = [...held, ...own];
    held = [];
    progress.last = step;
    const { seconds, imagesPerSecond } = watch.lap(step.step, batchSize);
    const final = step.step === steps, logged = final || step.step % output.logEvery === 0;
    const taken = await receipt.second(progress.model, step);
    if (taken) progress.receipt = taken;
    if (step.step <= twice && !logged && !due(step.step) && !stop?.aborted) {
      held = targetAngles;
      continue;
    }
    // A checkpoint between two lines gets one of its own, if angles would be lost.
    if (targetAngles.length > 0 || logged) {
      await store.appendHistory({
        ...step,
        seconds,
        ...targetAngles.length > 0 ? { targetAngles: angles.count(targetAngles) } : {},
      });
    }
    yield { type: "step", ...step, steps, seconds, imagesPerSecond };
    await nextTurn();
    // The end of training is worth a checkpoint: an evaluation can fail, on data that is damaged, say.
    if (stop?.aborted && step.step < twice) return await saveStart();
    if ((final ? run.evaluate.length > 0 : due(step.step)) || stop?.aborted) {
      await checkpoint(options, progress, { step: step.step, seconds });
    }
    if (stop?.aborted) return true;
  }
  progress.model.average?.apply();
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
  restoreNotes(state.notes, progress);
  return state;
}

async function checkpoint(
  options: RunOptions,
  progress: Progress,
  at: { step: number; seconds: number },
): Promise<void> {
  const { planned, store, reads } = options, { model, backend } = progress;
  const state = { ...at, run: planned.id, backend: describeBackend(backend), notes: notesOf(progress, reads) };
  const bytes = await saveCheckpoint(model!.groups, state);
  checkDevice();
  await store.writeCheckpoint(bytes);
  progress.saved = at.step;
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
    if (event.pairs) await store.writePairs(event.pairs.digest, event.pairs.pairs);
    for (const [list, names] of Object.entries(event.lists ?? {})) await store.writeList(event.name, list, names);
  }
  return false;
}
