/**
 * `run M`: trains one run of a manifest.
 *
 * @module
 */
import type { Command } from "commander";
import { Option } from "commander";
import { type Files, MissingDataError } from "../datasets/files.ts";
import { findDrift, tellDrift } from "../experiments/drift.ts";
import type { RecordedDrift, RunRecord } from "../experiments/record.ts";
import type { PlannedRun } from "../experiments/resolved.ts";
import { ruleOf } from "../experiments/stopping/rule.ts";
import { isFinal } from "../experiments/sweep.ts";
import type { Context } from "./context.ts";
import { DriftedDataError, EXIT, UsageError } from "./exit.ts";
import { alignColumns } from "./format.ts";
import { type LoadedSweep, loadPlan, loadSweep, plannedCode } from "./load.ts";
import { examples, naturalNumber, withComputeOptions, withManifestOptions, withPrintOptions } from "./options.ts";
import { figure } from "./progress_lines.ts";
import { type TrainedSweep, type TrainingOptions, trainRuns } from "./training.ts";

/** Flags of `run`. */
interface RunOptions extends TrainingOptions {
  readonly row?: string;
  readonly id?: string;
  readonly plan?: string;
  readonly index?: number;
}

/** Adds the command. */
export function registerRun(program: Command, context: Context): void {
  const command = program.command("run").argument("[manifest]", "manifest file; none where a plan is given")
    .description("Train one run of a manifest and print its figures; a run that is done is not trained again.")
    .option("--row <label>", "label of the row, where the manifest has several")
    .option("--id <id>", "id of the run, as `plan` prints it")
    .option("--plan <file>", "a frozen plan in place of a manifest, as `plan --out` writes it")
    .option("--index <n>", "position of the run in that plan, from 0", naturalNumber)
    .option("--allow-drift", "train though the program or data has changed since the plan was made, and record it")
    .addOption(new Option("--child", "stop when standard input ends").hideHelp());
  withPrintOptions(withComputeOptions(withManifestOptions(command)), "print events as JSON lines")
    .addHelpText(
      "after",
      examples(
        'run experiments/manifests/omniglot-table2.yaml --row "ArcFace (0.5)" --seed 0',
        "run --plan plan.json --index 3",
      ),
    )
    .action(async (path: string | undefined, options: RunOptions) => {
      const { sweep, planned } = await chosen(path, options, context);
      const { store, experiment } = sweep, rule = ruleOf(sweep);
      if (isFinal(await store.find(experiment, planned.id), rule)) {
        if (!options.quiet) context.io.err(`Run ${planned.id} is done already\n`);
        // Another process finished it since the parent planned: the parent is told of the record that stands.
        if (options.child) {
          context.io.out(JSON.stringify({ type: "end", record: await store.find(experiment, planned.id) }) + "\n");
        }
      } else {
        if (!options.child && sweep.frozen && !await store.readPlan(experiment)) await store.writePlan(sweep.frozen);
        context.code = await trainRuns([planned], sweep, options, context);
      }
      const record = await store.find(experiment, planned.id);
      const well = record?.status === "completed" || record?.status === "stopped" && isFinal(record, rule);
      if (record && !well && context.code === EXIT.done) context.code = EXIT.failed;
      if (record && !options.json) context.io.out(render(record, (await store.folder(experiment, planned.id)).path));
    });
}

/** The run that the arguments name, of a manifest or of a frozen plan. */
async function chosen(
  path: string | undefined,
  options: RunOptions,
  context: Context,
): Promise<{ sweep: TrainedSweep; planned: PlannedRun }> {
  const { plan, index, row, id, set, backend, seed } = options;
  if (plan === undefined) {
    if (path === undefined) throw new UsageError("Cannot run: name a manifest, or a plan with --plan and --index");
    if (index !== undefined) throw new UsageError("Cannot use --index with a manifest: a plan is wanted, --plan FILE");
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
  const sweep = await loadPlan(plan, options), { runs, frozen, files, plugins } = sweep;
  const planned = runs[index ?? -1];
  if (!planned) {
    throw new UsageError(`Cannot choose a run of ${plan}: wanted --index from 0 to ${runs.length - 1}, found ${index}`);
  }
  const drift = await findDrift(frozen, planned, { files, plugins, code: (await plannedCode()).sha256 });
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
function choose({ plan, rows, experiment }: LoadedSweep, { row, id }: RunOptions): PlannedRun {
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

function render(record: RunRecord, folder: string): string {
  const lines = [`${record.row}, seed ${record.seed}: ${record.status}${record.error ? `, ${record.error}` : ""}`];
  const metrics = record.metrics.map(({ evaluation, name, value, std, over = "folds" }) => [
    `  ${evaluation}.${name}`,
    figure(value) + (std === undefined || std === null ? "" : ` ± ${figure(std)} over ${over}`),
  ]);
  return [...lines, ...alignColumns(metrics), `record: ${folder}/record.json`].join("\n") + "\n";
}
