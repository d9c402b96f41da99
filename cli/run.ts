/**
 * `run M`: trains one run of a manifest.
 *
 * @module
 */
import type { Command } from "commander";
import { Option } from "commander";
import type { RunRecord } from "../experiments/record.ts";
import type { PlannedRun } from "../experiments/resolved.ts";
import { isFinal } from "../experiments/sweep.ts";
import type { Context } from "./context.ts";
import { EXIT, UsageError } from "./exit.ts";
import { alignColumns } from "./format.ts";
import { type LoadedSweep, loadSweep, storedPlan } from "./load.ts";
import { examples, withComputeOptions, withManifestOptions, withPrintOptions } from "./options.ts";
import { figure } from "./progress_lines.ts";
import { type TrainingOptions, trainRuns } from "./training.ts";

/** Flags of `run`. */
interface RunOptions extends TrainingOptions {
  readonly row?: string;
  readonly id?: string;
}

/** Adds the command. */
export function registerRun(program: Command, context: Context): void {
  const command = program.command("run").argument("<manifest>", "manifest file")
    .description("Train one run of a manifest and print its figures; a run that is done is not trained again.")
    .option("--row <label>", "label of the row, where the manifest has several")
    .option("--id <id>", "id of the run, as `plan` prints it")
    .addOption(new Option("--child", "stop when standard input ends").hideHelp());
  withPrintOptions(withComputeOptions(withManifestOptions(command)), "print events as JSON lines")
    .addHelpText("after", examples('run experiments/manifests/omniglot-table2.yaml --row "ArcFace (0.5)" --seed 0'))
    .action(async (path: string, options: RunOptions) => {
      const sweep = await loadSweep(path, options, context.io, { tells: false });
      const planned = choose(sweep, options);
      if (!options.child) checkReached(sweep, planned.row);
      const { store, experiment } = sweep;
      if (isFinal(await store.find(experiment, planned.id))) {
        if (!options.quiet) context.io.err(`Run ${planned.id} is done already\n`);
        // Another process finished it since the parent planned: the parent is told of the record that stands.
        if (options.child) {
          context.io.out(JSON.stringify({ type: "end", record: await store.find(experiment, planned.id) }) + "\n");
        }
      } else {
        if (!options.child && !await store.readPlan(experiment)) await store.writePlan(storedPlan(sweep));
        context.code = await trainRuns([planned], sweep, options, context);
      }
      const record = await store.find(experiment, planned.id);
      if (record && record.status !== "completed" && context.code === EXIT.done) context.code = EXIT.failed;
      if (record && !options.json) context.io.out(render(record, (await store.folder(experiment, planned.id)).path));
    });
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
