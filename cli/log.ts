/**
 * `log EXPERIMENT`: tells sinks of runs that have ended, as they would have heard them.
 *
 * @module
 */
import { type Command, Option } from "commander";
import { tellAgain } from "../experiments/run_log.ts";
import type { OutputSettings } from "../experiments/resolved.ts";
import { parseSection } from "../experiments/section.ts";
import { RunBusyError } from "../experiments/store.ts";
import { builtins } from "../registry/mod.ts";
import type { Context } from "./context.ts";
import { EXIT, UsageError } from "./exit.ts";
import { loadExtra } from "./kinds.ts";
import { examples, outOption, pluginOption } from "./options.ts";
import { checkSinkHosts } from "./sinks.ts";
import { findExperiment } from "./table.ts";

/** Flags of `log`. */
interface LogOptions {
  readonly out: string;
  readonly plugin: readonly string[];
  readonly sink: readonly string[];
}

/** Adds the command. */
export function registerLog(program: Command, context: Context): void {
  const collect = (text: string, before: readonly string[]) => [...before, text];
  program.command("log").argument("<experiment>", "folder of an experiment, or its name in the results folder")
    .description(
      "Tell sinks of the runs of an experiment that have ended, from their records and histories: runs that had none, " +
        "or a server that was away. A server that has a run already is sent what it lacks.",
    )
    .addOption(
      new Option("--sink <yaml>", "a sink in place of those of the plan; repeatable").argParser(collect)
        .default([], "output.log of the plan"),
    )
    .addOption(pluginOption())
    .addOption(outOption())
    .addHelpText(
      "after",
      examples("log omniglot-table2 --sink tensorboard", 'log-net my-margins --sink "{ name: mlflow, patience: 60 }"'),
    )
    .action(async (where: string, options: LogOptions) => {
      const { store, experiment } = await findExperiment(where, options.out), { io } = context;
      const registries = await loadExtra(builtins(), options.plugin), plan = await store.readPlan(experiment);
      const given = options.sink.map((text) => parseSection(text, { kind: "sink", file: "--sink", registries }));
      const log = given.length > 0 ? given : plan?.output.log ?? [];
      if (log.length === 0) throw new UsageError(`Cannot log "${where}": its plan names no sink; name one with --sink`);
      const output: OutputSettings = { logEvery: 1, checkpointEvery: 0, weights: false, ...plan?.output, log };
      await checkSinkHosts({ output, registries });
      const { records, problems } = await store.records(experiment);
      problems.forEach((problem) => io.err(`${problem}\n`));
      if (problems.length > 0) context.code = EXIT.failed;
      let told = 0;
      for (const record of records) {
        const folder = await store.folder(experiment, record.id), who = `${record.row}, seed ${record.seed}`;
        try {
          await folder.claim();
        } catch (error) {
          if (!(error instanceof RunBusyError)) throw error;
          io.err(`${error.message}\n`);
          continue;
        }
        try {
          const events = await tellAgain(record, { output, registries, store: folder });
          events.forEach(({ name, text }) => io.err(`${who}: ${name}: ${text}\n`));
          if (events.length > 0) context.code = EXIT.failed;
          else told++;
        } finally {
          await folder.release();
        }
      }
      io.out(`${log.map(({ name }) => name).join(", ")}: ${told} of ${records.length} runs of ${experiment}\n`);
    });
}
