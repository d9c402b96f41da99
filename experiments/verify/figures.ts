/**
 * `figures.json`: every figure of an experiment a second time, so that one that was changed in a record can be named.
 *
 * @module
 */
import { z } from "zod";
import type { RunRecord } from "../record.ts";
import type { RunSummary } from "../store/summary.ts";
import { readTextIfThere, writeAtomically } from "../store/atomic.ts";
import { within } from "../store/paths.ts";
import { isSealed } from "./sums.ts";

const NAME = "figures.json";
const maybe = z.number().nullable();

const figuresSchema = z.strictObject({
  schemaVersion: z.literal(1),
  runs: z.array(z.strictObject({
    id: z.string(),
    row: z.string(),
    seed: z.int(),
    status: z.string(),
    weightsSha256: z.string().nullable(),
    /** Value by `evaluation.metric`; spreads stand under `evaluation.metric.std`. */
    figures: z.record(z.string(), maybe),
  })),
});

/** What `figures.json` keeps of a run. */
export type RunFigures = z.infer<typeof figuresSchema>["runs"][number];

/** What is kept of a record. */
export function figuresOf({ id, row, seed, status, metrics, diagnostics: { weightsSha256 } }: RunSummary): RunFigures {
  const figures = metrics.flatMap(({ evaluation, name, value, std }): [string, number | null][] => [
    [`${evaluation}.${name}`, value],
    ...std === undefined ? [] : [[`${evaluation}.${name}.std`, std] as [string, number | null]],
  ]);
  return { id, row, seed, status, weightsSha256, figures: Object.fromEntries(figures) };
}

/** Writes `figures.json` of an experiment's folder anew, from the records that stay as they are. */
export async function writeFigures(folder: string, records: readonly RunSummary[]): Promise<void> {
  const runs = records.filter(isSealed).map(figuresOf).sort((a, b) => a.id < b.id ? -1 : 1);
  await writeAtomically(await within(folder, NAME), JSON.stringify({ schemaVersion: 1, runs }, null, 1) + "\n");
}

/**
 * Reads `figures.json`; `undefined` where there is none.
 *
 * @throws {SyntaxError} naming the file if it is damaged.
 */
export async function readFigures(folder: string): Promise<ReadonlyMap<string, RunFigures> | undefined> {
  const path = await within(folder, NAME), text = await readTextIfThere(path);
  if (text === undefined) return undefined;
  try {
    return new Map(figuresSchema.parse(JSON.parse(text)).runs.map((run) => [run.id, run]));
  } catch (error) {
    const why = error instanceof z.ZodError ? z.prettifyError(error) : (error as Error).message;
    throw new SyntaxError(`Cannot read ${path}: ${why}; "collate" of the plan writes it anew`);
  }
}

/** What differs between a record and its second copy, each as `unseen.accuracy is 0.9, figures.json has 0.8`. */
export function differences(record: RunRecord, copy: RunFigures): string[] {
  const now = figuresOf(record), told: string[] = [];
  const compare = (what: string, found: unknown, kept: unknown) => {
    if (!Object.is(found, kept)) told.push(`${what} is ${found ?? "absent"}, ${NAME} has ${kept ?? "none"}`);
  };
  for (const name of new Set([...Object.keys(now.figures), ...Object.keys(copy.figures)])) {
    compare(name, now.figures[name], copy.figures[name]);
  }
  for (const key of ["seed", "status", "weightsSha256"] as const) compare(key, now[key], copy[key]);
  return told;
}
