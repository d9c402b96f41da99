/**
 * Checks `table` against the rows: its columns must be metrics that a protocol gives, its baseline a row.
 *
 * @module
 */
import type { MetricDefinition } from "../../evaluation/protocol.ts";
import { didYouMean, listNames } from "../../registry/nearest.ts";
import type { Registries } from "../../registry/registries.ts";
import type { Place, Problems } from "./error.ts";
import type { RowRun } from "./sections.ts";
import { child, type MapNode, type TreeNode } from "./tree.ts";
import type { EvaluateSection, TableSection } from "../resolved.ts";

/** The metrics of all rows, named `evaluation.metric`, each once, in the order in which they come up. */
export function metricsOf(
  problems: Problems,
  registries: Registries,
  rows: readonly { readonly run: Pick<RowRun, "evaluate">; readonly tree: MapNode }[],
): MetricDefinition[] {
  const found = new Map<string, MetricDefinition>();
  const seen = new Set<readonly EvaluateSection[]>();
  for (const { run, tree } of rows) {
    if (seen.has(run.evaluate)) continue;
    seen.add(run.evaluate);
    for (const evaluation of run.evaluate) {
      for (const metric of definitions(problems, registries, evaluation, child(tree, "evaluate")?.at ?? tree.at)) {
        const name = `${evaluation.name}.${metric.name}`;
        if (!found.has(name)) found.set(name, { ...metric, name });
      }
    }
  }
  return [...found.values()];
}

function definitions(
  problems: Problems,
  registries: Registries,
  { name: evaluation, protocol: section }: EvaluateSection,
  at: Place,
): readonly MetricDefinition[] {
  const { protocol, ...params } = section;
  try {
    return registries.protocol.get(String(protocol)).metrics(params);
  } catch (error) {
    problems.add(at, `Cannot use protocol "${protocol}" of evaluation "${evaluation}": ${(error as Error).message}`);
    return [];
  }
}

/** Checks columns, tolerances and baseline; `node` tells where they stand. */
export function checkTable(
  problems: Problems,
  table: TableSection,
  node: TreeNode | undefined,
  metrics: readonly string[],
  labels: readonly string[],
): void {
  const columns = child(node, "columns");
  for (const [i, column] of table.columns.entries()) {
    const at = columns?.type === "list" ? columns.items[i]!.at : columns?.at ?? node!.at;
    if (!metrics.includes(column)) {
      const known = metrics.length > 0
        ? `known metrics are ${listNames(byNearness(column, metrics))}`
        : "no evaluation gives one";
      problems.add(at, `Cannot show column "${column}": ${known}${didYouMean(column, metrics)}`);
    } else if (table.columns.indexOf(column) < i) {
      problems.add(at, `Duplicate column "${column}": it is shown once already`);
    }
  }
  const tolerance = child(node, "tolerance");
  for (const figure of Object.keys(table.tolerance ?? {})) {
    if (metrics.includes(figure)) continue;
    const known = metrics.length > 0
      ? `known metrics are ${listNames(byNearness(figure, metrics))}`
      : "no evaluation gives one";
    const at = child(tolerance, figure)?.at ?? node!.at;
    problems.add(at, `Cannot tolerate a difference of "${figure}": ${known}${didYouMean(figure, metrics)}`);
  }
  if (table.baseline !== null && !labels.includes(table.baseline)) {
    const at = child(node, "baseline")?.at ?? node!.at;
    const known = `known rows are ${listNames(labels)}${didYouMean(table.baseline, labels)}`;
    problems.add(at, `Cannot find the baseline row "${table.baseline}": ${known}`);
  }
}

/** Metrics of the same evaluation first, for a list that may be cut. */
function byNearness(column: string, metrics: readonly string[]): string[] {
  const prefix = column.split(".")[0] + ".";
  const near = (name: string) => name.startsWith(prefix) ? 0 : 1;
  return metrics.toSorted((a, b) => near(a) - near(b));
}
