/**
 * `plan --explain` as text: for each run why it will be trained, or will not.
 *
 * @module
 */
import type { Explanation } from "../experiments/explain.ts";
import type { NearestRecord } from "../experiments/nearest.ts";
import { alignColumns } from "./format.ts";
import type { PlanLine } from "./plan_lines.ts";
import { valueText } from "./plan_text.ts";

/** One paragraph a run. */
export function explainText(runs: readonly PlanLine[], explanations: readonly Explanation[]): string[] {
  return runs.flatMap(({ index, id, row, seed, missing }, i) => {
    const provisional = missing.length > 0 ? "?" : "", why = explanations[i]!;
    const lines = missing.length > 0 ? missingText(missing, why) : [words(why), ...differsText(why)];
    return [`${index}  ${id}${provisional}  ${row}, seed ${seed}: ${lines[0]}`, ...lines.slice(1)];
  });
}

/** A run whose id is provisional: what it lacks, and what it would differ in beside that. */
function missingText(missing: readonly string[], why: Explanation): string[] {
  const head = `cannot be trained before its data is there: ${missing.join(", ")}`;
  if (why.state !== "new" || !why.nearest) return [head];
  const differs = why.nearest.differs.filter(({ key }) => !missing.some((path) => key === `digests.${path}`));
  const rest = differs.length === 0 ? "nothing but this data" : "this data, and in";
  return [
    `${head}; the nearest record, ${recordText(why.nearest)}, differs in ${rest}`,
    ...differsText({ ...why, nearest: { ...why.nearest, differs } }),
  ];
}

function recordText({ record: { id, row, seed, status } }: NearestRecord): string {
  return `${id} (${row}, seed ${seed}, ${status})`;
}

function words(why: Explanation): string {
  switch (why.state) {
    case "skipped":
      return `skipped, ${why.reason === undefined ? why.status : `${why.reason},`} at ${why.finishedAt}`;
    case "damaged":
      return `its record is damaged: ${why.problem}`;
    case "busy":
      return `another process trains it now (${why.holder})`;
    case "interrupted":
      return why.step === null
        ? "will go on; its newest checkpoint cannot be read"
        : `will go on from its checkpoint at step ${why.step}`;
    case "stopped": {
      const from = why.step === undefined || why.step === null ? "" : ` from its checkpoint at step ${why.step}`;
      return `will go on${from}; a rule that this plan does not have ended it: ${
        why.reason ?? "no reason was recorded"
      }`;
    }
    case "failed": {
      const from = why.step === undefined || why.step === null ? "" : `, from its checkpoint at step ${why.step}`;
      return `will be tried again${from}; it failed: ${why.error ?? "no reason was recorded"}`;
    }
    case "new": {
      if (!why.nearest) return "will be trained; the experiment has no record to compare with";
      return `will be trained; the nearest record, ${recordText(why.nearest)}, differs in`;
    }
  }
}

function differsText(why: Explanation): string[] {
  if (why.state !== "new" || !why.nearest) return [];
  const short = (value: unknown) => {
    const text = valueText(value);
    return /^[0-9a-f]{64}$/.test(text) ? `${text.slice(0, 12)}…` : text;
  };
  return alignColumns(
    why.nearest.differs.map((
      { key, planned, found },
    ) => [`    ${key}`, `planned ${short(planned)}`, `record ${short(found)}`]),
  );
}
