/**
 * Loss and learning rate over the steps of training.
 *
 * @module
 */
import type { Exhibit } from "../exhibit.ts";
import { type FigurePlugin, MissingFigureData, VEGA_LITE_SCHEMA } from "./figure.ts";
import { meanLine, type Point, thin } from "./numbers.ts";
import { plainLabel, rowLines, rowLooks } from "./rows.ts";

/** Points of one line at most. */
const MOST = 150;

/** Lines of one column of the histories, averaged over the seeds of each row. */
async function historyLines(exhibit: Exhibit, column: string): Promise<Record<string, unknown>[]> {
  const lines = new Map<string, Point[][]>();
  for (const { id, row } of exhibit.records) {
    const points = (await exhibit.history(id)).flatMap(({ step, [column]: value }): Point[] =>
      typeof step === "number" && typeof value === "number" ? [[step, value]] : []
    );
    if (points.length > 0) lines.set(row, [...lines.get(row) ?? [], points]);
  }
  return [...lines].flatMap(([row, of]) =>
    thin(meanLine(of), MOST).map((point) => ({ row: plainLabel(row), ...point }))
  );
}

/** Figure `loss`. */
export const loss: FigurePlugin = {
  name: "loss",
  summary: "Loss and learning rate over the steps of training, the mean of a row's seeds.",
  async draw({ exhibit }) {
    const losses = await historyLines(exhibit, "loss"), rates = await historyLines(exhibit, "learningRate");
    if (losses.length === 0) {
      throw new MissingFigureData("no run has a history.jsonl; train with output.logEvery of at least 1");
    }
    const rows = exhibit.rows.filter((row) => losses.some(({ row: of }) => of === plainLabel(row)));
    const looks = rowLooks(exhibit, rows);
    const step = { field: "x", type: "quantitative", title: "step", axis: { grid: false } };
    const band = losses.some(({ low, high }) => low !== high);
    const last = rows.map((row) =>
      `${plainLabel(row)} ${losses.findLast(({ row: of }) => of === plainLabel(row))!["y"]}`
    );
    return [{
      name: "loss",
      title: "Training loss and learning rate",
      caption: "Loss of the batch at each logged step" +
        (band ? ", the mean of the seeds with their range," : "") +
        " and the learning rate. Losses of different heads are different functions: only lines of one head are to be " +
        `compared by height.${looks.note}`,
      alt: `Lines of the training loss over steps. Last values: ${last.join("; ")}.`,
      spec: {
        $schema: VEGA_LITE_SCHEMA,
        vconcat: [
          {
            height: 240,
            data: { values: losses },
            layer: rowLines(looks, {
              x: step,
              y: { field: "y", type: "quantitative", title: "loss", scale: { zero: false } },
              band,
            }),
          },
          {
            height: 70,
            data: { values: rates },
            layer: rowLines(looks, {
              x: step,
              y: { field: "y", type: "quantitative", title: "learning rate", axis: { tickCount: 3 } },
              interpolate: "step-after",
            }),
          },
        ],
      },
    }];
  },
};
