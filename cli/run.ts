/**
 * `run M`: trains one run of a manifest.
 *
 * @module
 */
import type { Command } from "commander";
import { Option } from "commander";
import type { RunRecord } from "../experiments/record.ts";
import { ruleOf } from "../experiments/stopping/rule.ts";
import { endedWell, isFinal } from "../experiments/sweep.ts";
import { chosenRun, type RunChoice } from "./chosen_run.ts";
import type { Context } from "./context.ts";
import { EXIT } from "./exit.ts";
import { alignColumns } from "./format.ts";
import {
  examples,
  naturalNumber,
  noLogOption,
  positiveNumber,
  withComputeOptions,
  withManifestOptions,
  withPrintOptions,
} from "./options.ts";
import { keepPlan } from "../experiments/own_plan.ts";
import { figure } from "./progress_lines.ts";
import { type TrainingOptions, trainRuns } from "./training.ts";
import { type TrustOptions, withTrustOptions } from "./trust.ts";

/** Flags of `run`. */
interface RunOptions extends TrainingOptions, RunChoice, TrustOptions {}

/** Adds the command. */
export function registerRun(program: Command, context: Context): void {
  const command = program.command("run").argument("[manifest]", "manifest file; none where a plan is given")
    .description("Train one run of a manifest and print its figures; a run that is done is not trained again.")
    .option("--row <label>", "label of the row, where the manifest has several")
    .option("--id <id>", "id of the run, as `plan` prints it")
    .option("--plan <file>", "a frozen plan in place of a manifest, as `plan --out` writes it")
    .option("--index <n>", "position of the run in that plan, from 0", naturalNumber)
    .option("--allow-drift", "train though the program or data has changed since the plan was made, and record it")
    .addOption(noLogOption())
    .addOption(new Option("--child", "stop when standard input ends").hideHelp())
    .addOption(
      new Option("--share <n>", "threads where neither --threads nor a checkpoint says").argParser(positiveNumber)
        .hideHelp(),
    );
  withPrintOptions(withComputeOptions(withManifestOptions(withTrustOptions(command))), "print events as JSON lines")
    .addHelpText(
      "after",
      examples(
        'run experiments/manifests/omniglot-table2.yaml --row "ArcFace (0.5)" --seed 0',
        "run --plan plan.json --index 3",
      ),
    )
    .action(async (path: string | undefined, options: RunOptions) => {
      const { sweep, planned } = await chosenRun(path, options, context);
      const { store, experiment } = sweep, standing = await store.find(experiment, planned.id);
      const rule = ruleOf(sweep);
      if (isFinal(standing, rule)) {
        if (!options.quiet) context.io.err(`Run ${planned.id} is done already\n`);
        // Another process finished it since the parent planned: the parent is told of the record that stands.
        if (options.child) context.io.out(JSON.stringify({ type: "end", record: standing }) + "\n");
      } else {
        if (!options.child && sweep.frozen) await keepPlan(sweep.frozen, store);
        context.code = await trainRuns([planned], sweep, options, context);
      }
      const record = await store.find(experiment, planned.id);
      if (record && !endedWell(record, rule) && context.code === EXIT.done) context.code = EXIT.failed;
      if (record && !options.json) context.io.out(render(record, (await store.folder(experiment, planned.id)).path));
    });
}

function render(record: RunRecord, folder: string): string {
  const lines = [`${record.row}, seed ${record.seed}: ${record.status}${record.error ? `, ${record.error}` : ""}`];
  const metrics = record.metrics.map(({ evaluation, name, value, std, over = "folds" }) => [
    `  ${evaluation}.${name}`,
    figure(value) + (std === undefined || std === null ? "" : ` ± ${figure(std)} over ${over}`),
  ]);
  return [...lines, ...alignColumns(metrics), `record: ${folder}/record.json`].join("\n") + "\n";
}
