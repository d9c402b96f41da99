/**
 * Evaluates a list without training: opens data, embeddings and network, finds everything that is wrong, then measures.
 *
 * @module
 */
import { basename, isAbsolute } from "node:path";
import { useBackend } from "../tensor/backend.ts";
import type { Products } from "../tensor/kernels/wasm/products.ts";
import { imagesOf, recordData } from "./data.ts";
import { evaluateAll, type EvaluateOptions } from "./evaluate.ts";
import type { EvaluationRecord, RecordedEmbeddings, RecordedNetwork } from "./evaluation_record.ts";
import { checkPresent, type OpenTask, openTasks, type TaskOptions } from "./evaluation_tasks.ts";
import type { EvaluateProgress } from "./measure.ts";
import { type DescribedNetwork, describeNetwork, type OpenNetwork } from "./network.ts";
import type { Environment, RecordedBackend, RecordedCurve, RecordedMetric } from "./record.ts";
import type { ResolvedRun } from "./resolved.ts";
import { saveEmbeddings } from "./save_embeddings.ts";
import type { EvaluationFiles } from "./store/evaluation.ts";
import type { StoredPairs } from "./scored_pairs.ts";
import type { TileCache } from "./store.ts";
import { rowsInFile } from "./rows_in_file.ts";
import type { StoredFile } from "./stored_file.ts";
import { tuneBackend } from "./tiles.ts";

/** What {@link executeEvaluation} is handed. */
export interface EvaluationOptions extends TaskOptions {
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
  const backend = described || usesBackend(list) ? await startBackend(options) : null, network = described?.open(shape);
  const metrics: RecordedMetric[] = [], curves: RecordedCurve[] = [], saved: EvaluationEvent[] = [];
  const pairs = new Map<string, StoredPairs>();
  const scores = new Map<string, Float32Array>(), lists = new Map<string, Record<string, readonly string[]>>();
  const recorded = described && network ? recordNetwork(described, network, shape) : null;
  try {
    yield { type: "start", backend, network: recorded };
    const onEmbedded: EvaluateOptions["onEmbedded"] = async ({ section: { name } }, ...held) => {
      const path = `${options.save}/${name}.npz`;
      await Deno.mkdir(options.save!, { recursive: true });
      await saveEmbeddings(path, ...held);
      saved.push({ type: "saved", name, path });
    };
    const evaluating = evaluateAll(tasks, {
      registries,
      model: network,
      scratch: rowsInFile(options.scratch),
      ...options.save === undefined ? {} : { onEmbedded },
    });
    for await (const event of evaluating) {
      yield* saved.splice(0);
      const { name } = event;
      metrics.push(...event.metrics ?? []);
      curves.push(...(event.curves ?? []).map((curve) => ({ evaluation: name, ...curve })));
      if (event.scores) scores.set(name, event.scores);
      if (event.pairs) pairs.set(event.pairs.digest, event.pairs.pairs);
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
  const record = makeRecord(options, tasks, { network: recorded, backend, metrics, curves, startedAt });
  yield { type: "end", record, files: { scores, pairs, lists } };
}

/** Whether a protocol of a list multiplies on the backend, with or without a network. */
export function usesBackend({ evaluations, registries }: TaskOptions["list"]): boolean {
  return evaluations.some(({ protocol: { protocol } }) => registries.protocol.get(String(protocol)).onBackend === true);
}

/** What was found out, for the record. */
interface Found extends Pick<EvaluationRecord, "network" | "backend" | "metrics" | "startedAt"> {
  readonly curves: readonly RecordedCurve[];
}

function makeRecord(
  { list: { name, plugins }, environment }: EvaluationOptions,
  tasks: readonly OpenTask[],
  { curves, ...found }: Found,
): EvaluationRecord {
  return {
    schemaVersion: 1,
    name,
    environment,
    plugins,
    evaluations: tasks.map(({ section, file }) => ({ ...section, embeddings: file ? recordFile(file) : null })),
    data: tasks.map(({ section: { name }, set }) => recordData(name, set)),
    ...found,
    ...curves.length > 0 ? { curves } : {},
    comparison: null,
    finishedAt: new Date().toISOString(),
  };
}

function recordNetwork(
  { backbone, run, cost }: DescribedNetwork,
  { weights }: OpenNetwork,
  shape: RecordedNetwork["shape"],
): RecordedNetwork {
  const { embedding, parameters, multiplyAdds } = cost(shape);
  return { backbone, shape, embedding, parameters, multiplyAdds, weights, run: run ?? null };
}

function recordFile({ path, digest, mirrored }: StoredFile): RecordedEmbeddings {
  const named = (path: string) => isAbsolute(path) ? basename(path) : path;
  return {
    path: named(path),
    digest,
    ...mirrored ? { mirrored: { path: named(mirrored.path), digest: mirrored.digest } } : {},
  };
}

async function startBackend({ backend, products, tiles }: EvaluationOptions): Promise<RecordedBackend> {
  const started = await tuneBackend(await useBackend(backend, products ? { products } : {}), tiles);
  return { ...started, blas: started.name === "wasm" ? products?.name ?? null : null };
}
