/**
 * `validate M…`: checks manifests, every problem at once, and says what could not be checked.
 *
 * @module
 */
import type { Command } from "commander";
import { ManifestError } from "../experiments/manifest/error.ts";
import type { Context } from "./context.ts";
import { EXIT, explain } from "./exit.ts";
import { type LoadedSweep, loadSweep } from "./load.ts";
import { examples, type ManifestOptions, type PrintOptions, withManifestOptions } from "./options.ts";
import { warnStopping } from "./stopping.ts";

/** Adds the command. */
export function registerValidate(program: Command, context: Context): void {
  const command = program.command("validate").argument("<manifests...>", "manifest files")
    .description("Check manifests: every problem of every row, as file:line:column. Nothing is trained.");
  withManifestOptions(command).option("--json", "print one JSON object a manifest")
    .addHelpText(
      "after",
      examples("validate experiments/manifests/omniglot-table2.yaml", "validate my.yaml --set head.m=0.4"),
    )
    .action(async (paths: string[], options: ManifestOptions & PrintOptions) => {
      for (const path of paths) {
        const code = await validate(path, options, context);
        context.code = Math.max(context.code, code);
      }
    });
}

async function validate(path: string, options: ManifestOptions & PrintOptions, { io }: Context): Promise<number> {
  try {
    const sweep = await loadSweep(path, options, io);
    io.out(options.json ? JSON.stringify(summary(path, sweep)) + "\n" : describe(path, sweep));
    return EXIT.done;
  } catch (error) {
    const { code, message } = explain(error);
    const problems = error instanceof ManifestError ? error.problems : [{ message }];
    if (options.json) io.out(JSON.stringify({ manifest: path, valid: false, problems }) + "\n");
    else io.err(message + "\n");
    return code;
  }
}

function summary(path: string, sweep: LoadedSweep) {
  return {
    manifest: path,
    valid: true,
    experiment: sweep.experiment,
    rows: sweep.rows,
    seeds: sweep.seeds,
    runs: sweep.plan.runs.length,
    missing: sweep.missing,
    warnings: warnStopping(sweep),
  };
}

function describe(path: string, sweep: LoadedSweep): string {
  const { experiment, rows, seeds, plan, missing, plugins } = sweep;
  const lines = [
    `${path}: valid`,
    `  experiment "${experiment}": ${rows.length} rows × ${seeds.length} seeds = ${plan.runs.length} runs`,
    "  checked: names, parameters, ranges, rows, columns, that every row differs",
  ];
  if (plugins.length > 0) lines.push(`  plugins: ${plugins.map(({ kind, name }) => `${kind} ${name}`).join(", ")}`);
  if (missing.length === 0) lines.push("  data: is there; the images themselves are checked when a run reads them");
  else lines.push("  not checked, because the data is not there:", ...missing.map((place) => `    ${place}`));
  lines.push(...warnStopping(sweep).map((warning) => `  warning: ${warning}`));
  return lines.join("\n") + "\n";
}
