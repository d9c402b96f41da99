/**
 * Checks `stopping` against the rows: what it ranks by must be measured in every row, before training ends.
 *
 * @module
 */
import canonicalize from "canonicalize";
import type { MetricDefinition } from "../../evaluation/protocol.ts";
import { didYouMean, listNames } from "../../registry/nearest.ts";
import type { HalvingSection, ResolvedRun, StoppingSection } from "../resolved.ts";
import { goOn } from "../stopping/halving.ts";
import { checkObject } from "./check.ts";
import type { Place, Problems } from "./error.ts";
import { stoppingShapes } from "./shape.ts";
import { child, show, textOf, type TreeNode, valueOf } from "./tree.ts";

/** What a rule is checked against. */
export interface StoppedRows {
  /** Every metric that the rows give, named `evaluation.metric`. */
  readonly metrics: readonly MetricDefinition[];
  /** The rows that could be resolved. */
  readonly rows: readonly { readonly label: string; readonly run: Pick<ResolvedRun, "train" | "evaluate"> }[];
  /** Label of the row that the table compares with, which halving protects by default. */
  readonly baseline: string | null;
  /** Whether the rows and the table have no problem themselves. */
  readonly sound: boolean;
}

/** A problem of one key. */
type Add = (key: string, message: string) => void;

/** Checks the section and fills its defaults in; `undefined` where there is none, or a problem, which has been noted. */
export function resolveStopping(
  problems: Problems,
  node: TreeNode | undefined,
  against: StoppedRows,
): StoppingSection | undefined {
  if (!node) return undefined;
  const rules = Object.keys(stoppingShapes), rule = textOf(child(node, "rule"));
  if (node.type !== "map") {
    problems.add(node.at, `Cannot use stopping: wanted a mapping such as { rule: halving, metric: …, rungs: [300] }`);
    return undefined;
  }
  if (rule === undefined || !Object.hasOwn(stoppingShapes, rule)) {
    const at = node.entries.get("rule")?.value.at ?? node.at;
    const found = node.entries.has("rule") ? show(valueOf(node.entries.get("rule")!.value)) : "none";
    problems.add(
      at,
      `Cannot use rule of stopping: found ${found}, wanted ${listNames(rules)}${didYouMean(rule ?? "", rules)}`,
    );
    return undefined;
  }
  const shape = stoppingShapes[rule as keyof typeof stoppingShapes];
  const written = checkObject(problems, node, shape, { what: `stopping rule "${rule}"` });
  if (!written || !against.sound) return undefined;
  const before = problems.size;
  const add: Add = (key, message) => problems.add(placeOf(node, key), message);
  const higherIsBetter = checkMetric(String(written["metric"]), against, add);
  const section = { ...written, higherIsBetter } as unknown as StoppingSection;
  const resolved: StoppingSection = section.rule === "early"
    ? section
    : { ...section, protect: section.protect ?? (against.baseline === null ? [] : [against.baseline]) };
  if (resolved.rule === "early") checkEarly(resolved, against, add);
  else checkHalving(resolved, against, node, problems);
  return problems.size > before ? undefined : resolved;
}

/** The metric must have a direction, and every row must measure it by one protocol; gives its direction. */
function checkMetric(metric: string, { metrics, rows }: StoppedRows, add: Add): boolean | null {
  const known = metrics.filter(({ higherIsBetter }) => higherIsBetter !== null).map(({ name }) => name);
  const found = metrics.find(({ name }) => name === metric);
  if (!found || found.higherIsBetter === null) {
    const why = found ? "neither direction of it is better" : "no evaluation gives it";
    const wanted = known.length > 0 ? `wanted one of ${listNames(known)}` : "and there is no metric with a direction";
    add("metric", `Cannot stop by metric "${metric}": ${why}, ${wanted}${found ? "" : didYouMean(metric, known)}`);
    return null;
  }
  const evaluation = metric.slice(0, metric.indexOf("."));
  const protocols = new Map<string, string>();
  for (const { label, run } of rows) {
    const section = run.evaluate.find(({ name }) => name === evaluation);
    if (!section) {
      add("metric", `Cannot stop row "${label}" by metric "${metric}": the row has no evaluation "${evaluation}"`);
      continue;
    }
    const protocol = canonicalize(section.protocol)!, [other] = protocols.keys();
    if (other !== undefined && !protocols.has(protocol)) {
      add(
        "metric",
        `Cannot stop by metric "${metric}": rows "${
          protocols.get(other)
        }" and "${label}" measure it by protocols with ` +
          "other parameters, wanted one for all rows",
      );
    }
    protocols.set(protocol, protocols.get(protocol) ?? label);
  }
  return found.higherIsBetter;
}

function checkEarly(
  { every, patience }: Extract<StoppingSection, { rule: "early" }>,
  { rows }: StoppedRows,
  add: Add,
): void {
  const longest = rows.reduce((most, row) => row.run.train.steps > most.run.train.steps ? row : most);
  const first = every * (patience + 1), { steps } = longest.run.train;
  if (first < steps) return;
  add(
    "every",
    `Cannot stop early with every ${every} and patience ${patience}: the first decision would be at step ${first}, ` +
      `wanted one before step ${steps}, with which training ends${rows.length > 1 ? ` in row "${longest.label}"` : ""}`,
  );
}

function checkHalving(section: HalvingSection, { rows }: StoppedRows, node: TreeNode, problems: Problems): void {
  const { rungs, keep, protect } = section, labels = rows.map(({ label }) => label);
  const item = (key: string, i: number) => {
    const list = child(node, key);
    return list?.type === "list" ? list.items[i]!.at : placeOf(node, key);
  };
  for (const [i, rung] of rungs.entries()) {
    const short = rows.filter(({ run }) => run.train.steps <= rung);
    for (const { label, run } of short.slice(0, 1)) {
      problems.add(
        item("rungs", i),
        `Cannot rank rows at step ${rung}: row "${label}" trains ${run.train.steps} steps, wanted rungs below the ` +
          "train.steps of every row",
      );
    }
  }
  for (const [i, label] of protect.entries()) {
    if (labels.includes(label)) continue;
    problems.add(
      item("protect", i),
      `Cannot protect row "${label}": known rows are ${listNames(labels)}${didYouMean(label, labels)}`,
    );
  }
  const left = goOn(rows.length, keep), open = labels.filter((label) => !protect.includes(label)).length;
  if (left >= rows.length) {
    const wanted = rows.length === 1 ? "several rows, as an ablation has, or no stopping" : "a smaller share";
    problems.add(
      placeOf(node, "keep"),
      `Cannot halve with keep ${keep}: it keeps all of ${count(rows.length)}, wanted ${wanted}`,
    );
  } else if (open === 0) {
    problems.add(placeOf(node, "protect"), "Cannot protect every row: halving would stop none, leave some out");
  }
}

function count(rows: number): string {
  return rows === 1 ? "1 row" : `${rows} rows`;
}

/** Where a key's value stands, or the section where it is left to its default. */
function placeOf(node: TreeNode, key: string): Place {
  return child(node, key)?.at ?? node.at;
}
