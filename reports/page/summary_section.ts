/**
 * What the data of an experiment support, in words.
 *
 * @module
 */
import type { TableCell } from "../cell.ts";
import type { Exhibit } from "../exhibit.ts";
import { formatValue, unitLabel } from "../format.ts";
import type { Table, TableColumn } from "../table.ts";
import { levelsDiffer, seedsToTell, thanOf } from "../verdict.ts";
import { type Inner, join, type Markup, markup } from "./markup.ts";
import { count } from "./parts.ts";
import { reportRuns } from "./source.ts";

/** The summary: how many runs there are, and what can be said of each column. */
export function summary(exhibit: Exhibit): Inner {
  const { table } = exhibit;
  return markup`<p>${runsLine(exhibit)} ${chanceLine(table)}</p>
<ul class="findings">
${table.columns.map((column, at) => markup`<li>${finding(table, column, at)}</li>`)}</ul>`;
}

function runsLine(exhibit: Exhibit): string {
  const runs = reportRuns(exhibit), { table, rows } = exhibit;
  const states = new Map<string, number>();
  for (const { record } of runs) {
    const state = record?.status ?? "missing";
    states.set(state, (states.get(state) ?? 0) + 1);
  }
  const design = `${count(rows.length, "row")}, ${count(table.seeds.length, "seed")} ${rows.length === 1 ? "" : "each"}`
    .trim();
  const done = states.get("completed") ?? 0;
  if (done === runs.length) return `${design}: ${runs.length === 1 ? "the run" : `all ${runs.length} runs`} completed.`;
  const rest = ["failed", "diverged", "stopped", "missing"].flatMap((state) =>
    states.has(state) ? [`${states.get(state)} ${state}`] : []
  );
  return `${design}: ${done} of ${runs.length} runs completed, ${rest.join(", ")}.`;
}

/** Which kinds of chance the verdicts speak of. */
function chanceLine({ baseline, rows, seeds }: Table): string {
  if (baseline === null || rows.length < 2) {
    return "No baseline was planned, so that no row is tested against another.";
  }
  const needed = seedsToTell(rows.length - 1);
  if (seeds.length >= needed) return "";
  const known = seeds.length === 1
    ? "how much another seed would change"
    : "with tests how much of a difference is the seeds'";
  return `With ${count(seeds.length, "seed")} a row it cannot be told ${known}: that takes ${needed}.`;
}

/** What can be said of one column. */
function finding(table: Table, column: TableColumn, at: number): Inner {
  const cells = table.rows.map(({ cells }) => cells[at]!), measured = cells.filter(({ mean }) => mean !== null);
  const name = markup`<b>${column.metric}</b>`;
  if (measured.length === 0) return markup`${name}: no run has a figure.`;
  if (column.definitions.length > 1) {
    return markup`${name}: its rows follow different definitions and are not compared.`;
  }
  return markup`${name}: ${extremes(measured, { table, column })}${verdictsOf(cells, table)}`;
}

function extremes(
  measured: readonly TableCell[],
  { table, column: { unit, higherIsBetter } }: { readonly table: Table; readonly column: TableColumn },
): Inner {
  const value = (x: number) => formatValue(x, unit) + (unit === null ? "" : ` ${unitLabel(unit)}`).replace(" °", "°");
  const base = measured.find(({ row }) => row === table.baseline);
  const means = measured.map(({ mean }) => mean!), low = Math.min(...means), high = Math.max(...means);
  const beside = base && `; ${base.row} has ${value(base.mean!)}`;
  if (measured.length === 1) return `${measured[0]!.row} ${value(means[0]!)}.`;
  if (higherIsBetter === null) return `from ${value(low)} to ${value(high)}${beside ?? ""}.`;
  const top = higherIsBetter ? high : low, best = measured.filter(({ mean }) => mean === top).map(({ row }) => row);
  const of = best.length > 3 ? `${best.length} rows` : best.join(", ");
  const others = base && base.mean !== top ? beside : "";
  return `the ${higherIsBetter ? "highest" : "lowest"} mean is ${value(top)} (${of}${others ?? ""}).`;
}

/** How many rows got which verdict, by name where they are few. */
function verdictsOf(cells: readonly TableCell[], { baseline }: Table): Inner {
  const groups = new Map<string, string[]>();
  for (const { verdict, row } of cells) {
    if (!verdict) continue;
    if (levelsDiffer(verdict)) {
      const said = `${thanOf(verdict.seeds.word, baseline!)} over seeds, ${
        verdict.pairs!.word
      } over the test set's pairs`;
      groups.set(said, [...groups.get(said) ?? [], row]);
      continue;
    }
    const alone = verdict.word !== "too few to tell" && verdict.seeds.word === "too few to tell";
    const said = verdict.word === "too few to tell"
      ? "too few seeds to tell"
      : `${thanOf(verdict.word, baseline!)}${alone ? " on the test set's pairs" : ""}`;
    groups.set(said, [...groups.get(said) ?? [], row]);
  }
  if (groups.size === 0) return null;
  const order = [...groups].sort(([, a], [, b]) => a.length - b.length);
  const total = order.reduce((sum, [, rows]) => sum + rows.length, 0);
  const parts = order.map(([said, rows]): Markup => {
    if (rows.length === total) return markup`${total === 1 ? rows[0]! : `All ${total} other rows`}: ${said}`;
    return markup`${rows.length <= 4 ? rows.join(", ") : `${rows.length} rows`}: ${said}`;
  });
  return markup` ${join(parts, "; ")}.`;
}
