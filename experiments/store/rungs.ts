/**
 * `rungs.jsonl` in the folder of a run: figures from the middle of training, by which runs are stopped early.
 *
 * They are no results: no record holds them, and no table averages them.
 *
 * @module
 */
import { readTextIfThere } from "./atomic.ts";
import { parseHistory } from "./history.ts";
import { within } from "./paths.ts";

/** A figure from the middle of training. */
export interface RungLine {
  /** Steps done. */
  readonly step: number;
  /** `evaluation.metric`. */
  readonly metric: string;
  /** `null` where it was not finite, or was not measured. */
  readonly value: number | null;
  /** Set where the run was past this step before anyone asked for a figure. */
  readonly past?: true;
}

/** Name of the file. */
export const RUNGS = "rungs.jsonl";

/**
 * The figures of a run, in the order in which they were measured.
 *
 * @throws {SyntaxError} naming file and line if one is no figure.
 */
export async function readRungs(folder: string): Promise<RungLine[]> {
  const path = await within(folder, RUNGS);
  return parseHistory(await readTextIfThere(path) ?? "", path).map((line, i) => {
    const { step, metric, value, past } = line;
    if (Number.isInteger(step) && typeof metric === "string" && (value === null || typeof value === "number")) {
      return { step: step as number, metric, value, ...past === true ? { past } : {} };
    }
    throw new SyntaxError(
      `Cannot read ${path}:${i + 1}: wanted step, metric and value; delete the run's folder to run it again`,
    );
  });
}

/** The text of the file with another figure in it; `undefined` where it has one of that step and metric. */
export async function rungsWith(folder: string, line: RungLine): Promise<string | undefined> {
  const lines = await readRungs(folder);
  if (lines.some(({ step, metric }) => step === line.step && metric === line.metric)) return undefined;
  return [...lines, line].map((one) => JSON.stringify(one) + "\n").join("");
}
