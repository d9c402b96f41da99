/**
 * Evaluates under the protocols that a run names: a trained backbone, or embeddings that are stored.
 *
 * @module
 */
import type { DataSet, ImageSet } from "../datasets/mod.ts";
import type { AnyProtocol, ClassWeights, Curve, Evaluation } from "../evaluation/mod.ts";
import type { Registries } from "../registry/builtins.ts";
import { checkDevice } from "../tensor/device.ts";
import type { EmbeddingSource } from "../tensor/embedding_source.ts";
import { readParameters } from "../training/mod.ts";
import { Channel } from "./channel.ts";
import { networkSource } from "./embed.ts";
import { holdEmbeddings, select, selectedSource, type Selection } from "./evaluation_input.ts";
import type { Model } from "./model.ts";
import { finite, type RecordedMetric } from "./record.ts";
import type { EvaluateSection } from "./resolved.ts";
import { nextTurn } from "./turn.ts";

/** Progress of {@link evaluateModel}; the last event carries the result. */
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

/** What embeds and classifies, as far as an evaluation needs it. */
export type Evaluated = Pick<Model, "backbone" | "heads" | "classes">;

/** Images a batch while embedding: enough to keep kernels busy, small enough for large networks. */
const BATCH = 64;

/**
 * Measures what an evaluation asks for, from the set's stored embeddings or those of a model.
 *
 * @param model May be left out where the set has stored embeddings.
 * @throws {TypeError} if embeddings or mirrored embeddings are wanted and there are none.
 */
export async function* evaluateModel(
  { name, protocol: section }: EvaluateSection,
  registries: Registries,
  model: Evaluated | undefined,
  set: DataSet,
): AsyncGenerator<EvaluateProgress> {
  const { protocol: id, ...params } = section, protocol = registries.protocol.get(String(id));
  const selection = select(set), mirrored = protocol.mirrored(params);
  const all = sourceOf(name, selection.images, model, mirrored);
  const progress = new Channel<EvaluateProgress>(), stop = new AbortController();
  const total = selection.indices.length;
  let done = 0;
  const source = selectedSource(all, selection.indices, async (count) => {
    done += count;
    progress.push({ name, done, total: Math.max(done, total) });
    await nextTurn();
    stop.signal.throwIfAborted();
  });
  const work = measure(protocol, params, { selection, source, mirrored, model }).then((evaluation) => {
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

/** Where the embeddings of a set come from. */
function sourceOf(name: string, images: ImageSet, model: Evaluated | undefined, mirrored: boolean): EmbeddingSource {
  const { embeddings, shape, provenance: { reader } } = images;
  if (embeddings && mirrored && !embeddings.mirrored) {
    throw new TypeError(
      `Cannot evaluate "${name}": it adds the embeddings of mirrored images, and those that are stored have none; ` +
        "store them as well or turn the flip off",
    );
  }
  if (embeddings) return embeddings;
  if (!model) {
    throw new TypeError(
      `Cannot evaluate "${name}" without a network: reader "${reader}" gives no stored embeddings, name some or weights`,
    );
  }
  if (shape[0] === 0) {
    throw new TypeError(`Cannot evaluate "${name}": reader "${reader}" gives names alone, say where the images are`);
  }
  return networkSource(model.backbone, images, { batchSize: BATCH, mirrored });
}

async function measure(
  protocol: AnyProtocol,
  params: Record<string, unknown>,
  { selection: { labels, pairs, templates }, source, mirrored, model }: {
    readonly selection: Selection;
    readonly source: EmbeddingSource;
    readonly mirrored: boolean;
    readonly model: Evaluated | undefined;
  },
): Promise<Evaluation> {
  const groups = { labels, ...pairs ? { pairs } : {} };
  if ("evaluateStream" in protocol) {
    return await protocol.evaluateStream(params, { embeddings: source, ...groups, ...templates ? { templates } : {} });
  }
  const embeddings = await holdEmbeddings(source, mirrored);
  const wanted = protocol.classWeights?.(params) === true;
  if (wanted && !model) {
    throw new TypeError(`Cannot measure class weights of protocol "${protocol.name}" without a run`);
  }
  const weights = wanted ? { classWeights: await readClassWeights(model!) } : {};
  return protocol.evaluate(params, { embeddings, ...groups, ...weights });
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

/** The main head's class weights, its parts joined. */
async function readClassWeights(
  { heads: [{ head }], classes }: Pick<Model, "heads" | "classes">,
): Promise<ClassWeights> {
  const parameters = head.parameters.filter(({ role }) => role === "class");
  const parts = await readParameters({ head: parameters });
  checkDevice();
  const dimension = parts[0]?.shape.at(-1) ?? 0, size = parts.reduce((sum, { values }) => sum + values.length, 0);
  const values = new Float32Array(size);
  let at = 0;
  for (const part of parts) {
    values.set(part.values, at);
    at += part.values.length;
  }
  return { classes, perClass: size === 0 ? 0 : size / dimension / classes, dimension, values };
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
