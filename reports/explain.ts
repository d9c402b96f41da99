/**
 * What stands behind one cell of a table: its runs, what its row changes, the numbers of its tests.
 *
 * @module
 */
import type { RecordedDrift, RunRecord } from "../experiments/record.ts";
import { flattenKeys, keyDifferences } from "../experiments/differences.ts";
import type { TableCell, TableRecord } from "./cell.ts";
import { formatDelta, formatSpread, formatValue } from "./format.ts";
import type { Table, TableColumn } from "./table.ts";
import { formatP } from "./verdict.ts";

/** What an explanation needs of a record beside its table. */
export type ExplainedRecord =
  & TableRecord
  & Partial<Pick<RunRecord, "startedAt" | "cost">>
  & { readonly environment?: Pick<RunRecord["environment"], "code" | "git"> };

/** A planned run behind a cell. */
export interface ExplainedRun {
  /** Run id; `null` where neither plan nor record tells it. */
  readonly id: string | null;
  /** Seed. */
  readonly seed: number;
  /** How it ended; `missing` without a record. */
  readonly status: RunRecord["status"] | "missing";
  /** What it measured; `null` where it did not. */
  readonly value: number | null;
  /** Commit of the checkout; `null` where there was none. */
  readonly commit: string | null;
  /** Whether the checkout had uncommitted changes; `null` where that is not known. */
  readonly dirty: boolean | null;
  /** SHA-256 of the program's sources. */
  readonly code: string | null;
  /** Backend, with its adapter or library. */
  readonly backend: string | null;
  /** When it began, ISO 8601. */
  readonly startedAt: string | null;
  /** Wall time, in seconds. */
  readonly seconds: number | null;
  /** SHA-256 of the trained weights. */
  readonly weightsSha256: string | null;
  /** What had changed since it was planned. */
  readonly drift: RecordedDrift | null;
  /** Why it did not complete, or was stopped. */
  readonly error: string | null;
}

/** What a row changes: a dotted path, and both values. */
export interface RowChange {
  /** Path in the resolved run, such as `head.m`. */
  readonly path: string;
  /** The baseline's value; `undefined` where it has none. */
  readonly baseline?: unknown;
  /** The row's value; `undefined` where it has none. */
  readonly row?: unknown;
}

/** What stands behind a cell. */
export interface CellExplanation {
  /** Label of the row. */
  readonly row: string;
  /** `evaluation.metric`. */
  readonly column: string;
  /** The row that it is compared with. */
  readonly baseline: string | null;
  /** The cell, every figure unrounded. */
  readonly cell: TableCell;
  /** Its column. */
  readonly of: TableColumn;
  /** The planned runs, by seed. */
  readonly runs: readonly ExplainedRun[];
  /** What the row changes from the baseline; `null` where the plan does not tell. */
  readonly changes: readonly RowChange[] | null;
}

/** What {@link explainCell} looks a cell up in. */
export interface ExplainSources {
  /** The table. */
  readonly table: Table;
  /** Its records. */
  readonly records: readonly ExplainedRecord[];
  /** Its plan, where there is one. */
  readonly plan?: {
    readonly rows: readonly { readonly label: string; readonly run?: unknown }[];
    readonly runs: readonly { readonly id: string; readonly row: string; readonly seed: number }[];
  } | undefined;
}

/**
 * Tells what stands behind a cell.
 *
 * @param where Label of the row, and `evaluation.metric` of the column.
 * @throws {RangeError} naming the rows or columns there are, if the table has no such cell.
 */
export function explainCell(
  where: { readonly row: string; readonly column: string },
  { table, records, plan }: ExplainSources,
): CellExplanation {
  const at = table.columns.findIndex(({ metric }) => metric === where.column);
  const row = table.rows.find(({ label }) => label === where.row);
  const quote = (names: readonly string[]) => names.map((name) => `"${name}"`).join(", ");
  if (!row) {
    throw new RangeError(
      `Cannot explain row "${where.row}": the table has ${quote(table.rows.map(({ label }) => label))}`,
    );
  }
  if (at < 0) {
    const known = quote(table.columns.map(({ metric }) => metric));
    throw new RangeError(`Cannot explain column "${where.column}": the table has ${known}`);
  }
  const cell = row.cells[at]!;
  const runs = table.seeds.map((seed) => {
    const id = plan?.runs.find((run) => run.row === where.row && run.seed === seed)?.id;
    const record = records.find((record) => id ? record.id === id : record.row === where.row && record.seed === seed);
    return explainRun(seed, id, { record, cell });
  });
  const runOf = (label: string | null) => plan?.rows.find((row) => row.label === label)?.run;
  const [base, own] = [runOf(table.baseline), runOf(where.row)];
  return {
    ...where,
    baseline: table.baseline,
    cell,
    of: table.columns[at]!,
    runs,
    changes: base === undefined || own === undefined ? null : changesOf(base, own),
  };
}

function explainRun(
  seed: number,
  id: string | undefined,
  { record, cell }: { readonly record: ExplainedRecord | undefined; readonly cell: TableCell },
): ExplainedRun {
  const git = record?.environment?.git, backend = record?.backend;
  const detail = backend?.adapter ?? backend?.blas;
  return {
    id: id ?? record?.id ?? null,
    seed,
    status: record?.status ?? "missing",
    value: cell.runs.find((run) => run.seed === seed)?.value ?? null,
    commit: git?.commit ?? null,
    dirty: git?.dirty ?? null,
    code: record?.environment?.code ?? null,
    backend: backend ? backend.name + (detail ? ` (${detail})` : "") : null,
    startedAt: record?.startedAt ?? null,
    seconds: record?.cost?.seconds ?? null,
    weightsSha256: record?.diagnostics?.weightsSha256 ?? null,
    drift: record?.drift ?? null,
    error: record?.stopped?.reason ?? record?.error ?? null,
  };
}

/** What a row changes from the baseline, key by key. */
function changesOf(baseline: unknown, row: unknown): RowChange[] {
  return keyDifferences(flattenKeys(baseline), flattenKeys(row))
    .map(({ key, planned, found }) => ({ path: key, baseline: planned, row: found }));
}

/** The figure of an explained cell in words: mean, interval and seeds, and the published one. */
export function figureLines({ cell, of: { unit } }: CellExplanation): string[] {
  const value = (x: number) => formatValue(x, unit), { interval, mean } = cell;
  const summary = mean === null
    ? "no figure"
    : value(mean) + (interval
      ? `, 95 % t-interval ${value(interval.low)} to ${value(interval.high)}, s = ${formatSpread(cell.std!, unit)}`
      : "") +
      `, ${cell.finished} of ${cell.planned} seeds`;
  return [
    summary,
    ...cell.published == null ? [] : [
      `published: ${value(cell.published)}` +
      (cell.publishedHalfWidth === undefined ? "" : ` ± ${formatSpread(cell.publishedHalfWidth, unit)} (binomial)`),
    ],
  ];
}

/** The tests behind an explained cell in words: over seeds, over pairs, and the seeds' own tests over pairs. */
export function testLines({ cell: { delta: difference, pairs }, of: { unit } }: CellExplanation): {
  readonly seeds: readonly string[];
  readonly pairs: readonly string[];
} {
  const delta = (x: number) => formatDelta(x, unit);
  return {
    seeds: difference
      ? [
        `Over seeds: Δ ${delta(difference.mean)}` +
        (difference.low === null ? "" : `, 95 % t-interval ${delta(difference.low)} to ${delta(difference.high!)}`) +
        `, n = ${difference.n}` +
        (difference.t === null ? "" : `, t = ${difference.t.toFixed(2)}, p ${formatP(difference.p!)}`) +
        `, sign-flip p ${formatP(difference.signFlip.p)} (least possible ${formatP(difference.signFlip.floor)})`,
      ]
      : [],
    pairs: pairs
      ? [
        `Over pairs: Δ ${delta(pairs.delta)}, 95 % interval ${delta(pairs.low)} to ${
          delta(pairs.high)
        } by bootstrap of ` +
        `${pairs.identities} identities (${pairs.n} pairs), p ${formatP(pairs.bootstrapP)}`,
        ...(pairs.mcnemar ?? []).map(({ seed, b, c, exact, midP }) =>
          `  McNemar, seed ${seed}: ${b} pairs right here alone, ${c} there alone; exact p ${formatP(exact)}, mid-p ${
            formatP(midP)
          }`
        ),
        ...pairs.mcnemarP !== null && pairs.seeds.length > 1
          ? [`  Of ${pairs.seeds.length} seeds: twice the median mid-p ${formatP(pairs.mcnemarP)}`]
          : [],
      ]
      : [],
  };
}

/** Writes an explanation as lines of text. */
export function renderExplanation(told: CellExplanation): string {
  const { row, column, cell: { verdict }, of: { unit }, runs, changes, baseline } = told;
  const words = (x: unknown) => x === undefined ? "absent" : JSON.stringify(x);
  const [figure, ...published] = figureLines(told), tests = testLines(told);
  return [
    `${row}, ${column}${unit === null ? "" : ` (${unit === "fraction" ? "%" : unit})`}: ${figure}`,
    ...published,
    "",
    "Runs:",
    ...runs.map((run) => `  ${runLine(run, (x) => formatValue(x, unit))}`),
    ...changes === null || row === baseline ? [] : [
      "",
      changes.length > 0 ? `What the row changes from ${baseline}:` : `The row changes nothing from ${baseline}`,
      ...changes.map(({ path, baseline, row }) => `  ${path}: ${words(baseline)} → ${words(row)}`),
    ],
    ...tests.seeds.length > 0 ? ["", ...tests.seeds] : [],
    ...tests.pairs,
    ...verdict ? ["", `Verdict: ${verdict.text}`] : [],
    "",
  ].join("\n");
}

function runLine(run: ExplainedRun, value: (x: number) => string): string {
  const { seed, id, status, commit, dirty, code, backend, startedAt, seconds, drift, error } = run;
  const parts = [
    `seed ${seed}`,
    id ?? "no id",
    status + (run.value === null ? "" : ` ${value(run.value)}`),
    ...commit === null
      ? []
      : [`commit ${commit.slice(0, 12)}${dirty === null ? "" : dirty ? " with changes" : ", clean"}`],
    ...code === null ? [] : [`code ${code.slice(0, 12)}`],
    ...backend === null ? [] : [backend],
    ...startedAt === null ? [] : [startedAt],
    ...seconds === null ? [] : [`${seconds.toFixed(0)} s`],
    ...drift === null ? [] : [`drifted: ${Object.keys(drift).join(", ")}`],
    ...error === null ? [] : [error.replace(/\s+/g, " ")],
  ];
  return parts.join(" · ");
}
