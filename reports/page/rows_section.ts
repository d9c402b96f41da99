/**
 * What was run: in what the rows differ, and the whole run of one of them.
 *
 * @module
 */
import { stringify } from "../../experiments/yaml.ts";
import { flattenKeys, rowDifferences } from "../../experiments/differences.ts";
import type { ResolvedRun } from "../../experiments/resolved.ts";
import type { Exhibit } from "../exhibit.ts";
import { type Inner, type Markup, markup, preformatted } from "./markup.ts";
import { folded, plainTable } from "./parts.ts";

type RowRun = Omit<ResolvedRun, "seed">;

/** The rows' differences as a table by section of the manifest, and the run that they differ from. */
export function rowsSection(exhibit: Exhibit): Inner {
  const rows = rowRuns(exhibit);
  if (rows.length === 0) return markup`<p>Neither a plan nor a record tells what was to be run.</p>`;
  const { base, keys, rows: changes } = rowDifferences(rows, exhibit.table.baseline);
  const sections = [...new Set(keys.map((key) => key.split(".")[0]!))];
  const baseRun = rows.find(({ label }) => label === base)!.run, baseKeys = flattenKeys(baseRun);
  const told = new Map(changes.map(({ label, changes }) => [label, changes]));
  const line = (label: string, section: string): Inner => {
    const own = label === base
      ? keys.filter((key) => baseKeys.has(key)).map((key) => ({ key, planned: baseKeys.get(key) }))
      : told.get(label) ?? [];
    const of = own.filter(({ key }) => key === section || key.startsWith(`${section}.`));
    return of.length === 0 ? null : settings(of, section);
  };
  const table = plainTable(
    `What each row changes from ${base}`,
    ["row", ...sections],
    exhibit.rows.map((label, at) => ({
      at,
      id: `row-${at}`,
      cells: [label, ...sections.map((section) => told.has(label) ? line(label, section) : "—")],
    })),
  );
  return markup`${
    sections.length > 0
      ? markup`<p>Everything that is not in this table is the same in all rows. The row of ${base} has all of its values; the others have what they change of it, and an empty cell changes nothing.</p>
${table}`
      : markup`<p>${rows.length === 1 ? "There is one row." : "The rows do not differ in what was run."}</p>
<ul>${exhibit.rows.map((label, at) => markup`<li id="row-${at}" data-row="${at}">${label}</li>`)}</ul>`
  }
${
    folded(
      markup`The whole run of ${base}, every default filled in`,
      markup`<pre>${preformatted(stringify(baseRun))}</pre>`,
    )
  }`;
}

/** The run of each row: the planned one, or without a plan that of any of its records. */
function rowRuns({ plan, records, rows }: Exhibit): { readonly label: string; readonly run: RowRun }[] {
  if (plan) return [...plan.rows];
  return rows.flatMap((label) => {
    const record = records.find(({ row }) => row === label);
    if (!record) return [];
    const { seed: _, ...run } = record.manifest;
    return [{ label, run }];
  });
}

function settings(
  changes: readonly { readonly key: string; readonly planned?: unknown }[],
  section: string,
): Markup {
  const items = changes.map((change) => {
    const name = change.key.slice(section.length + 1);
    const value = Object.hasOwn(change, "planned") ? valueText(change.planned) : "absent";
    return markup`<li>${
      name !== "" && name !== "name" && markup` <span class="key">${name}</span> `
    }<code>${value}</code></li>`;
  });
  return markup`<ul class="settings">${items}</ul>`;
}

function valueText(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value) ?? "absent";
}
