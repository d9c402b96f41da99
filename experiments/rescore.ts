/**
 * Figures of a record, measured again from its stored scores.
 *
 * @module
 */
import type { Metric } from "../evaluation/mod.ts";
import type { Registries } from "../registry/builtins.ts";
import { ROUNDING, type ScoredRecord } from "./outcomes.ts";
import type { RecordedMetric, RunRecord } from "./record.ts";
import type { Store } from "./store.ts";
import { recordedPairs } from "./scored_pairs.ts";

/** A recorded figure beside the one that the stored scores give now. */
export interface RescoredFigure {
  /** Name of the evaluation. */
  readonly evaluation: string;
  /** Name within it. */
  readonly metric: string;
  /** What the record says. */
  readonly recorded: number | null;
  /** What the scores give; `null` where they do not give a finite value. */
  readonly rescored: number | null;
  /** Whether both, and their spreads, agree to {@link ROUNDING}. */
  readonly agrees: boolean;
}

/**
 * Measures the figures of a record again from its stored scores, without data or network.
 *
 * @returns A line for each figure that scores decide; evaluations without stored scores or pairs have none.
 * @throws {SyntaxError} if a file of scores or pairs is damaged, or they are not of one length.
 */
export async function rescore(
  record: ScoredRecord & Pick<RunRecord, "experiment">,
  store: Pick<Store, "folder" | "readPairs">,
  registries: Registries,
): Promise<RescoredFigure[]> {
  const figures: RescoredFigure[] = [], folder = await store.folder(record.experiment, record.id);
  for (const section of record.manifest.evaluate) {
    const { name, protocol: { protocol: id, ...params } } = section, digest = recordedPairs(record, section);
    const protocol = registries.protocol.find(String(id));
    const scores = protocol?.rescore && digest ? await folder.readScores(name) : undefined;
    const pairs = scores ? await store.readPairs(record.experiment, digest!) : undefined;
    if (!scores || !pairs) continue;
    if (scores.length !== pairs.same.length) {
      throw new SyntaxError(
        `Cannot score "${name}" of run ${record.id} again: found ${scores.length} scores for ${pairs.same.length} pairs, ` +
          "as many are wanted; evaluate the run again",
      );
    }
    for (const now of protocol!.rescore!(params, Float64Array.from(scores), pairs)) {
      const before = record.metrics.find((metric) => metric.evaluation === name && metric.name === now.name);
      if (before) figures.push(figure(name, now, before));
    }
  }
  return figures;
}

function figure(evaluation: string, now: Metric, before: RecordedMetric): RescoredFigure {
  const close = (a: number | undefined, b: number | null | undefined) =>
    a === undefined || !Number.isFinite(a)
      ? b == null
      : b != null && Math.abs(a - b) <= ROUNDING * Math.max(1, Math.abs(b));
  return {
    evaluation,
    metric: now.name,
    recorded: before.value,
    rescored: Number.isFinite(now.value) ? now.value : null,
    agrees: close(now.value, before.value) && close(now.std, before.std),
  };
}
