/**
 * Which run `run` trains: by row, seed or id of a manifest, or by its position in a frozen plan.
 *
 * @module
 */
import { type Files, MissingDataError } from "../datasets/files.ts";
import { findDrift, tellDrift } from "../experiments/drift.ts";
import type { RecordedDrift } from "../experiments/record.ts";
import type { PlannedRun } from "../experiments/resolved.ts";
import { ruleOf } from "../experiments/stopping/rule.ts";
import { isFinal } from "../experiments/sweep.ts";
import type { Context } from "./context.ts";
import { DriftedDataError, UsageError } from "./exit.ts";
import { type LoadedSweep, loadPlan, loadSweep, plannedCode } from "./load.ts";
import { withPlugins } from "./planned_plugins.ts";
import type { TrainedSweep, TrainingOptions } from "./training.ts";
import { checkNoTrust, type TrustOptions } from "./trust.ts";

/** Flags that choose. */
export interface RunChoice {
  /** Label of the row. */
  readonly row?: string;
  /** Id of the run. */
  readonly id?: string;
  /** Path of a frozen plan. */
  readonly plan?: string;
  /** Position in that plan, from 0. */
  readonly index?: number;
}

type ChoiceOptions = TrainingOptions & RunChoice & TrustOptions;

/**
 * The run that the arguments name, of a manifest or of a frozen plan.
 *
 * @throws {UsageError} if they name none or several, or the program or a plugin is not that of the plan.
 * @throws {DriftedDataError} if data is not that of the plan.
 * @throws {MissingDataError} if data of the plan is not there.
 */
export async function chosenRun(
  path: string | undefined,
  options: ChoiceOptions,
  context: Context,
): Promise<{ sweep: TrainedSweep; planned: PlannedRun }> {
  const { plan, index, row, id, set, backend, seed } = options;
  if (plan === undefined) {
    if (path === undefined) throw new UsageError("Cannot run: name a manifest, or a plan with --plan and --index");
    if (index !== undefined) throw new UsageError("Cannot use --index with a manifest: a plan is wanted, --plan FILE");
    checkNoTrust(options);
    const sweep = await loadSweep(path, options, context.io, { tells: false });
    const planned = choose(sweep, options);
    checkReached(sweep, planned.row);
    if (sweep.stopping?.rule === "halving") {
      throw new UsageError(
        `Cannot run one run of ${path}: halving ranks it against all others; train them all with "ablate", freeze the ` +
          "plan and name the run by --plan and --index, or leave the rule out with --set stopping=null",
      );
    }
    return { sweep, planned };
  }
  if (path !== undefined) throw new UsageError(`Cannot run ${path} and --plan ${plan} at once: name one of them`);
  if (set.length > 0 || backend !== undefined || seed !== undefined || row !== undefined || id !== undefined) {
    throw new UsageError(
      "Cannot use --set, --backend, --seed, --row or --id with --plan: a plan is frozen; choose with --index",
    );
  }
  const frozen = await loadPlan(plan, options), { runs, files } = frozen;
  const planned = runs[index ?? -1];
  if (!planned) {
    throw new UsageError(
      `Cannot choose a run of ${plan}: wanted --index from 0 to ${runs.length - 1}, found ${index ?? "none"}`,
    );
  }
  // What is done is not trained again, whatever has changed since.
  if (isFinal(await frozen.store.find(frozen.experiment, planned.id), ruleOf(frozen))) {
    return { sweep: frozen, planned };
  }
  const sweep = await withPlugins(frozen, options), { plugins } = sweep;
  const drift = await findDrift(sweep.frozen, planned, { files, plugins, code: (await plannedCode()).sha256 });
  if (drift && !options.allowDrift) throw driftError(plan, drift, files);
  return { sweep: { ...sweep, drift }, planned };
}

/** The error for a run whose plan no longer describes what is there. */
function driftError(plan: string, drift: RecordedDrift, files: Files): Error {
  const gone = Object.entries(drift.data ?? {}).filter(([, { found }]) => found === null);
  if (gone.length > 0) {
    const places = gone.map(([path]) => `\n  ${files.locate(path)}`).join("");
    return new MissingDataError(`Cannot run ${plan}: this data is not there; put it there, or name --data:${places}`);
  }
  const text = `Cannot run ${plan}: what it was made with has changed; plan again, or let records say so with ` +
    `--allow-drift:\n  ${tellDrift(drift).join("\n  ")}`;
  return drift.data ? new DriftedDataError(text) : new UsageError(text);
}

/** The run that the flags name. */
function choose({ plan, rows, experiment }: LoadedSweep, { row, id }: RunChoice): PlannedRun {
  if (row !== undefined && !rows.includes(row)) {
    throw new UsageError(`Cannot find row "${row}" in "${experiment}": its rows are ${quoteAll(rows)}`);
  }
  const found = plan.runs.filter((run) =>
    (row === undefined || run.row === row) && (id === undefined || run.id === id)
  );
  if (found.length === 1) return found[0]!;
  if (found.length === 0) {
    throw new UsageError(`Cannot find run ${id} in "${experiment}": "plan" prints the ids there are`);
  }
  const several = row === undefined
    ? `${rows.length} rows, choose one with --row: ${quoteAll(rows)}`
    : `${found.length} seeds, choose one with --seed`;
  throw new UsageError(`Cannot run all of "${experiment}" at once: it has ${several}; or train them all with "ablate"`);
}

/** A run of one row takes every override, or says which key of the manifest to change instead. */
function checkReached({ manifest: { partly } }: LoadedSweep, row: string): void {
  for (const { override, path, without } of partly) {
    const found = without.find(({ label }) => label === row);
    if (!found) continue;
    const [, value = "…"] = /=(.*)$/.exec(override) ?? [];
    throw new UsageError(
      `Cannot apply ${override} to row "${row}": the row sets ${path}, or all of ${
        path.split(".")[0]
      }, itself; change ` +
        `it there, as by --set ablation.rows.${found.index}.${path}=${value}`,
    );
  }
}

function quoteAll(names: readonly string[]): string {
  return names.map((name) => `"${name}"`).join(", ");
}
