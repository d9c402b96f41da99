/**
 * The table's figures over the steps of training.
 *
 * @module
 */
import type { Exhibit } from "../exhibit.ts";
import { unitLabel } from "../format.ts";
import { meanInterval } from "../statistics/intervals.ts";
import type { TableColumn } from "../table.ts";
import { type FigurePlugin, MissingFigureData, VEGA_LITE_SCHEMA } from "./figure.ts";
import { short } from "./numbers.ts";
import { plainLabel, rowLines, type RowLooks, rowLooks } from "./rows.ts";

/** A figure of a run at one step. */
interface StepFigure {
  readonly row: string;
  readonly step: number;
  readonly metric: string;
  readonly value: number;
}

/** Figure `accuracy-steps`. */
export const accuracySteps: FigurePlugin = {
  name: "accuracy-steps",
  summary:
    "The table's figures over the steps of training, with 95 % intervals, of runs that are evaluated on their way.",
  async draw({ exhibit }) {
    const figures = await stepFigures(exhibit);
    const columns = exhibit.table.columns.filter(({ metric, higherIsBetter }) =>
      higherIsBetter !== null && isFollowed(figures.filter((one) => one.metric === metric))
    );
    if (columns.length === 0) {
      throw new MissingFigureData(
        "no run was evaluated in the middle of training; set output: { evaluateEvery: 500 }, or stop runs early",
      );
    }
    const panels = columns.map((column) => ({ column, points: pointsOf(exhibit, figures, column) }));
    const rows = exhibit.rows.filter((row) => panels.some(({ points }) => points.some((point) => point.of === row)));
    const looks = rowLooks(exhibit, rows), band = panels.some(({ points }) => points.some(({ low, y }) => low !== y));
    return [{
      name: "accuracy-steps",
      title: columns.length === 1 ? `${columns[0]!.metric} over training` : "The table's figures over training",
      caption: "Evaluations in the middle of training and at its end. " +
        (band ? "Lines are means over the seeds that have the step, bands 95 % t-intervals." : "One seed a row.") +
        looks.note,
      alt: panels.map(({ column, points }) => tell(column, points, rows)).join(" "),
      spec: {
        $schema: VEGA_LITE_SCHEMA,
        columns: 2,
        concat: panels.map(({ column, points }) => panel(column, { points, looks, band })),
      },
    }];
  },
};

type StepPoint = ReturnType<typeof pointsOf>[number];

/** Whether a row has figures of two steps; rows may well end at different ones. */
function isFollowed(figures: readonly StepFigure[]): boolean {
  return [...Map.groupBy(figures, ({ row }) => row).values()]
    .some((own) => own.some(({ step }) => step !== own[0]!.step));
}

/** What runs measured on their way and at their end, by run. */
async function stepFigures({ records, measures, rungs }: Exhibit): Promise<StepFigure[]> {
  const figures: StepFigure[] = [];
  for (const { id, row, cost, metrics } of records) {
    const lines = [...await measures?.(id) ?? [], { step: cost?.steps ?? 0, metrics }];
    const measured = lines.flatMap(({ step, metrics }) =>
      metrics.map(({ evaluation, name, value }) => ({ step, metric: `${evaluation}.${name}`, value }))
    );
    const known = new Set(measured.map(({ step, metric }) => `${step} ${metric}`));
    const decided = (await rungs?.(id) ?? []).filter(({ step, metric }) => !known.has(`${step} ${metric}`));
    for (const { step, metric, value } of [...measured, ...decided]) {
      if (value !== null && step > 0) figures.push({ row, step, metric, value });
    }
  }
  return figures;
}

/** Means over the runs of each row, step by step. */
function pointsOf({ rows }: Exhibit, figures: readonly StepFigure[], { metric, unit }: TableColumn) {
  const factor = unit === "fraction" ? 100 : 1, scaled = (value: number) => short(value * factor);
  return rows.flatMap((of) => {
    const own = figures.filter((one) => one.row === of && one.metric === metric);
    return [...Map.groupBy(own, ({ step }) => step)].sort(([a], [b]) => a - b).map(([x, values]) => {
      const { mean, low, high } = meanInterval(values.map(({ value }) => value));
      return { of, row: plainLabel(of), x, y: scaled(mean), low: scaled(low ?? mean), high: scaled(high ?? mean) };
    });
  });
}

function panel(
  { metric, unit }: TableColumn,
  { points, looks, band }: { readonly points: readonly StepPoint[]; readonly looks: RowLooks; readonly band: boolean },
) {
  const x = { field: "x", type: "quantitative", title: "step", axis: { grid: false, format: ",d", tickCount: 4 } };
  const y = {
    field: "y",
    type: "quantitative",
    title: metric + (unit === null ? "" : ` (${unitLabel(unit)})`),
    scale: { zero: false },
  };
  const values = points.map(({ of: _, ...point }) => point);
  return { width: 300, height: 200, data: { values }, layer: rowLines(looks, { x, y, band }) };
}

function tell({ metric, unit }: TableColumn, points: readonly StepPoint[], rows: readonly string[]): string {
  const ends = rows.flatMap((row) => {
    const own = points.filter(({ of }) => of === row), first = own[0], last = own.at(-1);
    return first && last ? [`${plainLabel(row)} ${first.y} at step ${first.x}, ${last.y} at step ${last.x}`] : [];
  });
  return `Lines of ${metric}${unit === null ? "" : ` (${unitLabel(unit)})`} over steps: ${ends.join("; ")}.`;
}
