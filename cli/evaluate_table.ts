/**
 * The figures of an evaluation as a table of text.
 *
 * @module
 */
import type { EvaluationRecord } from "../experiments/evaluation_record.ts";
import type { RecordedBackend, RunRecord } from "../experiments/record.ts";
import { renderFigures } from "./evaluate_figures.ts";
import { figure } from "./progress_lines.ts";

/** The figures, see {@link renderFigures}; definitions and data beneath. */
export function renderEvaluation({ name, metrics, data }: EvaluationRecord): string {
  const definitions = new Map(metrics.map(({ evaluation, definition }) => [evaluation, definition]));
  const sets = data.map(({ role, reader, images, digest, pairs, templates }) => {
    const more = pairs !== undefined ? `, ${pairs} pairs` : templates !== undefined ? `, ${templates} templates` : "";
    return [role, `${reader}, ${images} images${more}, SHA-256 ${digest.slice(0, 12)}…`] as const;
  });
  const lines = [name, "", ...renderFigures(metrics), "", "definitions:", ...grouped(definitions), "", "data:"];
  return [...lines, ...grouped(sets)].join("\n") + "\n";
}

/** A line for each text, after the names of the evaluations that share it. */
function grouped(texts: Iterable<readonly [evaluation: string, text: string]>): string[] {
  const names = new Map<string, string[]>();
  for (const [evaluation, text] of texts) names.set(text, [...names.get(text) ?? [], evaluation]);
  return [...names].map(([text, evaluations]) => `  ${evaluations.join(", ")}: ${text}`);
}

/** Says whether a run's figures were found again, those that were not, and what may be the reason. */
export function describeComparison(
  { comparison, backend }: EvaluationRecord,
  run: Pick<RunRecord, "backend">,
): string | undefined {
  if (!comparison) return undefined;
  const { compared, differences } = comparison;
  if (differences.length === 0) return `All ${compared} figures are those of the record, to the last bit`;
  const told = differences.map(({ evaluation, metric, value, recorded, std }) => {
    const parts = [
      ...value === recorded ? [] : [difference("", value, recorded)],
      ...std ? [difference("± ", std.value, std.recorded)] : [],
    ];
    return `\n  ${evaluation}.${metric}: ${parts.join("; ")}`;
  });
  const [now, then] = [backend, run.backend].map((one) => one ? describeBackend(one) : "none");
  const why = now === then
    ? ""
    : `\nThe run was measured on ${then}, this is ${now}: other last bits are to be expected`;
  return `${differences.length} of ${compared} figures differ from the record${told.join("")}${why}`;
}

/** Two numbers that should be one, in words. */
function difference(sign: string, now: number | null, then: number | null): string {
  const off = now === null || then === null ? "" : ` (off by ${figure(now - then)})`;
  return `${sign}${figure(now)}, the record has ${sign}${figure(then)}${off}`;
}

/** A backend in words: `wasm (OpenBLAS 0.3.21, 2 threads)`. */
export function describeBackend({ name, adapter, blas }: RecordedBackend): string {
  return name === "wasm" ? `wasm (${blas ?? "own kernels"})` : adapter ? `${name} (${adapter})` : name;
}
