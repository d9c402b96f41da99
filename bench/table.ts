/**
 * Tables of what was measured, in Markdown.
 *
 * @module
 */
import { type Comparison, type Report, type SideResult, type Suite, SUITES } from "./result.ts";
import type { Summary } from "./statistics.ts";

const TITLES: Readonly<Record<Suite, string>> = {
  kernels: "Kernels",
  heads: "Heads",
  steps: "Training steps",
  input: "Input",
  evaluation: "Evaluation",
};

/** All suites of a report, each with a heading. */
export function renderReport(report: Report): string {
  return SUITES.flatMap((suite) => {
    const table = renderSuite(report, suite);
    return table === "" ? [] : [`### ${TITLES[suite]}`, "", table];
  }).join("\n");
}

/** One line of Markdown about the machine. */
export function renderMachine({ machine, date, quick }: Report): string {
  const { cpu, cores, os, deno, tfjs, adapter, blas, torch } = machine;
  const parts = [`${cpu}, ${cores} cores`, os, `Deno ${deno}`, `tfjs ${tfjs}`, adapter, blas, torch];
  const found = parts.filter((part) => part).join("; ");
  return `${found}; ${date.slice(0, 10)}${quick ? "; small sizes (`--quick`)" : ""}.\n`;
}

/** The table of one suite, or an empty text where it was not run. */
export function renderSuite({ comparisons }: Report, suite: Suite): string {
  const rows = comparisons.filter((comparison) => comparison.suite === suite);
  if (rows.length === 0) return "";
  const header = ["work", "side", "ms (quartiles)", "ratio (quartiles)", "rate", "of peak", "memory"];
  const body = rows.flatMap((row) => row.sides.map((side, i) => cells(row, side, i === 0)));
  const used = header.map((_, column) => column < 4 || body.some((line) => line[column] !== ""));
  const keep = (line: readonly string[]) => line.filter((_, column) => used[column]);
  return [keep(header), keep(header.map(() => "---")), ...body.map(keep)]
    .map((line) => `| ${line.join(" | ")} |`).join("\n") + "\n";
}

function cells({ name, work }: Comparison, side: SideResult, first: boolean): string[] {
  const left = [first ? name : "", side.name];
  if (!side.ms) return [...left, `did not run: ${side.error?.replaceAll("|", "\\|")}`, "", "", "", ""];
  const { median } = side.ms;
  return [
    ...left,
    spread(side.ms),
    side.ratio ? spread(side.ratio, "×") : first ? "1" : "",
    rate(work, median),
    side.roofline === undefined ? "" : `${(100 * side.roofline).toFixed(0)} %`,
    side.peakMiB === undefined ? "" : `${side.peakMiB.toFixed(0)} MiB`,
  ];
}

function rate({ flops, bytes, images }: Comparison["work"], ms: number): string {
  if (images) return `${figures(images / ms * 1000)} images/s`;
  if (flops) return `${figures(flops / ms / 1e6)} GFLOP/s`;
  return bytes ? `${figures(bytes / ms / 1e6)} GB/s` : "";
}

function spread({ q1, median, q3 }: Summary, unit = ""): string {
  return `${figures(median)}${unit} (${figures(q1)}–${figures(q3)})`;
}

/** Three figures. */
export function figures(value: number): string {
  if (value >= 100) return value.toFixed(0);
  return value >= 10 ? value.toFixed(1) : value >= 1 ? value.toFixed(2) : value.toPrecision(2);
}

/** Medians of two reports, now over then, for all that both measured. */
export function renderAgainst(now: Report, then: Report): string {
  const before = new Map(then.comparisons.flatMap((row) => row.sides.map((side) => [keyOf(row, side), side] as const)));
  const lines = now.comparisons.flatMap((row) =>
    row.sides.flatMap((side) => {
      const old = before.get(keyOf(row, side));
      if (!side.ms || !old?.ms) return [];
      const ratio = side.ms.median / old.ms.median;
      const values = [row.suite, row.name, side.name, figures(old.ms.median), figures(side.ms.median), figures(ratio)];
      return [`| ${values.join(" | ")} |`];
    })
  );
  return ["| suite | work | side | then, ms | now, ms | now/then |", "| --- | --- | --- | --- | --- | --- |", ...lines]
    .join("\n") + "\n";
}

function keyOf({ suite, name }: Comparison, side: SideResult): string {
  return [suite, name, side.name].join("\n");
}
