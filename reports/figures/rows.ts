/**
 * How the rows of an experiment are told apart: which are named, with which colour, dash and symbol.
 *
 * @module
 */
import type { Exhibit } from "../exhibit.ts";
import { DASHES, NAMED_ROWS, SHAPES } from "./theme.ts";

/** The rows of a figure. */
export interface RowLooks {
  /** Rows that have a colour of their own, in the planned order. */
  readonly named: readonly string[];
  /** Whether other rows stay grey. */
  readonly muted: boolean;
  /** A sentence for the caption about rows that stay grey, or nothing. */
  readonly note: string;
}

/**
 * Chooses the rows that are named: all where they are at most {@link NAMED_ROWS}; else the baseline and the best rows
 * by the first column of the table that has a direction.
 *
 * @param rows The rows that the figure shows, by default all.
 */
export function rowLooks(
  { rows: all, table }: Pick<Exhibit, "rows" | "table">,
  rows: readonly string[] = all,
): RowLooks {
  if (rows.length <= NAMED_ROWS) return { named: rows.map(plainLabel), muted: false, note: "" };
  const column = table.columns.findIndex(({ higherIsBetter }) => higherIsBetter !== null);
  const sign = table.columns[column]?.higherIsBetter === false ? -1 : 1;
  const shown = new Set(rows);
  const ranked = table.rows.filter(({ label }) => shown.has(label))
    .map(({ label, cells }) => ({ label, value: cells[column]?.mean ?? -Infinity * sign }))
    .sort((a, b) => sign * (b.value - a.value));
  const base = ranked.filter(({ label }) => label === table.baseline);
  const chosen = new Set([...base, ...ranked].map(({ label }) => label).values().take(NAMED_ROWS));
  const by = column < 0 ? "" : ` best by ${table.columns[column]!.metric}`;
  const count = NAMED_ROWS - base.length, others = rows.length - chosen.size;
  return {
    named: rows.filter((label) => chosen.has(label)).map(plainLabel),
    muted: true,
    note: ` In colour: ${base.length ? `the baseline and ` : ""}the ${count} rows${by}; ` +
      (others === 1 ? "the other one is grey." : `the other ${others} are grey.`),
  };
}

/** A label without control characters, which SVG forbids. */
export function plainLabel(label: string): string {
  return label.replace(/[\s\p{Cc}]+/gu, " ").trim();
}

/** Channels by which lines of the named rows are told apart; the field is `row`. */
export function lineChannels({ named }: RowLooks): Record<string, unknown> {
  const domain = [...named], legend = { title: null, symbolType: "stroke", symbolSize: 220 };
  return {
    color: { field: "row", type: "nominal", scale: { domain }, legend },
    strokeDash: { field: "row", type: "nominal", scale: { domain, range: DASHES.slice(0, domain.length) }, legend },
  };
}

/** Channels by which points of the named rows are told apart; the field is `row`. */
export function pointChannels({ named }: RowLooks): Record<string, unknown> {
  const domain = [...named];
  return {
    color: { field: "row", type: "nominal", scale: { domain }, legend: { title: null } },
    shape: {
      field: "row",
      type: "nominal",
      scale: { domain, range: SHAPES.slice(0, domain.length) },
      legend: { title: null },
    },
  };
}

/** Layers of one line a row: grey ones below, named ones above, over fields `x`, `y`, `row` and, in a band, `low` and `high`. */
export function rowLines(
  looks: RowLooks,
  { x, y, band = false, interpolate = "linear" }: {
    readonly x: Record<string, unknown>;
    readonly y: Record<string, unknown>;
    readonly band?: boolean;
    readonly interpolate?: string;
  },
): Record<string, unknown>[] {
  const isNamed = { field: "row", oneOf: [...looks.named] };
  const line = { type: "line", interpolate };
  return [
    ...looks.muted
      ? [{
        transform: [{ filter: { not: isNamed } }],
        mark: { ...line, style: "mutedLine", strokeWidth: 1 },
        encoding: { x, y, detail: { field: "row" } },
      }]
      : [],
    ...band
      ? [{
        transform: [{ filter: isNamed }],
        mark: { type: "area", style: "band", interpolate },
        encoding: {
          x,
          y: { ...y, field: "low" },
          y2: { field: "high" },
          color: lineChannels(looks)["color"],
        },
      }]
      : [],
    { transform: [{ filter: isNamed }], mark: line, encoding: { x, y, ...lineChannels(looks) } },
  ];
}
