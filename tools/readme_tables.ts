/**
 * Writes the tables of the README from the committed records: `deno run -A tools/readme_tables.ts`.
 *
 * @module
 */
import { openStore } from "../experiments/store.ts";
import { renderMarkdown, tableOfExperiment } from "../reports/mod.ts";

const BLOCK = /<!-- table:([\w-]+) -->\n[\s\S]*?<!-- \/table -->/g;

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
    tables.set(name, plan ? `\n${renderMarkdown(tableOfExperiment({ plan, records })).trim()}\n\n` : "");
  }
  return text.replace(BLOCK, (_, name) => `<!-- table:${name} -->\n${tables.get(name)}<!-- /table -->`);
}

if (import.meta.main) {
  const root = new URL("../", import.meta.url), readme = new URL("README.md", root);
  await Deno.writeTextFile(
    readme,
    await withTables(await Deno.readTextFile(readme), new URL("results", root).pathname),
  );
}
