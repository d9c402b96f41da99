/**
 * `table DIR`: the table of an experiment, from records alone.
 *
 * @module
 */
import { type Command, Option } from "commander";
import { openStore, type Store } from "../experiments/store.ts";
import { tableFormats, tableOfExperiment } from "../reports/mod.ts";
import type { Context } from "./context.ts";
import { UsageError } from "./exit.ts";
import { examples, outOption } from "./options.ts";

/** Flags of `table`. */
interface TableOptions {
  readonly format: keyof typeof tableFormats;
  readonly out: string;
}

/** Adds the command. */
export function registerTable(program: Command, context: Context): void {
  program.command("table").argument("<experiment>", "folder of an experiment, or its name in the results folder")
    .description("Print the table of an experiment from its records alone.")
    .addOption(new Option("--format <format>", "form of the table").choices(Object.keys(tableFormats)).default("md"))
    .addOption(outOption())
    .addHelpText("after", examples("table results/omniglot-table2", "table omniglot-table2 --format csv"))
    .action(async (where: string, { format, out }: TableOptions) => {
      const { store, experiment } = await findExperiment(where, out);
      const { records, problems } = await store.records(experiment);
      const plan = await store.readPlan(experiment);
      if (!plan && records.length === 0) {
        throw new UsageError(`Cannot print a table of "${where}": the folder has no plan.json and no readable record`);
      }
      context.io.out(tableFormats[format](tableOfExperiment({ plan, records, problems })));
    });
}

/** The experiment that a path or a name means. */
export async function findExperiment(where: string, out: string): Promise<{ store: Store; experiment: string }> {
  const path = where.replace(/\/+$/, "");
  const at = path.lastIndexOf("/");
  const candidates = [
    { root: at < 0 ? "." : path.slice(0, at) || "/", experiment: path.slice(at + 1) },
    ...at < 0 ? [{ root: out, experiment: path }] : [],
  ];
  for (const { root, experiment } of candidates) {
    const store = openStore(root);
    if ((await store.experiments()).includes(experiment)) return { store, experiment };
  }
  const known = await openStore(out).experiments();
  const there = known.length > 0 ? `"${out}" has ${known.map((name) => `"${name}"`).join(", ")}` : `"${out}" has none`;
  throw new UsageError(`Cannot find experiment "${where}": there is no such folder, and ${there}`);
}
