/**
 * Measures one evaluation: its embeddings go through its protocol, and its figures come out as records keep them.
 *
 * @module
 */
import type { Backbone } from "../backbones/mod.ts";
import type { AnyProtocol, ClassWeights, Curve, Evaluation } from "../evaluation/mod.ts";
import type { Registries } from "../registry/builtins.ts";
import { type EmbeddingSource, selectEmbeddings } from "../tensor/embedding_source.ts";
import { Channel } from "./channel.ts";
import type { EvaluationTask } from "./evaluation_checks.ts";
import { holdEmbeddings, type Selection } from "./evaluation_input.ts";
import type { HeldEmbeddings } from "./held_embeddings.ts";
import { finite, type RecordedMetric } from "./record.ts";
import { pairsDigest, scoredPairs, type StoredPairs } from "./scored_pairs.ts";
import { nextTurn } from "./turn.ts";

/** Progress of an evaluation; the last event carries the result. */
export interface EvaluateProgress {
  readonly name: string;
  /** Images embedded so far. */
  readonly done: number;
  readonly total: number;
  readonly metrics?: readonly RecordedMetric[];
  readonly scores?: Float32Array;
  /** The pairs that were scored, and their digest. */
  readonly pairs?: { readonly digest: string; readonly pairs: StoredPairs };
  readonly curves?: readonly Curve[];
  /** Names of images, by list. */
  readonly lists?: Readonly<Record<string, readonly string[]>>;
}

/** What embeds, and has class weights where a protocol may ask for them. */
export interface Evaluated {
  readonly backbone: Backbone;
  classWeights?(): Promise<ClassWeights>;
}

/** What {@link measureTask} is handed beside its task. */
export interface MeasureOptions {
  /** Tables in which the protocols are found. */
  readonly registries: Registries;
  /** The network; left out where stored embeddings are measured. */
  readonly model?: Evaluated | undefined;
}

/** Measures one task; its embeddings are numbered as its set is, or, where they are held, as its selection. */
export async function* measureTask(
  task: EvaluationTask,
  selection: Selection,
  embeddings: EmbeddingSource | HeldEmbeddings,
  options: MeasureOptions,
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
    progress.push({ name, done, total: Math.max(done, total), ...resultOf(task, evaluation, selection) });
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
  options: MeasureOptions,
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

/** The protocol of a task and what it asks for. */
export function protocolOf({ section: { protocol: section } }: EvaluationTask, { registries }: MeasureOptions) {
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
function resultOf(
  { section: { name, data }, set }: EvaluationTask,
  evaluation: Evaluation,
  selection: Selection,
): Partial<EvaluateProgress> {
  const { scores, curves, lists = {} } = evaluation, { images, indices } = selection;
  const pairs = scores && scoredPairs(selection);
  const named = Object.entries(lists).map(([list, places]) =>
    [list, Array.from(places, (place) => images.name(indices[place]!))] as const
  );
  return {
    metrics: recordMetrics(name, evaluation),
    ...scores ? { scores } : {},
    ...pairs ? { pairs: { digest: pairsDigest(data, set.provenance.digest), pairs } } : {},
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
