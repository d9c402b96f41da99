/**
 * Successive halving: at each rung rows are ranked, and the best share of them goes on.
 *
 * Source: K. Jamieson and A. Talwalkar, "Non-stochastic Best Arm Identification and Hyperparameter Optimization",
 * AISTATS 2016, arXiv:1502.07943.
 *
 * @module
 */
import type { HalvingSection } from "../resolved.ts";

/** What is known of a run at a rung. */
export type Standing =
  /** The metric at that step; `null` where it was not finite. */
  | { readonly type: "figure"; readonly value: number | null }
  /** It failed, diverged or was stopped before. */
  | { readonly type: "ended" }
  /** It was past the step before anyone asked for a figure. */
  | { readonly type: "past" };

/** A row at a rung, with what is known of its runs. */
export interface RungRow {
  /** Its label. */
  readonly label: string;
  /** Its runs, one a seed. */
  readonly runs: readonly Standing[];
}

/** A row at a rung, ranked. */
export interface RankedRow {
  /** Its label. */
  readonly label: string;
  /** From 1. */
  readonly rank: number;
  /** Mean of the metric over the seeds that have a finite figure; `null` where none has. */
  readonly mean: number | null;
  /** How many of its seeds have no finite figure. */
  readonly lacking: number;
  /** Whether its runs train on. */
  readonly goesOn: boolean;
}

/** How many of `rows` rows go on by rank: `⌈keep · rows⌉`. */
export function goOn(rows: number, keep: number): number {
  // 0.28 · 25 is 7.000000000000001 in float64, and seven rows are meant.
  return Math.ceil(Number((keep * rows).toPrecision(12)));
}

/**
 * Ranks rows by the mean over their seeds. A row that lacks a figure of a seed ranks after all that lack fewer; equal
 * rows rank in the order of the plan. The best `⌈keep · n⌉` go on, and beside them protected rows, and rows with a run
 * that was past the rung before anyone asked.
 *
 * @param rows The rows that are still at work, in the order of the plan.
 * @returns The same rows, best first.
 */
export function rankRung(
  rows: readonly RungRow[],
  { higherIsBetter, keep, protect }: Pick<HalvingSection, "higherIsBetter" | "keep" | "protect">,
): RankedRow[] {
  const best = goOn(rows.length, keep), sign = higherIsBetter ? 1 : -1;
  const measured = rows.map(({ label, runs }) => {
    const values = runs.flatMap((run) => run.type === "figure" && run.value !== null ? [run.value] : []);
    const mean = values.length > 0 ? values.reduce((sum, value) => sum + value, 0) / values.length : null;
    const exempt = protect.includes(label) || runs.some(({ type }) => type === "past");
    return { label, mean, lacking: runs.length - values.length, exempt };
  });
  // Sorting is stable, which keeps equal rows in the order of the plan.
  const sorted = measured.toSorted((a, b) =>
    a.lacking - b.lacking || (a.mean === null || b.mean === null ? 0 : sign * (b.mean - a.mean))
  );
  return sorted.map(({ exempt, ...row }, i) => ({ ...row, rank: i + 1, goesOn: i < best || exempt }));
}

/** A decided rung. */
export interface DecidedRung {
  /** Its step. */
  readonly step: number;
  /** Every row that was at work, best first. */
  readonly ranking: readonly RankedRow[];
}

/** What a decision reads of a plan: its rows, in order, and their runs. */
export interface HalvedPlan {
  /** Rows in the order of the plan. */
  readonly rows: readonly { readonly label: string }[];
  /** Their runs. */
  readonly runs: readonly { readonly id: string; readonly row: string }[];
}

/** What decisions rest on. */
export interface Ledger {
  /** What is known of a run at a step; `undefined` while it is still to get there. */
  standing(id: string, step: number): Promise<Standing | undefined>;
  /** The decision of a rung, where one was taken before. */
  decision(step: number): Promise<DecidedRung | undefined>;
  /** Keeps a decision; gives the one that stands, which another process may have taken first. */
  keep(rung: DecidedRung): Promise<DecidedRung>;
}

/**
 * Decides rung after rung, as far as there is what decides: a rung is open while one of its runs has neither a figure
 * nor an end. A decision that was taken stands.
 *
 * @returns The decided rungs, ascending.
 */
export async function decideRungs(
  { rows, runs }: HalvedPlan,
  section: HalvingSection,
  ledger: Ledger,
): Promise<DecidedRung[]> {
  const decided: DecidedRung[] = [];
  let labels = rows.map(({ label }) => label);
  for (const step of section.rungs) {
    const rung = await ledger.decision(step) ?? await decideRung(step, { labels, runs }, section, ledger);
    if (!rung) return decided;
    decided.push(rung);
    const left = new Set(rung.ranking.filter(({ goesOn }) => goesOn).map(({ label }) => label));
    labels = labels.filter((label) => left.has(label));
  }
  return decided;
}

async function decideRung(
  step: number,
  { labels, runs }: { readonly labels: readonly string[]; readonly runs: HalvedPlan["runs"] },
  section: HalvingSection,
  { standing, keep }: Ledger,
): Promise<DecidedRung | undefined> {
  const known = new Map(labels.map((label) => [label, [] as Standing[]]));
  for (const { id, row } of runs) {
    if (!known.has(row)) continue;
    const one = await standing(id, step);
    if (!one) return undefined;
    known.get(row)!.push(one);
  }
  return await keep({ step, ranking: rankRung(labels.map((label) => ({ label, runs: known.get(label)! })), section) });
}

/** What becomes of a row at a step. */
export interface RungVerdict {
  /** Whether it trains on. */
  readonly goesOn: boolean;
  /** The rung that decided: the one at which the row ended, else that of the step. */
  readonly step: number;
  /** The row there. */
  readonly row: RankedRow;
  /** Rows that were ranked there. */
  readonly of: number;
}

/** What becomes of a row at the rung of a step; `undefined` while that rung is open. */
export function verdictOf(decided: readonly DecidedRung[], label: string, step: number): RungVerdict | undefined {
  for (const rung of decided) {
    const row = rung.ranking.find((ranked) => ranked.label === label);
    if (row && (!row.goesOn || rung.step === step)) {
      return { goesOn: row.goesOn, step: rung.step, row, of: rung.ranking.length };
    }
    if (rung.step >= step) break;
  }
  return undefined;
}

/** Steps that a plan saves at least, whatever the figures; rows that are protected may all rank behind the best. */
export function leastSaved(
  rows: readonly { readonly label: string; readonly steps: number; readonly runs: number }[],
  { rungs, keep, protect }: HalvingSection,
): number {
  const open = rows.filter(({ label }) => !protect.includes(label)), beside = rows.length - open.length;
  if (open.length === 0) return 0;
  const steps = Math.min(...open.map((row) => row.steps)), runs = Math.min(...open.map((row) => row.runs));
  let left = rows.length, saved = 0;
  for (const rung of rungs) {
    const next = Math.min(left, goOn(left, keep) + beside);
    saved += (left - next) * (steps - rung) * runs;
    left = next;
  }
  return saved;
}
