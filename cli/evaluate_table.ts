/**
 * The figures of an evaluation as a table of text.
 *
 * @module
 */
import type { EvaluationRecord } from "../experiments/evaluation_record.ts";
import { formatSpread, formatValue, unitLabel } from "../reports/mod.ts";
import { alignColumns } from "./format.ts";
import { figure } from "./progress_lines.ts";

/** A line a metric: value, spread over folds, unit, on how many it rests; the definitions beneath. */
export function renderEvaluation({ name, metrics, data }: EvaluationRecord): string {
  const rows = metrics.map(({ evaluation, name, value, std, unit, n }) => [
    `${evaluation}.${name}`,
    value === null ? "not finite" : formatValue(value, unit),
    std === undefined ? "" : std === null ? "not finite" : `± ${formatSpread(std, unit)}`,
    unitLabel(unit),
    n.toLocaleString("en-US"),
  ]);
  const table = [["metric", "value", "folds", "unit", "n"], ...rows];
  const widths = [1, 2, 4].map((column) => Math.max(...table.map((row) => row[column]!.length)));
  const right = table.map((row) =>
    row.map((cell, i) => [1, 2, 4].includes(i) ? cell.padStart(widths[[1, 2, 4].indexOf(i)]!) : cell)
  );
  const definitions = new Map(metrics.map(({ evaluation, definition }) => [evaluation, definition]));
  const about = data.map(({ role, reader, images, digest, pairs, templates }) => {
    const more = pairs !== undefined ? `, ${pairs} pairs` : templates !== undefined ? `, ${templates} templates` : "";
    return `  ${role}: ${definitions.get(role)}\n    ${reader}, ${images} images${more}, ${digest.slice(0, 12)}`;
  });
  return [name, "", ...alignColumns(right), "", "definitions and data:", ...about].join("\n") + "\n";
}

/** Says whether a run's figures were found again, and those that were not. */
export function describeComparison({ compared, differences }: NonNullable<EvaluationRecord["comparison"]>): string {
  if (differences.length === 0) return `All ${compared} figures are those of the record, to the last bit`;
  const told = differences.map(({ evaluation, metric, value, recorded }) =>
    `\n  ${evaluation}.${metric}: ${figure(value)}, the record has ${figure(recorded)}`
  );
  return `${differences.length} of ${compared} figures differ from the record${told.join("")}\n` +
    "Another backend, library of products or number of threads gives other last bits";
}
