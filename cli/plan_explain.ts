/**
 * `plan --explain` as text: for each run why it will be trained, or will not.
 *
 * @module
 */
import type { KeyDifference } from "../experiments/differences.ts";
import type { Explanation } from "../experiments/explain.ts";
import { alignColumns } from "./format.ts";
import type { PlanLine } from "./plan_lines.ts";
import { valueText } from "./plan_text.ts";

/** One paragraph a run. */
export function explainText(runs: readonly PlanLine[], explanations: readonly Explanation[]): string[] {
  return runs.flatMap(({ index, id, row, seed, missing }, i) => {
    const provisional = missing.length > 0 ? "?" : "", why = explanations[i]!;
    return [
      `${index}  ${id}${provisional}  ${row}, seed ${seed}: ${words(why)}`,
      ...missing.map((path) => `    its data ${path} is not there, so its id will change`),
      ...why.state === "new" && why.nearest ? differsText(why.nearest.differs) : [],
    ];
  });
}

function words(why: Explanation): string {
  switch (why.state) {
    case "skipped":
      return `skipped, ${why.status} at ${why.finishedAt}`;
    case "damaged":
      return `its record is damaged: ${why.problem}`;
    case "busy":
      return `another process trains it now (${why.holder})`;
    case "interrupted":
      return why.step === null
        ? "will go on; its newest checkpoint cannot be read"
        : `will go on from its checkpoint at step ${why.step}`;
    case "failed": {
      const from = why.step === undefined || why.step === null ? "" : `, from its checkpoint at step ${why.step}`;
      return `will be tried again${from}; it failed: ${why.error ?? "no reason was recorded"}`;
    }
    case "new": {
      if (!why.nearest) return "will be trained; the experiment has no record to compare with";
      const { record: { id, row, seed, status } } = why.nearest;
      return `will be trained; the nearest record, ${id} (${row}, seed ${seed}, ${status}), differs in`;
    }
  }
}

function differsText(differs: readonly KeyDifference[]): string[] {
  const short = (value: unknown) => {
    const text = valueText(value);
    return /^[0-9a-f]{64}$/.test(text) ? `${text.slice(0, 12)}…` : text;
  };
  return alignColumns(
    differs.map(({ key, planned, found }) => [`    ${key}`, `planned ${short(planned)}`, `record ${short(found)}`]),
  );
}
