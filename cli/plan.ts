/**
 * `plan M`: the runs of a manifest, which are done, and what they cost.
 *
 * @module
 */
import { type Command, Option } from "commander";
import { rowDifferences } from "../experiments/differences.ts";
import { findDrift, tellDrift } from "../experiments/drift.ts";
import { explainRuns } from "../experiments/explain.ts";
import { availableMemory, freeDisk } from "../experiments/machine.ts";
import type { RecordedDrift } from "../experiments/record.ts";
import type { RunSummary } from "../experiments/store.ts";
import { ruleOf } from "../experiments/stopping/rule.ts";
import { isFinal } from "../experiments/sweep.ts";
import type { Context } from "./context.ts";
import { UsageError } from "./exit.ts";
import { type LoadedSweep, loadPlan, loadSweep, missingData, plannedCode, type PlannedSweep } from "./load.ts";
import { examples, type ManifestOptions, positiveNumber, type PrintOptions, withManifestOptions } from "./options.ts";
import { checkOut, isPlanFile, planOutOption, writeFrozen } from "./plan_out.ts";
import { explainText } from "./plan_explain.ts";
import { type PowerFlags, printPower, withPowerOptions } from "./plan_power.ts";
import { baselineOf, reportOf, rowsOf } from "./plan_lines.ts";
import { withPlugins } from "./planned_plugins.ts";
import { tellStopping, warnStopping } from "./stopping.ts";
import { checkNoTrust, trustFlags, type TrustOptions, withTrustOptions } from "./trust.ts";
import { differencesText, previewText, runsText } from "./plan_text.ts";

/** Flags of `plan`. */
interface PlanOptions extends Omit<ManifestOptions, "out">, PrintOptions, PowerFlags, TrustOptions {
  readonly out: readonly string[];
  readonly plan?: string;
  readonly force?: boolean;
  readonly explain?: boolean;
  readonly jobs?: number;
}

/** Adds the command. */
export function registerPlan(program: Command, context: Context): void {
  const command = program.command("plan").argument("[manifest]", "manifest file; none where a plan is given")
    .description("Print the runs of a manifest, their ids, which are done, and what they cost. Nothing is trained.");
  withTrustOptions(withPowerOptions(withManifestOptions(command, planOutOption())))
    .option("--plan <file>", "a frozen plan in place of a manifest")
    .option("--force", "with --out FILE.json: replace another plan that is there")
    .option("--explain", "tell of each run why it will be trained or is skipped: which keys differ from which record")
    .addOption(new Option("--jobs <n>", "tell time and memory for as many processes").argParser(positiveNumber))
    .option("--json", "print JSON")
    .addHelpText(
      "after",
      examples(
        "plan experiments/manifests/omniglot-table2.yaml",
        "plan my.yaml --out plan.json",
        "plan my.yaml --explain",
        "plan --plan plan.json --jobs 4 --json",
      ),
    )
    .action(async (path: string | undefined, options: PlanOptions) => {
      await checkOut(options.out, options);
      const sweep = await loaded(path, options, context);
      for (const file of options.out.filter(isPlanFile)) {
        if (!sweep.frozen) throw missingData(sweep);
        await writeFrozen(file, sweep.frozen, options);
        const flags = trustFlags(sweep.frozen, options.data);
        const needs = flags.length > 0 ? `; --plan needs ${flags.join(" ")} with it` : "";
        context.io.err(`Plan of ${sweep.runs.length} runs: ${file}${needs}\n`);
      }
      if (await printPower(sweep, options, context.io)) return;
      context.io.out(await printed(sweep, options, (problem) => context.io.err(problem + "\n")));
    });
}

/** The plan of a manifest, or a frozen one. */
async function loaded(
  path: string | undefined,
  { out, plan, ...rest }: PlanOptions,
  { io }: Context,
): Promise<LoadedSweep | PlannedSweep> {
  const options = { ...rest, out: out.findLast((one) => !isPlanFile(one)) ?? "results" };
  if (plan === undefined) {
    if (path === undefined) throw new UsageError("Cannot plan: name a manifest, or a frozen plan with --plan");
    checkNoTrust(options);
    return await loadSweep(path, options, io);
  }
  if (path !== undefined) throw new UsageError(`Cannot show ${path} and --plan ${plan} at once: name one of them`);
  const { set, backend, seed } = rest;
  if (set.length > 0 || backend !== undefined || seed !== undefined || out.some(isPlanFile)) {
    throw new UsageError(
      "Cannot use --set, --backend, --seed or --out FILE.json with --plan: it is frozen; plan its manifest again",
    );
  }
  return await withPlugins(await loadPlan(plan, options), options);
}

async function printed(
  sweep: LoadedSweep | PlannedSweep,
  { explain = false, jobs, json }: PlanOptions,
  warn: (text: string) => void,
): Promise<string> {
  const { store, experiment, missing } = sweep;
  const { records, problems } = await store.summaries(experiment);
  problems.forEach(warn);
  const rule = ruleOf(sweep), final = (record: Pick<RunSummary, "status" | "stopped">) => isFinal(record, rule);
  const { runs, preview } = await reportOf(sweep, { records, final, jobs });
  const room = { memory: await availableMemory(), disk: await freeDisk(store.root) };
  const differences = rowDifferences(rowsOf(sweep), baselineOf(sweep));
  const why = explain
    ? await explainRuns(sweep.runs, { store, experiment, ...await store.records(experiment), final })
    : undefined;
  const drift = explain && "planPath" in sweep ? await driftOf(sweep) : undefined;
  if (json) {
    const lines = why ? runs.map((run, i) => ({ ...run, explain: why[i] })) : runs;
    const found = drift ? { drift } : {};
    return JSON.stringify({ experiment, runs: lines, preview, room, differences, ...found }) + "\n";
  }
  const notes = missing.length === 0
    ? []
    : ["Data that is not there, so that the ids marked ? will change:", ...missing.map((at) => `  ${at}`)];
  return [
    ...why ? explainText(runs, why) : runsText(runs),
    "",
    ...drift ? ["changed since it was planned; run refuses it without --allow-drift:", ...tellDrift(drift)] : [],
    ...differencesText(differences, { all: explain }),
    ...previewText(runs, preview, room),
    ...tellStopping(sweep),
    ...warnStopping(sweep).map((warning) => `warning: ${warning}`),
    ...notes,
  ].join("\n") + "\n";
}

/** What has changed since a plan was frozen, for any of its runs. */
async function driftOf({ frozen, files, plugins }: PlannedSweep): Promise<RecordedDrift | undefined> {
  const data = Object.assign({}, ...frozen.rows.map((row) => row.data));
  return await findDrift(frozen, { identity: { data } }, { files, plugins, code: (await plannedCode()).sha256 });
}
