/**
 * Evaluates a trained backbone under the protocols that a run names.
 *
 * @module
 */
import type { ImageSet, PairSet } from "../datasets/mod.ts";
import type { ClassWeights, Evaluation, Pairs, ProtocolInput } from "../evaluation/mod.ts";
import type { Registries } from "../registry/builtins.ts";
import { checkDevice } from "../tensor/device.ts";
import { readParameters } from "../training/mod.ts";
import { embedImages } from "./embed.ts";
import type { Model } from "./model.ts";
import { finite, type RecordedMetric } from "./record.ts";
import type { EvaluateSection } from "./resolved.ts";

/** Progress of {@link evaluateModel}; the last event carries the result. */
export interface EvaluateProgress {
  readonly name: string;
  readonly done: number;
  readonly total: number;
  readonly metrics?: readonly RecordedMetric[];
  readonly scores?: Float32Array;
  /** Names of images, by list. */
  readonly lists?: Readonly<Record<string, readonly string[]>>;
}

/** Images a batch while embedding: enough to keep kernels busy, small enough for large networks. */
const BATCH = 64;

/** Embeds what an evaluation needs, then measures. */
export async function* evaluateModel(
  { name, protocol: section }: EvaluateSection,
  registries: Registries,
  model: Pick<Model, "backbone" | "heads" | "classes">,
  set: ImageSet | PairSet,
): AsyncGenerator<EvaluateProgress> {
  const { protocol: id, ...params } = section;
  const protocol = registries.protocol.get(String(id));
  const { images, indices, pairs } = select(set);
  const mirrored = protocol.mirrored(params);
  const progress = embedImages(model.backbone, images, indices, { batchSize: BATCH, mirrored });
  for await (const { done, total, embeddings } of progress) {
    if (!embeddings) {
      yield { name, done, total };
      continue;
    }
    const labels = Int32Array.from(indices, (index) => images.labels[index]!);
    const classWeights = protocol.classWeights?.(params) ? await readClassWeights(model) : undefined;
    const input: ProtocolInput = {
      embeddings,
      labels,
      ...pairs ? { pairs } : {},
      ...classWeights ? { classWeights } : {},
    };
    const evaluation = protocol.evaluate(params, input), { scores, lists = {} } = evaluation;
    const named = Object.entries(lists).map(([list, places]) =>
      [list, Array.from(places, (place) => images.name(indices[place]!))] as const
    );
    yield {
      name,
      done,
      total,
      metrics: recordMetrics(name, evaluation),
      ...scores ? { scores } : {},
      ...named.length > 0 ? { lists: Object.fromEntries(named) } : {},
    };
  }
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

/** The images that take part, each once, and the pairs renumbered to them. */
function select(set: ImageSet | PairSet): { images: ImageSet; indices: Int32Array; pairs?: Pairs } {
  if (set.gives === "images") return { images: set, indices: Int32Array.from({ length: set.length }, (_, i) => i) };
  const indices = Int32Array.from(new Set([...set.first, ...set.second])).sort();
  const place = new Map(Array.from(indices, (index, i) => [index, i]));
  const renumber = (side: Int32Array) => side.map((index) => place.get(index)!);
  const { same, fold, folds } = set;
  return {
    images: set.images,
    indices,
    pairs: { first: renumber(set.first), second: renumber(set.second), same, fold, folds },
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
