/**
 * Whether a run's figures are found again.
 *
 * @module
 */
import type { EvaluationRecord, RecordedDifference } from "./evaluation_record.ts";
import type { RecordedMetric, RunRecord } from "./record.ts";

/** Compares the figures of an evaluation and their spreads with those of a run's record, number by number. */
export function compareToRecord(
  { metrics }: Pick<EvaluationRecord, "metrics">,
  run: Pick<RunRecord, "metrics">,
): { compared: number; differences: RecordedDifference[] } {
  const key = ({ evaluation, name }: RecordedMetric) => `${evaluation}.${name}`;
  const recorded = new Map(run.metrics.map((metric) => [key(metric), metric]));
  const both = metrics.flatMap((now) => {
    const before = recorded.get(key(now));
    return before ? [{ now, before }] : [];
  });
  const differences = both
    .filter(({ now, before }) => now.value !== before.value || now.std !== before.std)
    .map(({ now: { evaluation, name, value, std }, before }): RecordedDifference => ({
      evaluation,
      metric: name,
      value,
      recorded: before.value,
      ...std === before.std ? {} : { std: { value: std ?? null, recorded: before.std ?? null } },
    }));
  return { compared: both.length, differences };
}
