/**
 * Evaluates under the protocols that a run or a list names: a trained backbone, or embeddings that are stored.
 *
 * @module
 */
import canonicalize from "canonicalize";
import type { Backbone } from "../backbones/mod.ts";
import type { AnyProtocol, ClassWeights, Curve, Evaluation } from "../evaluation/mod.ts";
import type { Registries } from "../registry/builtins.ts";
import { type EmbeddingSource, selectEmbeddings } from "../tensor/embedding_source.ts";
import { Channel } from "./channel.ts";
import { imagesOf } from "./data.ts";
import { networkSource } from "./embed.ts";
import type { EvaluationTask } from "./evaluation_checks.ts";
import { holdEmbeddings, select, type Selection } from "./evaluation_input.ts";
import { bytesOf, HELD_BYTES, type HeldEmbeddings, holdAll } from "./held_embeddings.ts";
import { finite, type RecordedMetric } from "./record.ts";
import { nextTurn } from "./turn.ts";

/** Progress of {@link evaluateAll}; the last event of each evaluation carries its result. */
export interface EvaluateProgress {
  readonly name: string;
  /** Images embedded so far. */
  readonly done: number;
  readonly total: number;
  readonly metrics?: readonly RecordedMetric[];
  readonly scores?: Float32Array;
  readonly curves?: readonly Curve[];
  /** Names of images, by list. */
  readonly lists?: Readonly<Record<string, readonly string[]>>;
}

/** What embeds, and has class weights where a protocol may ask for them. */
export interface Evaluated {
  readonly backbone: Backbone;
  classWeights?(): Promise<ClassWeights>;
}

/** What {@link evaluateAll} is handed beside its tasks. */
export interface EvaluateOptions {
  /** Tables in which the protocols are found. */
  readonly registries: Registries;
  /** The network; may be left out where every set has stored embeddings. */
  readonly model?: Evaluated | undefined;
  /** Folder for temporary files, where embeddings are too many for memory. */
  readonly scratch: string;
  /** Bytes of embeddings that are held in memory for several evaluations, by default {@link HELD_BYTES}. */
  readonly memory?: number;
  /** Called with what the network gave of a data set, before it is measured. */
  readonly onEmbedded?: (task: EvaluationTask, selection: Selection, embeddings: EmbeddingSource) => Promise<void>;
}

/** Images a batch while embedding: enough to keep kernels busy, small enough for large networks. */
const BATCH = 64;

/** What a network gave of a data set, for all evaluations of it. */
interface Shared {
  /** Evaluations that are still to come. */
  left: number;
  /** Whether one of them wants mirrored images. */
  mirrored: boolean;
  held?: HeldEmbeddings;
}

/**
 * Measures what tasks ask for, one after the other. A network embeds the images of a data section once, in their order,
 * for all tasks that have it, so that its bits depend neither on the protocol nor on the other tasks.
 *
 * The tasks must have passed `evaluationProblems`.
 */
export async function* evaluateAll(
  tasks: readonly EvaluationTask[],
  options: EvaluateOptions,
): AsyncGenerator<EvaluateProgress> {
  const shared = new Map<string, Shared>();
  for (const task of tasks.filter((task) => !storedOf(task))) {
    const key = canonicalize(task.section.data)!, { left, mirrored } = shared.get(key) ?? { left: 0, mirrored: false };
    shared.set(key, { left: left + 1, mirrored: mirrored || protocolOf(task, options).mirrored });
  }
  try {
    for (const task of tasks) {
      const selection = select(task.set), stored = storedOf(task);
      if (stored) {
        yield* measureTask(task, selection, stored, options);
        continue;
      }
      const key = canonicalize(task.section.data)!, one = shared.get(key)!;
      one.held ??= yield* embed(task, selection, { one, all: [...shared.values()] }, options);
      yield* measureTask(task, selection, one.held, options);
      if (--one.left > 0) continue;
      one.held.free();
      shared.delete(key);
    }
  } finally {
    for (const { held } of shared.values()) held?.free();
  }
}

/** Embeds the images of a task, and keeps what the network gives in memory, or in a file where it is too much. */
async function* embed(
  task: EvaluationTask,
  selection: Selection,
  { one, all }: { readonly one: Shared; readonly all: readonly Shared[] },
  options: EvaluateOptions,
): AsyncGenerator<EvaluateProgress, HeldEmbeddings> {
  const { model, scratch, memory = HELD_BYTES, onEmbedded } = options, { indices, images } = selection;
  const { name } = task.section, total = indices.length;
  const source = selectEmbeddings(
    networkSource(model!.backbone, images, { batchSize: BATCH, mirrored: one.mirrored }),
    indices,
    nextTurn,
  );
  const taken = all.reduce((sum, { held }) => sum + (held?.memory ?? 0), 0);
  // A protocol that is handed all of them needs the memory in any case.
  const needed = one.left === 1 && !protocolOf(task, options).streamed && !onEmbedded;
  const holding = holdAll(source, needed || taken + bytesOf(source) <= memory ? undefined : scratch);
  try {
    while (true) {
      const step = await holding.next();
      if (step.done) {
        await onEmbedded?.(task, selection, step.value);
        return step.value;
      }
      yield { name, done: step.value, total };
    }
  } finally {
    await holding.return(undefined as never);
  }
}

/** Measures one task; its embeddings are numbered as its set is, or, where they are held, as its selection. */
async function* measureTask(
  task: EvaluationTask,
  selection: Selection,
  embeddings: EmbeddingSource | HeldEmbeddings,
  options: EvaluateOptions,
): AsyncGenerator<EvaluateProgress> {
  const { name } = task.section, total = selection.indices.length, held = "all" in embeddings;
  const progress = new Channel<EvaluateProgress>(), stop = new AbortController();
  let done = held ? total : 0;
  const source = held ? embeddings : selectEmbeddings(embeddings, selection.indices, async (count) => {
    done += count;
    progress.push({ name, done, total: Math.max(done, total) });
    await nextTurn();
    stop.signal.throwIfAborted();
  });
  const work = measure(task, { selection, source }, options).then((evaluation) => {
    progress.push({ name, done, total: Math.max(done, total), ...resultOf(name, evaluation, selection) });
    progress.close();
  }).catch((error) => progress.fail(error));
  try {
    yield* progress;
  } finally {
    stop.abort();
    await work;
  }
}

async function measure(
  task: EvaluationTask,
  { selection: { labels, pairs, templates }, source }: {
    readonly selection: Selection;
    readonly source: EmbeddingSource | HeldEmbeddings;
  },
  options: EvaluateOptions,
): Promise<Evaluation> {
  const { protocol, params, mirrored, streamed } = protocolOf(task, options);
  const groups = { labels, ...pairs ? { pairs } : {} };
  if (streamed) {
    const embeddings = mirrored ? source : withoutMirrored(source);
    return await protocol.evaluateStream(params, { embeddings, ...groups, ...templates ? { templates } : {} });
  }
  const { mirrored: other, ...all } = "all" in source ? source.all() : await holdEmbeddings(source, mirrored);
  const weights = protocol.classWeights?.(params) ? { classWeights: await options.model!.classWeights!() } : {};
  const embeddings = { ...all, ...mirrored && other ? { mirrored: other } : {} };
  return protocol.evaluate(params, { embeddings, ...groups, ...weights });
}

function storedOf({ stored, set }: EvaluationTask): EmbeddingSource | undefined {
  return stored ?? imagesOf(set).embeddings;
}

/** The protocol of a task and what it asks for. */
function protocolOf({ section: { protocol: section } }: EvaluationTask, { registries }: EvaluateOptions) {
  const { protocol: id, ...params } = section, protocol: AnyProtocol = registries.protocol.get(String(id));
  const mirrored = protocol.mirrored(params);
  return "evaluateStream" in protocol
    ? { protocol, params, mirrored, streamed: true } as const
    : { protocol, params, mirrored, streamed: false } as const;
}

/** A source whose chunks have the embeddings of images as they are alone. */
function withoutMirrored(source: EmbeddingSource): EmbeddingSource {
  if (!source.mirrored) return source;
  return {
    count: source.count,
    dimension: source.dimension,
    mirrored: false,
    async *chunks(indices) {
      for await (const { start, count, original } of source.chunks(indices)) yield { start, count, original };
    },
  };
}

/** What is kept of an evaluation. */
function resultOf(name: string, evaluation: Evaluation, { images, indices }: Selection): Partial<EvaluateProgress> {
  const { scores, curves, lists = {} } = evaluation;
  const named = Object.entries(lists).map(([list, places]) =>
    [list, Array.from(places, (place) => images.name(indices[place]!))] as const
  );
  return {
    metrics: recordMetrics(name, evaluation),
    ...scores ? { scores } : {},
    ...curves ? { curves } : {},
    ...named.length > 0 ? { lists: Object.fromEntries(named) } : {},
  };
}

function recordMetrics(evaluation: string, { metrics, definition }: Evaluation): RecordedMetric[] {
  return metrics.map(({ value, std, ...rest }) => ({
    evaluation,
    ...rest,
    value: finite(value),
    ...std === undefined ? {} : { std: finite(std) },
    definition,
  }));
}
