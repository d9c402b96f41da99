/**
 * Evaluates a trained backbone under the protocols that a run names.
 *
 * @module
 */
import type { Backbone } from "../backbones/mod.ts";
import type { ImageSet, PairSet } from "../datasets/mod.ts";
import type { Evaluation, Pairs, ProtocolInput } from "../evaluation/mod.ts";
import type { Registries } from "../registry/builtins.ts";
import { embedImages } from "./embed.ts";
import { finite, type RecordedMetric } from "./record.ts";
import type { EvaluateSection } from "./resolved.ts";

/** Progress of {@link evaluateModel}; the last event carries the result. */
export interface EvaluateProgress {
  readonly name: string;
  readonly done: number;
  readonly total: number;
  readonly metrics?: readonly RecordedMetric[];
  readonly scores?: Float32Array;
}

/** Images a batch while embedding: enough to keep kernels busy, small enough for large networks. */
const BATCH = 64;

/** Embeds what an evaluation needs, then measures. */
export async function* evaluateModel(
  { name, protocol: section }: EvaluateSection,
  registries: Registries,
  backbone: Backbone,
  set: ImageSet | PairSet,
): AsyncGenerator<EvaluateProgress> {
  const { protocol: id, ...params } = section;
  const protocol = registries.protocol.get(String(id));
  const { images, indices, pairs } = select(set);
  const mirrored = protocol.mirrored(params);
  for await (
    const { done, total, embeddings } of embedImages(backbone, images, indices, { batchSize: BATCH, mirrored })
  ) {
    if (!embeddings) {
      yield { name, done, total };
      continue;
    }
    const labels = Int32Array.from(indices, (index) => images.labels[index]!);
    const input: ProtocolInput = { embeddings, labels, ...pairs ? { pairs } : {} };
    const evaluation = protocol.evaluate(params, input);
    const { scores } = evaluation;
    yield { name, done, total, metrics: recordMetrics(name, evaluation), ...scores ? { scores } : {} };
  }
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
