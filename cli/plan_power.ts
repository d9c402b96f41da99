/**
 * `plan M --power X`: how many seeds and pairs a difference of X needs.
 *
 * @module
 */
import { type Command, InvalidArgumentError, Option } from "commander";
import { loadOutcomes, type ScoredRecord } from "../experiments/outcomes.ts";
import {
  differenceLabel,
  formatSpread,
  planPower,
  type PowerPlan,
  type Table,
  tableOfExperiment,
} from "../reports/mod.ts";
import { UsageError } from "./exit.ts";
import type { Io } from "./io.ts";
import type { LoadedSweep, Sweep } from "./load.ts";
import { type PrintOptions, refuseWith } from "./options.ts";

/** Flags of `plan --power`. */
export interface PowerFlags extends PrintOptions {
  /** Difference in the metric's unit. */
  readonly power?: number;
  /** `evaluation.metric`, in place of the first column. */
  readonly metric?: string;
  /** Standard deviation of the difference from seed to seed. */
  readonly std?: number;
  /** Share of the pairs that are decided differently. */
  readonly discordant?: number;
  /** Another question, that cannot be asked at once. */
  readonly explain?: boolean;
  /** A part of another answer. */
  readonly jobs?: number;
}

/** Adds `--power`, `--metric`, `--std` and `--discordant`. */
export function withPowerOptions(command: Command): Command {
  return command
    .addOption(
      new Option("--power <difference>", "tell how many seeds and pairs it takes to find such a difference, as 0.005")
        .argParser(positive),
    )
    .option("--metric <evaluation.metric>", "with --power: the metric, by default that of the first column")
    .addOption(
      new Option("--std <s>", "with --power: the standard deviation of the difference from seed to seed").argParser(
        positive,
      ),
    )
    .addOption(
      new Option("--discordant <share>", "with --power: the share of the pairs that exactly one network has right")
        .argParser(positive),
    );
}

function positive(text: string): number {
  const value = Number(text);
  if (text.trim() !== "" && value > 0 && value < Infinity) return value;
  throw new InvalidArgumentError("A number above 0 is wanted.");
}

/**
 * Prints what a difference needs, if `--power` asks for it.
 *
 * @returns Whether it did.
 * @throws {UsageError} if the other flags stand without `--power`, or nothing gives the metric.
 */
export async function printPower(sweep: Sweep | LoadedSweep, flags: PowerFlags, io: Io): Promise<boolean> {
  const { power: difference, std, discordant, json } = flags;
  if (difference === undefined) {
    const alone = (["metric", "std", "discordant"] as const).find((flag) => flags[flag] !== undefined);
    if (alone) throw new UsageError(`Cannot use --${alone} without --power, which says what difference is looked for`);
    return false;
  }
  refuseWith(
    "--power",
    { "--explain": flags.explain, "--jobs": flags.jobs },
    "it tells no runs; leave one of them out",
  );
  const { table, records } = await measured(sweep, flags.metric, io);
  checkDifference(difference, table);
  const { runs: outcomes } = discordant === undefined
    ? await loadOutcomes(sweep.store, sweep.experiment, records, sweep.registries)
    : { runs: undefined };
  const plan = planPower(table, 0, { difference, std, discordant, outcomes });
  io.out(json ? JSON.stringify({ experiment: sweep.experiment, power: plan }) + "\n" : powerText(plan, table.baseline));
  return true;
}

/** Refuses a difference of a fraction that was meant in percent points. */
function checkDifference(difference: number, { columns: [column] }: Table): void {
  if (column!.unit !== "fraction" || difference < 1) return;
  const hint = difference < 100 ? `--power ${difference / 100} if you mean ${difference} percent points` : "below 1";
  throw new UsageError(
    `Cannot look for a difference of ${difference} in ${column!.metric}: it is a fraction from 0 to 1, wanted ${hint}`,
  );
}

/** The sweep's planned records, and their table with the one column that is asked for. */
async function measured(
  sweep: Sweep | LoadedSweep,
  asked: string | undefined,
  io: Io,
): Promise<{ readonly table: Table; readonly records: readonly ScoredRecord[] }> {
  const { store, experiment, runs, frozen } = sweep;
  const { records, problems } = await store.summaries(experiment);
  problems.forEach((problem) => io.err(problem + "\n"));
  const section = "manifest" in sweep ? sweep.manifest.table : frozen?.table;
  const ids = new Set(runs.map(({ id }) => id)), planned = records.filter(({ id }) => ids.has(id));
  const known = new Set(
    planned.flatMap(({ metrics }) => metrics.map(({ evaluation, name }) => `${evaluation}.${name}`)),
  );
  if ("manifest" in sweep) sweep.manifest.metrics.forEach(({ name }) => known.add(name));
  const metric = asked ?? section?.columns[0] ?? [...known][0];
  if (metric === undefined) {
    throw new UsageError(
      `Cannot plan for a metric of "${experiment}": no run of it is finished, so name one by --metric`,
    );
  }
  if (asked !== undefined && known.size > 0 && !known.has(asked)) {
    throw new UsageError(`Cannot plan for metric "${asked}": the metrics are ${[...known].join(", ")}`);
  }
  const table = tableOfExperiment({
    plan: {
      rows: [...new Set(runs.map(({ row }) => row))].map((label) => ({ label })),
      seeds: [...new Set(runs.map(({ seed }) => seed))],
      runs: runs.map(({ id, row, seed }, index) => ({ index, id, row, seed })),
      table: { columns: [metric], baseline: section?.baseline ?? null, published: null },
      published: null,
    },
    records: planned,
  });
  const definition = "manifest" in sweep ? sweep.manifest.metrics.find(({ name }) => name === metric) : undefined;
  const columns = table.columns.map((column) => ({ ...column, unit: column.unit ?? definition?.unit ?? null }));
  return { table: { ...table, columns }, records: planned };
}

/** The plan for people. */
function powerText(plan: PowerPlan, baseline: string | null): string {
  const { metric, unit, difference, alpha, power, comparisons } = plan;
  const print = (value: number) => formatSpread(value, unit) + (unit === null ? "" : ` ${differenceLabel(unit)}`);
  return [
    `${metric}: to find a difference of ${print(difference)}, two-sided at ${alpha}${
      comparisons === 1 ? "" : ` after Holm over ${comparisons} comparisons`
    }, with a chance of ${power}`,
    ...seedLines(plan, print, baseline),
    ...pairLines(plan.pairs, print),
  ].join("\n") + "\n";
}

function seedLines(
  { seeds, signFlipSeeds }: PowerPlan,
  print: (value: number) => string,
  baseline: string | null,
): string[] {
  const least = `${signFlipSeeds} at least, whatever the difference, or no sign-flip test could find it`;
  if ("unknown" in seeds) return [`seeds: ${least}; ${seeds.unknown}, or give it with --std`];
  const { spread: { std, source, rows }, needed, byTest, planned, detectable } = seeds;
  const of = source === "given"
    ? "as given"
    : source === "differences"
    ? `of ${rows} ${rows === 1 ? "row" : "rows"} less "${baseline}", seed by seed`
    : `by the spread of ${rows} ${rows === 1 ? "row" : "rows"}, as if seeds had nothing in common`;
  return [
    `seeds: ${needed}; ${byTest} by a paired t-test, ${least}`,
    `The standard deviation of a difference is ${print(std)}, ${of}.`,
    `The ${planned === 1 ? "single planned seed finds" : `${planned} planned seeds find`} ${
      detectable === null ? "no difference: too few" : print(detectable)
    }.`,
  ];
}

function pairLines(pairs: PowerPlan["pairs"], print: (value: number) => string): string[] {
  if ("unknown" in pairs) return [`pairs: ${pairs.unknown}`];
  const { discordant, source, compared, needed, measured, detectable } = pairs;
  const share = `${formatSpread(discordant, "fraction")} %`;
  const why = source === "given"
    ? "as given"
    : source === "stored"
    ? `measured on stored runs, the mean of ${compared} ${compared === 1 ? "comparison" : "comparisons"} at equal seeds`
    : "as if two networks erred independently; --discordant gives another";
  return [
    `pairs: ${needed}, by McNemar's test on independent pairs; ${share} decided differently, ${why}`,
    ...measured === null
      ? []
      : [`The test set has ${measured}, which find ${detectable === null ? "no difference" : print(detectable)}.`],
  ];
}
