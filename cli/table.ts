/**
 * `table DIR`: the table of an experiment, from records alone.
 *
 * @module
 */
import { type Command, Option } from "commander";
import { openStore, type Store } from "../experiments/store.ts";
import { builtins } from "../registry/mod.ts";
import {
  checkpointSteps,
  explainCell,
  outcomesFor,
  renderExplanation,
  tableFormats,
  tableOfExperiment,
  type TableRecord,
} from "../reports/mod.ts";
import type { Context } from "./context.ts";
import { UsageError } from "./exit.ts";
import { examples, outOption, refuseWith } from "./options.ts";

/** Flags of `table`. */
interface TableOptions {
  readonly format?: keyof typeof tableFormats;
  readonly out: string;
  readonly pairs?: boolean;
  readonly explain?: string;
  readonly columns?: string;
}

/** Adds the command. */
export function registerTable(program: Command, context: Context): void {
  program.command("table").argument("<experiment>", "folder of an experiment, or its name in the results folder")
    .argument("[column]", "with --explain: the column, as evaluation.metric")
    .description("Print the table of an experiment from its records alone.")
    .addOption(
      new Option("--format <format>", "form of the table, by default md; of a cell, json").choices(
        Object.keys(tableFormats),
      ),
    )
    .option("--explain <row>", "print what stands behind the cell of this row and the column: runs, changes, tests")
    .option("--columns <list>", "columns in place of those of the plan, as evaluation.metric,evaluation.metric")
    .option("--pairs", "compare rows pair by pair however many runs there are; by default up to 128 runs")
    .option("--no-pairs", "compare rows over seeds alone")
    .addOption(outOption())
    .addHelpText(
      "after",
      examples(
        "table results/omniglot-table2",
        "table omniglot-table2 --format latex --columns unseen.accuracy,unseen.eer",
        'table omniglot-table2 --explain "ArcFace (0.5)" unseen.accuracy',
      ),
    )
    .action(
      async (where: string, column: string | undefined, { format, out, pairs, explain, columns }: TableOptions) => {
        if (explain !== undefined && format !== "json") {
          refuseWith("--explain", { "--format": format }, "a cell is told as text, or with --format json");
        }
        if ((explain === undefined) !== (column === undefined)) {
          throw new UsageError("Cannot explain a cell: wanted both its row and its column, as --explain ROW COLUMN");
        }
        const { store, experiment } = await findExperiment(where, out);
        const { records, problems } = await store.summaries(experiment);
        const plan = await store.readPlan(experiment);
        if (!plan && records.length === 0) {
          throw new UsageError(
            `Cannot print a table of "${where}": the folder has no plan.json and no readable record`,
          );
        }
        const outcomes = await outcomesFor(plan, records, { store, experiment, registries: builtins(), pairs });
        const table = tableOfExperiment({
          plan,
          records,
          checkpoints: await checkpointSteps(plan, records, { store, experiment }),
          problems,
          outcomes,
          columns: chosenColumns(columns, records),
        });
        if (explain === undefined || column === undefined) return context.io.out(tableFormats[format ?? "md"](table));
        const cell = lookUp(() => explainCell({ row: explain, column }, { table, records, plan }));
        context.io.out(format === "json" ? `${JSON.stringify(cell, null, 2)}\n` : renderExplanation(cell));
      },
    );
}

/** The columns of a list, each of which some run has measured. */
function chosenColumns(list: string | undefined, records: readonly TableRecord[]): string[] | undefined {
  if (list === undefined) return undefined;
  const known = new Set(
    records.flatMap(({ metrics }) => metrics.map(({ evaluation, name }) => `${evaluation}.${name}`)),
  );
  const chosen = [...new Set(list.split(",").map((name) => name.trim()))];
  const unknown = chosen.filter((name) => !known.has(name));
  if (unknown.length === 0) return chosen;
  throw new UsageError(`Cannot print column "${unknown[0]}": the runs measured ${[...known].sort().join(", ")}`);
}

/** What a caller names; a name that is not there is a wrong argument. */
function lookUp<T>(find: () => T): T {
  try {
    return find();
  } catch (error) {
    throw error instanceof RangeError ? new UsageError(error.message) : error;
  }
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
