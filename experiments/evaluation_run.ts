/**
 * Evaluates a list without training: opens data, embeddings and network, finds everything that is wrong, then measures.
 *
 * @module
 */
import canonicalize from "canonicalize";
import { type DataSet, type Files, MissingDataError, type Prepare } from "../datasets/mod.ts";
import { checkPairs } from "../evaluation/mod.ts";
import { useBackend } from "../tensor/backend.ts";
import type { Products } from "../tensor/kernels/wasm/products.ts";
import { imagesOf, openReader, recordData } from "./data.ts";
import { evaluateAll, type EvaluateProgress } from "./evaluate.ts";
import { evaluationProblems, type EvaluationTask, type NetworkFacts } from "./evaluation_checks.ts";
import { select } from "./evaluation_input.ts";
import type { EvaluationList, ListedEvaluation } from "./evaluation_list.ts";
import type { EvaluationRecord, RecordedNetwork } from "./evaluation_record.ts";
import { type DescribedNetwork, describeNetwork, type WeightsFile } from "./network.ts";
import { pathsOf } from "./readers.ts";
import type { Environment, RecordedBackend, RecordedCurve, RecordedMetric } from "./record.ts";
import type { ResolvedRun } from "./resolved.ts";
import { saveEmbeddings } from "./save_embeddings.ts";
import { shareReaders } from "./shared_readers.ts";
import type { EvaluationFiles } from "./store/evaluation.ts";
import type { TileCache } from "./store.ts";
import {
  attachEmbeddings,
  embeddingPaths,
  type EmbeddingsPath,
  openStored,
  type StoredFile,
} from "./stored_embeddings.ts";
import { tuneBackend } from "./tiles.ts";

/** What {@link executeEvaluation} is handed. */
export interface EvaluationOptions {
  /** What is measured. */
  readonly list: EvaluationList;
  /** Stored embeddings for the data sets that name none themselves, in place of the list's own. */
  readonly embeddings?: EmbeddingsPath | undefined;
  /** The network that embeds, where embeddings are not stored. */
  readonly weights?: WeightsFile | undefined;
  /** Access to the data folder. */
  readonly files: Files;
  /** Where images are prepared; by default in this thread. */
  readonly prepare?: Prepare;
  /** Where the network runs. */
  readonly backend: ResolvedRun["backend"];
  /** Folder for temporary files. */
  readonly scratch: string;
  /** The machine, for the record. */
  readonly environment: Environment;
  /** Folder to keep the embeddings of the network in, one `.npz` file a data set. */
  readonly save?: string | undefined;
  /** Library of matrix products for the WASM backend. */
  readonly products?: Products | undefined;
  /** Tiles of WebGPU adapters that trials found. */
  readonly tiles?: TileCache;
}

/** What an evaluation tells while it works: `start` once nothing stands in its way, `end` last. */
export type EvaluationEvent =
  | { readonly type: "start"; readonly backend: RecordedBackend | null; readonly network: RecordedNetwork | null }
  | { readonly type: "saved"; readonly name: string; readonly path: string }
  | { readonly type: "progress" } & Pick<EvaluateProgress, "name" | "done" | "total" | "metrics">
  | { readonly type: "end"; readonly record: EvaluationRecord; readonly files: EvaluationFiles };

/** An evaluation that is ready to be measured. */
interface Prepared extends EvaluationTask {
  readonly file?: StoredFile;
}

/**
 * Measures a list of evaluations.
 *
 * @throws {MissingDataError} naming all data that is not there.
 * @throws {TypeError} with everything that is wrong, a line each, before anything is embedded.
 */
export async function* executeEvaluation(options: EvaluationOptions): AsyncGenerator<EvaluationEvent> {
  const startedAt = new Date().toISOString(), { list, weights } = options, { registries } = list;
  await checkPresent(options);
  const described = weights && describeNetwork(weights, registries);
  const tasks = await openTasks(options, described);
  const shape = imagesOf(tasks[0]!.set).shape;
  const backend = described && await startBackend(options), network = described?.open(shape);
  const metrics: RecordedMetric[] = [], curves: RecordedCurve[] = [], saved: EvaluationEvent[] = [];
  const scores = new Map<string, Float32Array>(), lists = new Map<string, Record<string, readonly string[]>>();
  const { cost, run, backbone } = described ?? {}, { embedding, parameters, multiplyAdds } = cost?.(shape) ?? {};
  const recorded = network && {
    backbone: backbone!,
    shape,
    embedding: embedding!,
    parameters: parameters!,
    multiplyAdds: multiplyAdds!,
    weights: network.weights,
    run: run ?? null,
  };
  try {
    yield { type: "start", backend: backend ?? null, network: recorded ?? null };
    const onEmbedded: Parameters<typeof evaluateAll>[1]["onEmbedded"] = async ({ section: { name } }, ...held) => {
      const path = `${options.save}/${name}.npz`;
      await Deno.mkdir(options.save!, { recursive: true });
      await saveEmbeddings(path, ...held);
      saved.push({ type: "saved", name, path });
    };
    const evaluating = evaluateAll(tasks, {
      registries,
      model: network,
      scratch: options.scratch,
      ...options.save === undefined ? {} : { onEmbedded },
    });
    for await (const event of evaluating) {
      yield* saved.splice(0);
      const { name } = event;
      metrics.push(...event.metrics ?? []);
      curves.push(...(event.curves ?? []).map((curve) => ({ evaluation: name, ...curve })));
      if (event.scores) scores.set(name, event.scores);
      if (event.lists) lists.set(name, event.lists);
      yield {
        type: "progress",
        name,
        done: event.done,
        total: event.total,
        ...event.metrics && { metrics: event.metrics },
      };
    }
  } finally {
    network?.backbone.dispose();
  }
  const record: EvaluationRecord = {
    schemaVersion: 1,
    name: list.name,
    network: recorded ?? null,
    backend: backend ?? null,
    environment: options.environment,
    plugins: list.plugins,
    evaluations: tasks.map(({ section: { name, protocol, data }, file }) => ({
      name,
      protocol,
      data,
      embeddings: file
        ? { path: file.path, digest: file.digest, ...file.mirrored ? { mirrored: file.mirrored } : {} }
        : null,
    })),
    data: tasks.map(({ section: { name }, set }) => recordData(name, set)),
    metrics,
    ...curves.length > 0 ? { curves } : {},
    comparison: null,
    startedAt,
    finishedAt: new Date().toISOString(),
  };
  yield { type: "end", record, files: { scores, lists } };
}

/** Stored embeddings of an evaluation, by its own word or by default. */
function embeddingsOf(
  evaluation: ListedEvaluation,
  { embeddings, list }: EvaluationOptions,
): EmbeddingsPath | undefined {
  return evaluation.embeddings ?? embeddings ?? list.embeddings;
}

async function checkPresent(options: EvaluationOptions): Promise<void> {
  const { list: { name, evaluations, registries }, files } = options, missing = new Set<string>();
  for (const evaluation of evaluations) {
    const stored = embeddingsOf(evaluation, options);
    for (const path of [...pathsOf(evaluation.data, registries), ...stored ? embeddingPaths(stored) : []]) {
      if (await files.stat(path) === undefined) missing.add(files.locate(path));
    }
  }
  if (missing.size === 0) return;
  const places = [...missing].map((place) => `\n  ${place}`).join("");
  throw new MissingDataError(
    `Cannot evaluate "${name}": this data is not there; put it there, or name another data folder with --data:${places}`,
  );
}

/** Opens every data set and every file of embeddings once, and checks that they fit together. */
async function openTasks(options: EvaluationOptions, described: DescribedNetwork | undefined): Promise<Prepared[]> {
  const { list: { evaluations, registries }, files, prepare, weights } = options;
  const shared = shareReaders(registries).registries, access = { files, ...prepare ? { prepare } : {} };
  const sets = new Map<string, Promise<DataSet>>(), stored = new Map<string, Promise<StoredFile>>();
  const tasks: Prepared[] = [], problems: string[] = [];
  for (const { name, protocol, data, ...own } of evaluations) {
    const section = { name, protocol, data }, key = canonicalize(data)!;
    if (!sets.has(key)) sets.set(key, openReader(data, shared, access));
    const set = await sets.get(key)!, where = embeddingsOf({ ...section, ...own }, options);
    if (described && (where || imagesOf(set).embeddings)) {
      const both = where ? embeddingPaths(where).join(" and ") : `those that reader "${set.provenance.reader}" gives`;
      problems.push(
        `Cannot evaluate "${name}" by a network and by stored embeddings: found ${both}; leave one of them out`,
      );
      continue;
    }
    if (set.gives === "pairs") collect(problems, () => checkPairs(set, set.images.length));
    let task: Prepared | undefined = { section, set };
    if (where) {
      const path = canonicalize(where)!;
      if (!stored.has(path)) stored.set(path, openStored(where, files));
      const file = await stored.get(path)!;
      task = collect(problems, () => ({ section, set, file, stored: attachEmbeddings(file, select(set), name) }));
    }
    if (task) tasks.push(task);
  }
  const facts = described && factsOf(described, weights!, tasks);
  for (const task of tasks) problems.push(...evaluationProblems(task, registries, facts));
  if (facts && problems.length === 0) collect(problems, () => described!.cost(facts.shape));
  if (problems.length > 0) throw new TypeError(problems.join("\n"));
  return tasks;
}

/** What images a network takes: as its file tells, else those of the first data set. */
function factsOf(
  { facts, weightedClasses }: DescribedNetwork,
  { source }: WeightsFile,
  tasks: readonly EvaluationTask[],
): NetworkFacts | undefined {
  const first = tasks[0] && { shape: imagesOf(tasks[0].set).shape };
  const shape = facts.shape ?? first?.shape;
  const known = facts.shape || !tasks[0] ? source : `"${tasks[0].section.name}"`;
  return shape && { ...facts, shape, known, weightedClasses };
}

function collect<T>(problems: string[], action: () => T): T | undefined {
  try {
    return action();
  } catch (error) {
    problems.push(error instanceof Error ? error.message : String(error));
  }
}

async function startBackend({ backend, products, tiles }: EvaluationOptions): Promise<RecordedBackend> {
  const started = await tuneBackend(await useBackend(backend, products ? { products } : {}), tiles);
  return { ...started, blas: started.name === "wasm" ? products?.name ?? null : null };
}
