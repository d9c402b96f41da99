/**
 * `report DIR`: the page that others read of an experiment.
 *
 * @module
 */
import type { Command } from "commander";
import { builtins } from "../registry/mod.ts";
import { loadExhibit } from "../reports/exhibit.ts";
import { drawForReport } from "../reports/page/drawn.ts";
import { renderReport } from "../reports/page/page.ts";
import type { Context } from "./context.ts";
import { UsageError } from "./exit.ts";
import { examples, outOption } from "./options.ts";
import { findExperiment } from "./table.ts";
import { writeFile } from "./write_file.ts";

/** Flags of `report`. */
interface ReportOptions {
  readonly to?: string;
  readonly out: string;
  readonly pairs?: boolean;
}

/** Adds the command. */
export function registerReport(program: Command, context: Context): void {
  program.command("report").argument("<experiment>", "folder of an experiment, or its name in the results folder")
    .description(
      "Write the report of an experiment: one HTML file with its table, figures, runs and how to verify them, which " +
        "needs no network.",
    )
    .option("--to <file>", "file to write; by default report.html in the experiment's folder")
    .option("--pairs", "compare rows pair by pair however many runs there are; by default up to 128 runs")
    .option("--no-pairs", "compare rows over seeds alone")
    .addOption(outOption())
    .addHelpText("after", examples("report results/omniglot-table2", "report omniglot-table2 --to omniglot.html"))
    .action(async (where: string, { to, out, pairs }: ReportOptions) => {
      const { store, experiment } = await findExperiment(where, out), folder = `${store.root}/${experiment}`;
      const exhibit = await loadExhibit(store, experiment, { registries: builtins(), pairs }).catch((error) => {
        throw error instanceof RangeError ? new UsageError(error.message) : error;
      });
      const page = renderReport({ exhibit, ...await drawForReport({ exhibit }), folder });
      const file = to ?? `${folder}/report.html`;
      await writeFile(file, page);
      context.io.out(`${file}\n`);
    });
}
