/**
 * Figures of evaluations as text of at most 100 columns: side by side where evaluations share metrics, else a line each.
 *
 * @module
 */
import type { RecordedMetric } from "../experiments/record.ts";
import { formatSpread, formatValue, unitLabel } from "../reports/mod.ts";

/** Columns of a line. */
const WIDTH = 100;

/** A figure in two parts, each aligned in its own way. */
type Cell = readonly [value: string, spread: string];

/** A column of a matrix: two lines of head, a cell for each evaluation, and on how many its figures rest. */
type Column = readonly string[];

const keyOf = ({ name, unit }: RecordedMetric): string => JSON.stringify([name, unit]);
const countText = (n: number): string => n.toLocaleString("en-US");

/**
 * The figures: a matrix, evaluations by metrics, for those that have a metric in common, cut where it is too wide; a list
 * for the others; what ± is.
 */
export function renderFigures(metrics: readonly RecordedMetric[]): string[] {
  const groups = sharing(metrics),
    of = (names: readonly string[]) => metrics.filter((one) => names.includes(one.evaluation));
  const alone = groups.filter((names) => names.length === 1).flat();
  const blocks = groups.filter((names) => names.length > 1).flatMap((names) => matrices(names, of(names)));
  if (alone.length > 0) blocks.push(list(of(alone)));
  return [...blocks.flatMap((block, i) => i === 0 ? block : ["", ...block]), ...spreads(metrics)];
}

/** Names of evaluations in groups: two are in one if they share a metric, or each shares one with a third. */
function sharing(metrics: readonly RecordedMetric[]): string[][] {
  let groups: { names: Set<string>; keys: Set<string> }[] = [];
  for (const metric of metrics) {
    const { evaluation } = metric, key = keyOf(metric);
    const joined = groups.filter(({ names, keys }) => names.has(evaluation) || keys.has(key));
    const names = new Set([...joined.flatMap((group) => [...group.names]), evaluation]);
    const keys = new Set([...joined.flatMap((group) => [...group.keys]), key]);
    groups = [...groups.filter((group) => !joined.includes(group)), { names, keys }];
  }
  const order = [...new Set(metrics.map(({ evaluation }) => evaluation))],
    place = (name: string) => order.indexOf(name);
  return groups.map(({ names }) => order.filter((name) => names.has(name))).sort(([a], [b]) => place(a!) - place(b!));
}

function cellOf({ value, std, unit }: RecordedMetric): Cell {
  return [
    value === null ? "not finite" : formatValue(value, unit),
    std === undefined ? "" : std === null ? " ± not finite" : ` ± ${formatSpread(std, unit)}`,
  ];
}

/** A matrix, in as many parts as its width wants. */
function matrices(evaluations: readonly string[], metrics: readonly RecordedMetric[]): string[][] {
  const columns = [...new Set(metrics.map(keyOf))].map((key) => {
    return columnOf(evaluations, metrics.filter((metric) => keyOf(metric) === key));
  });
  const labels: Column = ["evaluation", "", ...evaluations, "n"], left = widthOf(labels);
  const parts: Column[][] = [];
  let room = 0;
  for (const column of columns) {
    const width = 2 + widthOf(column);
    if (parts.length === 0 || width > room) {
      parts.push([]);
      room = WIDTH - left;
    }
    parts.at(-1)!.push(column);
    room -= width;
  }
  return parts.map((part) =>
    labels.map((label, row) => [label.padEnd(left), ...part.map((column) => column[row]!)].join("  ").trimEnd())
  );
}

function columnOf(evaluations: readonly string[], metrics: readonly RecordedMetric[]): Column {
  const { name, unit } = metrics[0]!,
    cells = evaluations.map((evaluation) => {
      const found = metrics.find((metric) => metric.evaluation === evaluation);
      return found ? cellOf(found) : ["", ""] as const;
    });
  const [value, spread] = [0, 1].map((part) => Math.max(...cells.map((cell) => cell[part]!.length))) as [
    number,
    number,
  ];
  const counts = metrics.map(({ n }) => n), least = Math.min(...counts);
  const texts = [
    name,
    unitLabel(unit),
    ...cells.map(([number, deviation]) => number.padStart(value) + deviation.padEnd(spread)),
    (counts.every((n) => n === least) ? "" : "≥ ") + countText(least),
  ];
  return texts.map((text) => text.padStart(widthOf(texts)));
}

function widthOf(texts: readonly string[]): number {
  return Math.max(...texts.map(({ length }) => length));
}

/** A line a metric. */
function list(metrics: readonly RecordedMetric[]): string[] {
  const rows = metrics.map((metric) => {
    const { evaluation, name, unit, n } = metric, [value, spread] = cellOf(metric);
    return [`${evaluation}.${name}`, value, spread.trim(), unitLabel(unit), countText(n)];
  });
  const table = [["metric", "value", "", "unit", "n"], ...rows], right = [1, 2, 4];
  const widths = table[0]!.map((_, column) => widthOf(table.map((row) => row[column]!)));
  return table.map((row) =>
    row.map((cell, i) => right.includes(i) ? cell.padStart(widths[i]!) : cell.padEnd(widths[i]!)).join("  ").trimEnd()
  );
}

/** What ± is. */
function spreads(metrics: readonly RecordedMetric[]): string[] {
  const names = new Map<string, Set<string>>();
  for (const { evaluation, std, over = "folds" } of metrics) {
    if (std !== undefined) names.set(over, (names.get(over) ?? new Set()).add(evaluation));
  }
  if (names.size === 0) return [];
  const told = [...names].map(([over, of]) => names.size === 1 ? over : `${over} (${[...of].join(", ")})`);
  return ["", `± is the standard deviation over ${told.join(" or ")}, ddof 0`];
}
