/**
 * `ablate M --launcher …`: freezes the plan and hands what is missing of it to a scheduler.
 *
 * @module
 */
import type { FrozenPlan } from "../../experiments/store.ts";
import { setFailuresAside } from "../../experiments/stopping/again.ts";
import { ruleOf } from "../../experiments/stopping/rule.ts";
import { isFinal } from "../../experiments/sweep.ts";
import type { Context } from "../context.ts";
import { checkSinkHosts, withoutLog } from "../sinks.ts";
import { type LoadedSweep, missingData } from "../load.ts";
import { launchKubernetes } from "./kubernetes.ts";
import type { LaunchOptions } from "./options.ts";
import { type Processes, runProcess } from "./processes.ts";
import { checkSlurm, launchSlurm } from "./slurm.ts";

/** A sweep whose plan is frozen under its digest, where no later plan takes its place. */
export interface LaunchedSweep extends LoadedSweep {
  readonly frozen: FrozenPlan;
  /** Path of the plan's file. */
  readonly planPath: string;
  /** Positions of the runs without a final record. */
  readonly todo: readonly number[];
}

/** What {@link launch} may be handed in. */
export interface LaunchHelp {
  /** Starts other programs. */
  readonly processes?: Processes;
  /** Stores the plan as the one that the experiment's table shows. */
  readonly keep: (plan: FrozenPlan) => Promise<unknown>;
}

/**
 * Hands the missing runs to a scheduler.
 *
 * @throws {MissingDataError} if data is not there: ids are provisional then.
 */
export async function launch(
  sweep: LoadedSweep,
  options: LaunchOptions,
  context: Context,
  { processes = runProcess, keep }: LaunchHelp,
): Promise<void> {
  const { frozen, store, experiment } = sweep;
  if (!frozen) throw missingData(sweep);
  const output = withoutLog(sweep.output, options);
  await checkSinkHosts({ ...sweep, output });
  const { records } = await store.summaries(experiment);
  const byId = new Map(records.map((record) => [record.id, record]));
  const todo = frozen.runs.flatMap(({ id }, at) => isFinal(byId.get(id), ruleOf(frozen)) ? [] : [at]);
  let planPath = `${store.root}/${experiment}/plans/${frozen.digest.slice(0, 12)}.json`;
  if (!options.dryRun && todo.length > 0) {
    if (options.launcher === "slurm") await checkSlurm(sweep, processes);
    await keep(frozen);
    planPath = await store.writeVariant(frozen);
    // Whichever task comes to a rung first must not decide it without the others.
    if (frozen.stopping?.rule === "halving") {
      await setFailuresAside(todo.map((at) => frozen.runs[at]!.id), { store, experiment });
    }
  }
  const launched: LaunchedSweep = { ...sweep, output, frozen, planPath, todo };
  if (options.launcher === "kubernetes") await launchKubernetes(launched, options, context);
  else await launchSlurm(launched, options, context, processes);
}
