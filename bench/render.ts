/**
 * Writes the tables of the pages in this folder from the committed reports: `deno run -A bench/render.ts`.
 *
 * @module
 */
import type { Report, Suite } from "./result.ts";
import { renderMachine, renderSuite } from "./table.ts";

const BLOCK = /<!-- bench:([\w-]+) (\w+) -->\n[\s\S]*?<!-- \/bench -->/g;

/** Pages that have tables. */
export const PAGES: readonly string[] = ["README.md"];

/**
 * The text with each block `<!-- bench:NAME SUITE -->` … `<!-- /bench -->` rendered anew; the suite `machine` stands for
 * a line about the machine.
 *
 * @param folder URL of the folder of the reports `NAME.json`.
 */
export async function withBenchTables(text: string, folder: URL): Promise<string> {
  const reports = new Map<string, Report>();
  for (const [, name = ""] of text.matchAll(BLOCK)) {
    if (reports.has(name)) continue;
    reports.set(name, JSON.parse(await Deno.readTextFile(new URL(`${name}.json`, folder))));
  }
  return text.replace(BLOCK, (_, name: string, suite: string) => {
    const report = reports.get(name)!;
    const body = suite === "machine" ? renderMachine(report) : renderSuite(report, suite as Suite);
    return `<!-- bench:${name} ${suite} -->\n<!-- deno-fmt-ignore-start -->\n\n${body}\n<!-- deno-fmt-ignore-end -->\n<!-- /bench -->`;
  });
}

if (import.meta.main) {
  for (const page of PAGES) {
    const url = new URL(page, import.meta.url), text = await Deno.readTextFile(url);
    await Deno.writeTextFile(url, await withBenchTables(text, new URL("baseline/", import.meta.url)));
  }
}
