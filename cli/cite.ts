/**
 * `cite DIR`: what the runs of an experiment used, to be cited.
 *
 * @module
 */
import { type Command, Option } from "commander";
import { builtins } from "../registry/mod.ts";
import { citations, renderBibtex, renderCsl } from "../reports/cite/mod.ts";
import { loadExhibit } from "../reports/exhibit.ts";
import type { Context } from "./context.ts";
import { UsageError } from "./exit.ts";
import { examples, outOption } from "./options.ts";
import { findExperiment } from "./table.ts";

const FORMATS = { bibtex: renderBibtex, "csl-json": renderCsl } as const;

/** Flags of `cite`. */
interface CiteOptions {
  readonly format: keyof typeof FORMATS;
  readonly out: string;
}

/** Adds the command. */
export function registerCite(program: Command, context: Context): void {
  program.command("cite").argument("<experiment>", "folder of an experiment, or its name in the results folder")
    .description(
      "Print what the runs of an experiment used, to be cited: papers of its plugins, data, programs, and what the " +
        "manifest cites.",
    )
    .addOption(
      new Option("--format <format>", "form of the citations").choices(Object.keys(FORMATS)).default("bibtex"),
    )
    .addOption(outOption())
    .addHelpText("after", examples("cite results/omniglot-table2 > paper.bib", "cite toy-2d --format csl-json"))
    .action(async (where: string, { format, out }: CiteOptions) => {
      const { store, experiment } = await findExperiment(where, out), registries = builtins();
      const exhibit = await loadExhibit(store, experiment, { registries, pairs: false }).catch((error) => {
        throw error instanceof RangeError ? new UsageError(error.message) : error;
      });
      const found = citations(exhibit, registries);
      context.io.out(FORMATS[format](found));
      for (const note of found.notes) context.io.err(`${note}\n`);
    });
}
