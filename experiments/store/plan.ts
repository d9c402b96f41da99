/**
 * `plan.json`: the rows, seeds and table of an experiment, stored when a plan starts, so that a table needs no manifest.
 *
 * @module
 */
import { z } from "zod";
import type { TableSection } from "../resolved.ts";
import { readTextIfThere, writeAtomically } from "./atomic.ts";

/** What was planned. */
export interface StoredPlan {
  /** Version of this form. */
  readonly schemaVersion: 1;
  /** Name of the experiment. */
  readonly experiment: string;
  /** The manifest's sentence. */
  readonly description: string;
  /** What to cite. */
  readonly cite: readonly string[];
  /** Row labels, in the manifest's order. */
  readonly rows: readonly string[];
  /** Planned seeds of each row. */
  readonly seeds: readonly number[];
  /** How the table is laid out. */
  readonly table: TableSection;
  /** Every run of the plan. */
  readonly runs: readonly { readonly id: string; readonly row: string; readonly seed: number }[];
  /** The papers' figures that the table prints beside ours, by row and column, as fractions; `null` for none. */
  readonly published: Readonly<Record<string, Readonly<Record<string, number | null>>>> | null;
}

const planSchema: z.ZodType<StoredPlan> = z.strictObject({
  schemaVersion: z.literal(1),
  experiment: z.string().min(1),
  description: z.string(),
  cite: z.array(z.string()).readonly(),
  rows: z.array(z.string().min(1)).readonly(),
  seeds: z.array(z.int()).readonly(),
  table: z.strictObject({
    columns: z.array(z.string()).readonly(),
    baseline: z.string().nullable(),
    published: z.string().nullable(),
  }),
  runs: z.array(z.strictObject({ id: z.string().regex(/^[0-9a-f]{12}$/), row: z.string(), seed: z.int() })).readonly(),
  published: z.record(z.string(), z.record(z.string(), z.number().nullable())).nullable(),
});

/** Writes a plan, whole or not at all. */
export async function writePlan(path: string, plan: StoredPlan): Promise<void> {
  await Deno.mkdir(path.slice(0, path.lastIndexOf("/")), { recursive: true });
  await writeAtomically(path, JSON.stringify(plan, null, 2) + "\n");
}

/**
 * Reads a plan, or gives `undefined` when there is none.
 *
 * @throws {SyntaxError} naming the file if it is damaged.
 */
export async function readPlan(path: string): Promise<StoredPlan | undefined> {
  const text = await readTextIfThere(path);
  if (text === undefined) return undefined;
  try {
    return planSchema.parse(JSON.parse(text));
  } catch (error) {
    const why = error instanceof z.ZodError ? z.prettifyError(error) : (error as Error).message;
    throw new SyntaxError(`Cannot read ${path}: ${why}; run "ablate" again to write it anew`);
  }
}
