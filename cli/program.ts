/**
 * The commands, put together.
 *
 * @module
 */
import { Command } from "commander";
import { VERSION } from "../experiments/version.ts";
import { registerAblate } from "./ablate.ts";
import { registerCite } from "./cite.ts";
import { registerCollate } from "./collate.ts";
import type { Context, Register } from "./context.ts";
import { registerDataset } from "./dataset.ts";
import { registerDescribe } from "./describe.ts";
import { registerDoctor } from "./doctor.ts";
import { registerEvaluate } from "./evaluate.ts";
import { explain } from "./exit.ts";
import { registerExport } from "./export.ts";
import { registerFigure } from "./figure.ts";
import { registerGc } from "./gc.ts";
import { type Io, printing } from "./io.ts";
import { registerList } from "./list.ts";
import { registerNew } from "./new.ts";
import { registerLog } from "./log.ts";
import { registerPlan } from "./plan.ts";
import { registerPublish } from "./publish.ts";
import { registerQuickstart } from "./quickstart.ts";
import { registerReport } from "./report.ts";
import { registerRm } from "./rm.ts";
import { registerRun } from "./run.ts";
import { registerSchema } from "./schema.ts";
import { registerStatus } from "./status.ts";
import { registerTable } from "./table.ts";
import { registerValidate } from "./validate.ts";
import { registerVerify } from "./verify.ts";
import { registerWatch } from "./watch.ts";

const COMMANDS: readonly Register[] = [
  registerQuickstart,
  registerValidate,
  registerPlan,
  registerRun,
  registerAblate,
  registerCollate,
  registerStatus,
  registerWatch,
  registerLog,
  registerTable,
  registerFigure,
  registerReport,
  registerCite,
  registerPublish,
  registerVerify,
  registerEvaluate,
  registerExport,
  registerGc,
  registerRm,
  registerList,
  registerDescribe,
  registerSchema,
  registerDataset,
  registerDoctor,
  registerNew,
];

const HELP = `
Exit codes: 0 done, 2 bad manifest or arguments, 3 data missing or not that of the plan, verify: 10 within tolerance,
11 consistent, 12 cannot be told, 13 drifted, 65 damage found, 70 a run failed, 75 interrupted with a checkpoint or run by
another process, 130 and 143 interrupted with nothing to save.

deno task <command> --help tells more about a command.`;

/**
 * The program with all its commands, which tells where the context says.
 *
 * @param context What the commands share.
 */
export function commandLine(context: Context): Command {
  const { io } = context;
  const program = new Command("marginlab")
    .description("Margin-based metric learning: a manifest becomes an ablation table.")
    .version(VERSION)
    .addHelpText("after", HELP);
  for (const register of COMMANDS) register(program, context);
  for (const command of commandsOf(program)) {
    command.exitOverride().showHelpAfterError(false).configureOutput({
      writeOut: io.out,
      writeErr: io.err,
      getOutHelpWidth: () => 100,
      getErrHelpWidth: () => 100,
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    });
  }
  return program;
}

/**
 * Runs one command line.
 *
 * @param args Arguments, without the program's name.
 * @param given Where it prints.
 * @param exit Ends the process at once, for a second signal.
 * @returns The exit status.
 */
export async function main(args: readonly string[], given: Io, exit: (code: number) => void): Promise<number> {
  const io = printing(given);
  const context: Context = { io, exit, code: 0 };
  try {
    await commandLine(context).parseAsync([...args], { from: "user" });
    return context.code;
  } catch (error) {
    const { code, message } = explain(error);
    if (message) io.err(message + "\n");
    return code;
  }
}

/** A command and all below it. */
export function commandsOf(command: Command): Command[] {
  return [command, ...command.commands.flatMap(commandsOf)];
}
