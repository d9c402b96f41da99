/**
 * `report DIR`: the page that others read of an experiment.
 *
 * @module
 */
import { dirname } from "node:path";
import type { Command } from "commander";
import { builtins } from "../registry/mod.ts";
import { citations, renderBibtex } from "../reports/cite/mod.ts";
import { loadExhibit } from "../reports/exhibit.ts";
import { PAGE_FILE } from "../reports/browser/mod.ts";
import { drawForReport } from "../reports/page/drawn.ts";
import { renderReport } from "../reports/page/page.ts";
import type { Context } from "./context.ts";
import { UsageError } from "./exit.ts";
import { examples, outOption } from "./options.ts";
import { linkTo, REPRODUCE_FOLDER, unableRuns, writeReproducible } from "./reproducible.ts";
import { findExperiment } from "./table.ts";
import { writeFile } from "./write_file.ts";

/** Flags of `report`. */
interface ReportOptions {
  readonly to?: string;
  readonly out: string;
  readonly pairs?: boolean;
  readonly reproducible?: boolean;
  readonly data?: string;
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
    .option("--reproducible", `write the folder ${REPRODUCE_FOLDER} too, on whose page a reader trains runs again`)
    .option("--data <dir>", "with --reproducible: the data folder, of which small files are passed on; by default data")
    .addOption(outOption())
    .addHelpText("after", examples("report results/omniglot-table2", "report omniglot-table2 --to omniglot.html"))
    .action(async (where: string, { to, out, pairs, reproducible, data }: ReportOptions) => {
      if (data !== undefined && !reproducible) {
        throw new UsageError("Cannot use --data alone: a report reads no data, add --reproducible or leave it out");
      }
      const { store, experiment } = await findExperiment(where, out), folder = `${store.root}/${experiment}`;
      const exhibit = await loadExhibit(store, experiment, { registries: builtins(), pairs }).catch((error) => {
        throw error instanceof RangeError ? new UsageError(error.message) : error;
      });
      const file = to ?? `${folder}/report.html`, beside = `${dirname(file)}/${REPRODUCE_FOLDER}`;
      const cells = reproducible ? await writeReproducible(beside, exhibit, data ?? "data") : undefined;
      const page = renderReport({
        ...{ exhibit, ...await drawForReport({ exhibit }), folder },
        bibtex: renderBibtex(citations(exhibit, builtins())),
        ...cells ? { reproducible: linkTo(cells) } : {},
      });
      await writeFile(file, page);
      context.io.out(`${file}\n`);
      if (!cells) return;
      context.io.out(`${beside}/${PAGE_FILE}\n`);
      for (const line of unableRuns(cells)) context.io.err(`${line}\n`);
    });
}
