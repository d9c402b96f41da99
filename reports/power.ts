/**
 * How many seeds, and how many pairs, a difference needs in one column of a table.
 *
 * @module
 */
import { mean } from "../evaluation/spread.ts";
import type { LoadedOutcomes } from "../experiments/outcomes.ts";
import type { TableCell } from "./cell.ts";
import { discordantShare } from "./discordant.ts";
import {
  detectableDifference,
  detectableShare,
  pairsNeeded,
  type PowerOptions,
  seedsNeeded,
  signFlipSeeds,
} from "./statistics/mod.ts";
import type { Table } from "./table.ts";

/** The standard deviation of a difference from seed to seed, and where it comes from. */
export interface PowerSpread {
  /** Standard deviation (ddof 1) of the difference of two rows at one seed, in the metric's unit. */
  readonly std: number;
  /**
   * `given` by the caller; of the `differences` to the baseline, seed by seed, pooled over rows; or `√2` times that of
   * the `rows` themselves, pooled, as if the seeds of two rows had nothing in common.
   */
  readonly source: "given" | "differences" | "rows";
  /** Rows that it is pooled over. */
  readonly rows: number;
}

/** Seeds that a difference needs. */
export interface PowerSeeds {
  /** What the number rests on. */
  readonly spread: PowerSpread;
  /** Seeds with which the difference is found: {@link byTest}, and no fewer than a sign-flip test takes. */
  readonly needed: number;
  /** Seeds with which the paired t-test finds the difference, of Holm's comparisons the one with the least p. */
  readonly byTest: number;
  /** Seeds that are planned. */
  readonly planned: number;
  /** The difference that the planned seeds find; `null` where they are too few to find any. */
  readonly detectable: number | null;
}

/** Pairs that a difference of accuracies needs. */
export interface PowerPairs {
  /** Share of the pairs that exactly one of two networks has right. */
  readonly discordant: number;
  /**
   * `given` by the caller; of the pairs that runs `stored`; or by the mean accuracy of the rows, as if two networks erred
   * `independent`ly.
   */
  readonly source: "given" | "stored" | "independent";
  /** Comparisons of two runs of one seed that it is the mean of; 0 where it was not measured. */
  readonly compared: number;
  /** Independent pairs with which McNemar's test finds the difference. */
  readonly needed: number;
  /** Pairs of the test set; `null` where no record tells. */
  readonly measured: number | null;
  /** The difference that as many find; `null` where that is unknown, or they find none. */
  readonly detectable: number | null;
}

/** What a difference needs. */
export interface PowerPlan extends Required<PowerOptions> {
  /** `evaluation.metric`. */
  readonly metric: string;
  /** Its unit, `null` while no run has it. */
  readonly unit: string | null;
  /** The difference, in the metric's unit. */
  readonly difference: number;
  /** Seeds; or why their number is not known. */
  readonly seeds: PowerSeeds | { readonly unknown: string };
  /** Rows that are compared with the baseline: Holm's correction is over so many. */
  readonly comparisons: number;
  /** The least number of seeds with which a sign-flip test can reach the level after Holm. */
  readonly signFlipSeeds: number;
  /** Pairs; or why their number is not known. */
  readonly pairs: PowerPairs | { readonly unknown: string };
}

/** What {@link planPower} is asked. */
export interface PowerQuestion extends PowerOptions {
  /** Difference to be found, in the metric's unit; not 0. */
  readonly difference: number;
  /** Standard deviation of the difference from seed to seed, in place of that of the records. */
  readonly std?: number | undefined;
  /** Share of the pairs that exactly one of two networks has right, in place of what is measured or assumed. */
  readonly discordant?: number | undefined;
  /** What runs said of each pair, by id and evaluation; without it two networks are taken to err independently. */
  readonly outcomes?: LoadedOutcomes["runs"] | undefined;
}

/**
 * Says how many seeds and how many pairs a difference needs, by the runs that a table shows.
 *
 * @param column Index of the metric's column.
 * @throws {RangeError} if the difference, the deviation or the share cannot be planned with.
 */
export function planPower(table: Table, column: number, question: PowerQuestion): PowerPlan {
  const { difference, alpha = 0.05, power = 0.8 } = question, { metric, unit } = table.columns[column]!;
  const cells = table.rows.map(({ cells }) => cells[column]!);
  const base = table.rows.findIndex(({ label }) => label === table.baseline);
  const comparisons = base < 0 ? 1 : Math.max(1, cells.length - 1), least = signFlipSeeds(alpha, comparisons);
  const asked = { ...question, alpha: alpha / comparisons, power };
  return {
    metric,
    unit,
    difference,
    ...{ alpha, power, comparisons },
    seeds: planSeeds(cells, cells[base], { ...asked, planned: table.seeds.length, least }),
    signFlipSeeds: least,
    pairs: planPairs(metric, { cells, base: cells[base] }, asked),
  };
}

function planSeeds(
  cells: readonly TableCell[],
  base: TableCell | undefined,
  { difference, std, planned, least, ...options }: PowerQuestion & { readonly planned: number; readonly least: number },
): PowerPlan["seeds"] {
  const spread = std === undefined ? spreadOfCells(cells, base) : { std, source: "given" as const, rows: 0 };
  if (!spread) return { unknown: "no spread known: two finished seeds of a row are wanted" };
  if (spread.std === 0) return { unknown: "no spread known: the finished seeds all give the same" };
  const byTest = seedsNeeded(difference, spread.std, options);
  return {
    spread,
    needed: Math.max(byTest, least),
    byTest,
    planned,
    detectable: planned >= least ? detectableDifference(planned, spread.std, options) : null,
  };
}

/** The spread of differences to the baseline, pooled over rows; else that of the rows. */
function spreadOfCells(cells: readonly TableCell[], base: TableCell | undefined): PowerSpread | null {
  const differences = cells.filter((cell) => cell !== base).map((cell) =>
    cell.runs.flatMap(({ seed, value }) => {
      const other = base?.runs.find((run) => run.seed === seed);
      return other ? [value - other.value] : [];
    })
  );
  const paired = pooled(differences);
  if (paired) return { ...paired, source: "differences" };
  const rows = pooled(cells.map(({ runs }) => runs.map(({ value }) => value)));
  return rows && { std: rows.std * Math.SQRT2, source: "rows", rows: rows.rows };
}

/** `√(Σ squares / Σ (n − 1))` over the groups of two and more; `null` where there is none. */
function pooled(groups: readonly (readonly number[])[]): { readonly std: number; readonly rows: number } | null {
  let squares = 0, freedom = 0, rows = 0;
  for (const values of groups) {
    if (values.length < 2) continue;
    const centre = mean(values);
    for (const value of values) squares += (value - centre) ** 2;
    freedom += values.length - 1, rows++;
  }
  return rows === 0 ? null : { std: Math.sqrt(squares / freedom), rows };
}

function planPairs(
  metric: string,
  { cells, base }: { readonly cells: readonly TableCell[]; readonly base: TableCell | undefined },
  { difference, discordant: given, outcomes = new Map(), ...options }: PowerQuestion,
): PowerPlan["pairs"] {
  const size = Math.abs(difference), evaluation = /^(.+)\.accuracy$/.exec(metric)?.[1];
  if (evaluation === undefined) return { unknown: "pairs are counted for an accuracy alone" };
  const runs = cells.flatMap((cell) => cell.runs);
  const stored = given === undefined ? discordantShare(cells, base, { evaluation, outcomes }) : null;
  const discordant = given ?? stored?.share ?? independent(runs.map(({ value }) => value), size);
  if (discordant === null) return { unknown: "no accuracy known: a finished run is wanted" };
  if (size > discordant) {
    return {
      unknown: `so large a difference takes more than ${
        Number(discordant.toPrecision(3))
      } of the pairs that are decided differently`,
    };
  }
  const sizes = new Set(runs.map(({ n }) => n)), measured = sizes.size === 1 ? runs[0]!.n : null;
  return {
    discordant,
    source: given !== undefined ? "given" : stored ? "stored" : "independent",
    compared: stored?.comparisons ?? 0,
    needed: pairsNeeded(difference, discordant, options),
    measured,
    detectable: measured === null ? null : detectableShare(measured, discordant, options),
  };
}

/** Share of the pairs that one of two networks has right, which err independently about their mean accuracy. */
function independent(accuracies: readonly number[], difference: number): number | null {
  if (accuracies.length === 0) return null;
  const centre = mean(accuracies);
  const better = Math.min(1, centre + difference / 2), worse = better - difference;
  return worse < 0 ? 1 : better * (1 - worse) + worse * (1 - better);
}
