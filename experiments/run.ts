/**
 * Executes one planned run: the only place where plugins meet. Yields events; writes through the run's folder alone.
 *
 * @module
 */
import { type Files, MissingDataError, type Prepare } from "../datasets/mod.ts";
import { checkPairs } from "../evaluation/mod.ts";
import type { Registries } from "../registry/builtins.ts";
import { KINDS } from "../registry/registries.ts";
import { useBackend, type WasmPath } from "../tensor/backend.ts";
import { ResumeRefusedError } from "../training/mod.ts";
import { modelClassWeights } from "./class_weights.ts";
import { openImages, openReader } from "./data.ts";
import { evaluateAll } from "./evaluate.ts";
import { evaluationProblems, type EvaluationTask } from "./evaluation_checks.ts";
import { createModel, type Model } from "./model.ts";
import { embedPlane, type Plane } from "./plane.ts";
import { ReadLog, watchReads } from "./reads.ts";
import type { Environment, RecordedBackend, RecordedDrift } from "./record.ts";
import type { LoadedPlugin, OutputSettings, PlannedRun } from "./resolved.ts";
import { makeRecord, type Outcome, type Progress } from "./run_record.ts";
import { tellRefusal } from "./resume.ts";
import { readStart, readWeights, weightsDigest, weightsFile } from "./run_weights.ts";
import type { EvaluateEvent, RunEvent } from "./run_events.ts";
import { trainFromCheckpoint } from "./run_training.ts";
import { Stopwatch } from "./stopwatch.ts";
import type { Products } from "../tensor/kernels/wasm/products.ts";
import type { RunStore } from "./run_store.ts";
import type { TileCache } from "./store.ts";
import { RunBusyError } from "./store/busy.ts";
import { isRefusedWrite } from "./store/refused_write.ts";
import type { Stopping } from "./stopping/rung.ts";
import { tuneBackend } from "./tiles.ts";
import { nextTurn } from "./turn.ts";
import { checkReads } from "./unread.ts";

export type { EvaluateEvent, MeasureEvent, ProgressEvent, RunEvent, SinkEvent, StartEvent } from "./run_events.ts";

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
  readonly store: RunStore;
  /** The machine, for the record. */
  readonly environment: Environment;
  /** Name of the experiment. */
  readonly experiment: string;
  /** What has changed since the run was planned, where it was told to go on. */
  readonly drift?: RecordedDrift;
  /** Reads of the readers' parameters, where `registries` have readers that note them: those of a sweep do. */
  readonly reads?: ReadLog;
  /** Where the WASM backend finds its binaries; by default in the installed package. */
  readonly wasmPath?: WasmPath;
  /** Library of matrix products for the WASM backend. */
  readonly products?: Products;
  /** Tiles of WebGPU adapters that trials found; without it there is no trial. */
  readonly tiles?: TileCache;
  /** Backend of the checkpoint or of the run that is done again, as `describeBackend` tells it: its tile is taken. */
  readonly made?: string;
  /** Aborted to stop after the current step, with a checkpoint. */
  readonly stop?: AbortSignal;
  /** The plan's rule for stopping early. */
  readonly stopping?: Stopping;
}

/**
 * Trains and evaluates one run, resuming from its checkpoint if there is one; its record is written at the end.
 *
 * A run that diverges, or fails on its way, ends with a record that says so; the error is not thrown. One that cannot go
 * on from its checkpoint here ends with `refused`, and nothing is recorded.
 *
 * @throws {MissingDataError} if data is not there; nothing is recorded.
 * @throws {RangeError} if the backend that the manifest names is not available; nothing is recorded.
 * @throws {RunBusyError} if another process has taken the run over; nothing is written from then on.
 * @throws {Error} of the system if the results folder takes no more, as where the disk is full; what was written stays.
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
    await store.syncHistory();
    await store.writeRecord(record);
    return { type: "end", record } as const;
  };
  let end: Extract<RunEvent, { readonly type: "end" }>;
  try {
    await openData(options, progress);
    const load = run.weights === null ? undefined : await readStart(run.weights, options.files, progress.training!);
    const make = () =>
      createModel(run, registries, progress.training!, {
        ...load ? { load: (parameters) => void (progress.weights = load(parameters)) } : {},
      });
    const early = (yield* trainFromCheckpoint(options, progress, { watch, make })) ??
      (yield* evaluateRun(options, progress));
    if (typeof early === "string") return yield { type: early, step: progress.saved ?? 0 };
    // Its checkpoint stays, for plans without this rule.
    if (early) end = await finish({ stopped: early });
    else {
      progress.unread = checkReads(run, given.registries, reads.with(given.reads), progress.readsKnown !== false);
      const model = progress.model!, weights = await readWeights(model);
      if (options.output.weights) {
        await store.writeWeights(weightsFile(weights, model, options.planned, progress.training!));
      }
      const weightsSha256 = weightsDigest(weights);
      if (model.backbone.embedding === 2) await store.writePlane(await planeOf(model, progress, weightsSha256));
      end = await finish({ weightsSha256 });
    }
  } catch (error) {
    if (error instanceof MissingDataError || error instanceof RunBusyError || isRefusedWrite(error)) throw error;
    if (error instanceof ResumeRefusedError) return yield { type: "refused", error: tellRefusal(error, store) };
    end = await finish({ error });
  } finally {
    progress.model?.dispose();
  }
  // What goes wrong from here on must not take the place of the record.
  if (end.record.status === "completed") await store.removeCheckpoint();
  yield end;
}

/** What a network into the plane makes of its training images. */
async function planeOf(model: Model, { training }: Progress, weightsSha256: string): Promise<Plane> {
  const { backbone } = model, classWeights = await modelClassWeights(model);
  return await embedPlane({ backbone, training: training!, classWeights, weightsSha256 });
}

/** Starts the backend that a run asks for. */
async function startBackend(
  { planned: { run }, wasmPath, products, tiles, made }: RunOptions,
): Promise<RecordedBackend> {
  const { backend, train: { precision } } = run;
  const started = await tuneBackend(
    await useBackend(backend, { ...wasmPath ? { wasmPath } : {}, ...products ? { products } : {} }),
    tiles,
    made,
  );
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

/** Evaluates one after the other; ends with whether it was interrupted. */
async function* evaluateRun(
  options: RunOptions,
  progress: Progress,
): AsyncGenerator<EvaluateEvent, "interrupted" | undefined> {
  const { registries, store, stop } = options, model = progress.model!;
  const evaluated = { backbone: model.backbone, classWeights: () => modelClassWeights(model) };
  for await (
    const event of evaluateAll(progress.evaluations!, { registries, model: evaluated, scratch: store.scratch })
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
