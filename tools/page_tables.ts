/**
 * Writes the tables of pages from the committed records: `deno run -A tools/page_tables.ts`.
 *
 * @module
 */
import { checkEvaluationRecord, type EvaluationRecord } from "../experiments/evaluation_record.ts";
import { openStore } from "../experiments/store.ts";
import { builtins } from "../registry/builtins.ts";
import { formatSpread, formatValue, outcomesFor, renderMarkdown, tableOfExperiment } from "../reports/mod.ts";

/** Pages that show tables or evaluations of committed records. */
export const PAGES: readonly string[] = ["README.md", "docs/results.md", "docs/measuring.md"];

const TABLE = /<!-- table:(?<name>[\w-]+)(?<columns>(?: [^\s>]+)*) -->\n[\s\S]*?<!-- \/table -->/g;

const EVALUATION = /<!-- evaluation:(?<name>[\w-]+) -->\n[\s\S]*?<!-- \/evaluation -->/g;

/** Names of the experiments whose tables or evaluations a page shows, in its order. */
export function shownResults(page: string): string[] {
  return [...page.matchAll(/<!-- (?:table|evaluation):([\w-]+)/g)].map((match) => match[1]!);
}

/**
 * The page with each of its tables rendered anew, between `<!-- table:NAME COLUMN … -->` and `<!-- /table -->`; without
 * columns, those of the plan. Evaluations stand between `<!-- evaluation:NAME -->` and `<!-- /evaluation -->`.
 *
 * @param page A Markdown page.
 * @param results Path of the results folder.
 * @throws {SyntaxError} if a record is damaged, or there is no plan.
 */
export async function withTables(page: string, results: string): Promise<string> {
  const store = openStore(results), rendered: string[] = [];
  for (const { groups } of page.matchAll(TABLE)) {
    const experiment = groups!.name!, columns = groups!.columns!.trim();
    const plan = await store.readPlan(experiment), { records, problems } = await store.records(experiment);
    if (!plan) throw new SyntaxError(`Cannot show the table of ${experiment}: no plan in ${results}`);
    if (problems.length > 0) throw new SyntaxError(problems.join("; "));
    const outcomes = await outcomesFor(plan, records, { store, experiment, registries: builtins() });
    const chosen = columns === "" ? {} : { columns: columns.split(" ") };
    rendered.push(renderMarkdown(tableOfExperiment({ plan, records, outcomes, ...chosen })).trim());
  }
  const tables = rendered.values();
  const named = page.replace(
    TABLE,
    (_, name, columns) => `<!-- table:${name}${columns} -->\n\n${tables.next().value}\n\n<!-- /table -->`,
  );
  const evaluations = new Map<string, string>();
  for (const { groups } of page.matchAll(EVALUATION)) {
    const path = `${results}/${groups!.name}/evaluation.json`;
    evaluations.set(groups!.name!, accuracies(checkEvaluationRecord(JSON.parse(await Deno.readTextFile(path)), path)));
  }
  return named.replace(
    EVALUATION,
    (_, name) => `<!-- evaluation:${name} -->\n\n${evaluations.get(name)}\n\n<!-- /evaluation -->`,
  );
}

/** The accuracy of each evaluation of a record, with the definition that it is by. */
function accuracies({ metrics }: EvaluationRecord): string {
  const rows = metrics.filter(({ name }) => name === "accuracy").map(({ evaluation, value, std, unit, definition }) => {
    const spread = std === undefined || std === null ? "" : ` ± ${formatSpread(std, unit)}`;
    return `| ${evaluation} | ${
      value === null ? "not finite" : formatValue(value, unit)
    }${spread} | \`${definition}\` |`;
  });
  return ["| evaluation | accuracy (%) | definition |", "| --- | ---: | --- |", ...rows].join("\n");
}

if (import.meta.main) {
  const root = new URL("../", import.meta.url), results = new URL("results", root).pathname;
  for (const path of PAGES) {
    const page = new URL(path, root);
    await Deno.writeTextFile(page, await withTables(await Deno.readTextFile(page), results));
  }
}
