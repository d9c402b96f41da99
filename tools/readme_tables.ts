/**
 * Writes the tables of the README from the committed records: `deno run -A tools/readme_tables.ts`.
 *
 * @module
 */
import { checkEvaluationRecord, type EvaluationRecord } from "../experiments/evaluation_record.ts";
import { openStore } from "../experiments/store.ts";
import { builtins } from "../registry/builtins.ts";
import { formatSpread, formatValue, outcomesFor, renderMarkdown, tableOfExperiment } from "../reports/mod.ts";

const BLOCK = /<!-- table:([\w-]+) -->\n[\s\S]*?<!-- \/table -->/g;

const EVALUATION = /<!-- evaluation:([\w-]+) -->\n[\s\S]*?<!-- \/evaluation -->/g;

/** Names of the experiments whose tables a text shows, between `<!-- table:NAME -->` and `<!-- /table -->`. */
export function tableNames(text: string): string[] {
  return [...text.matchAll(BLOCK)].map((match) => match[1]!);
}

/**
 * The text with each of its tables rendered anew; one without records is left empty.
 *
 * @param text A Markdown page.
 * @param results Path of the results folder.
 * @throws {SyntaxError} if a record is damaged.
 */
export async function withTables(text: string, results: string): Promise<string> {
  const store = openStore(results), tables = new Map<string, string>();
  for (const name of tableNames(text)) {
    const plan = await store.readPlan(name), { records, problems } = await store.records(name);
    if (problems.length > 0) throw new SyntaxError(problems.join("; "));
    const outcomes = await outcomesFor(plan, records, { store, experiment: name, registries: builtins() });
    const table = tableOfExperiment({ plan, records, outcomes });
    tables.set(name, plan ? `\n${renderMarkdown(table).trim()}\n\n` : "");
  }
  for (const [, name] of text.matchAll(EVALUATION)) {
    const path = `${results}/${name}/evaluation.json`;
    tables.set(name!, accuracies(checkEvaluationRecord(JSON.parse(await Deno.readTextFile(path)), path)));
  }
  return text
    .replace(BLOCK, (_, name) => `<!-- table:${name} -->\n${tables.get(name)}<!-- /table -->`)
    .replace(EVALUATION, (_, name) => `<!-- evaluation:${name} -->\n${tables.get(name)}<!-- /evaluation -->`);
}

/** The accuracy of each evaluation of a record, with the definition that it is by. */
function accuracies({ metrics }: EvaluationRecord): string {
  const rows = metrics.filter(({ name }) => name === "accuracy").map(({ evaluation, value, std, unit, definition }) => {
    const spread = std === undefined || std === null ? "" : ` ± ${formatSpread(std, unit)}`;
    return `| ${evaluation} | ${
      value === null ? "not finite" : formatValue(value, unit)
    }${spread} | \`${definition}\` |`;
  });
  return ["", "| evaluation | accuracy (%) | definition |", "| --- | ---: | --- |", ...rows, "", ""].join("\n");
}

if (import.meta.main) {
  const root = new URL("../", import.meta.url), readme = new URL("README.md", root);
  await Deno.writeTextFile(
    readme,
    await withTables(await Deno.readTextFile(readme), new URL("results", root).pathname),
  );
}
