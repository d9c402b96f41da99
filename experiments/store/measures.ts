/**
 * `measures.jsonl` in the folder of a run: figures from the middle of training, one line a step.
 *
 * They are no results: no record holds them, and no table averages them.
 *
 * @module
 */
import { z } from "zod";
import type { RecordedMetric } from "../record.ts";
import { RECORD_PARTS } from "../record_schema.ts";
import { readTextIfThere } from "./atomic.ts";
import { historyUpTo, parseHistory } from "./history.ts";
import { within } from "./paths.ts";

/** What a run measured at one step. */
export interface MeasureLine {
  /** Steps done. */
  readonly step: number;
  /** Every figure of the evaluations that were made. */
  readonly metrics: readonly RecordedMetric[];
}

/** Name of the file. */
export const MEASURES = "measures.jsonl";

const lineSchema: z.ZodType<MeasureLine> = z.strictObject({
  step: z.int().min(1),
  metrics: z.array(RECORD_PARTS.metric).readonly(),
});

/**
 * The figures of a run, by step; none where it has no such file.
 *
 * @throws {SyntaxError} naming file and line if one is no measurement.
 */
export async function readMeasures(folder: string): Promise<MeasureLine[]> {
  const path = await within(folder, MEASURES);
  return parseHistory(await readTextIfThere(path) ?? "", path).map((line, i) => {
    const { success, data } = lineSchema.safeParse(line);
    if (success) return data;
    throw new SyntaxError(
      `Cannot read ${path}:${i + 1}: wanted step and metrics; delete the run's folder to run it again`,
    );
  });
}

/** The text of the file without the steps past one; `undefined` where there is no file. */
export async function measuresUpTo(folder: string, afterStep: number): Promise<string | undefined> {
  const path = await within(folder, MEASURES), text = await readTextIfThere(path);
  return text && historyUpTo(text, path, afterStep).map((line) => JSON.stringify(line) + "\n").join("");
}
