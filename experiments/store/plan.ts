/**
 * `plan.json`: the frozen plan of an experiment, from which every launcher trains and every table is made.
 *
 * It holds the resolved rows, what was hashed beside them, and the id of every run; no clock and no absolute path, so
 * that the same manifest, code and data give the same bytes.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { dirname } from "node:path";
import canonicalize from "canonicalize";
import { z } from "zod";
import type { UsedPlugin } from "../plan_plugins.ts";
import { RECORD_PARTS, runSchema } from "../record_schema.ts";
import type { LoadedPlugin, OutputSettings, ResolvedRun, StoppingSection, TableSection } from "../resolved.ts";
import { readTextIfThere, writeAtomically } from "./atomic.ts";

/** A user's plugin of a plan. */
export interface PlannedPlugin extends LoadedPlugin {
  /** Where the module was: `npm:…`, or a path relative to the working directory of who planned. */
  readonly module: string;
}

/** The program that made a plan. */
export interface PlannedCode {
  /** Version of this package. */
  readonly marginlab: string;
  /** SHA-256 of the program's sources; `null` where they cannot be read. */
  readonly sha256: string | null;
}

/** One row of a frozen plan. */
export interface FrozenRow {
  /** Its name in the table. */
  readonly label: string;
  /** The run of any seed, every default filled in. */
  readonly run: Omit<ResolvedRun, "seed">;
  /** The plugins that it uses. */
  readonly plugins: readonly UsedPlugin[];
  /** SHA-256 of each path that it reads. */
  readonly data: Readonly<Record<string, string>>;
}

/** What was planned; everything that a run or a table needs, without the manifest. */
export interface FrozenPlan {
  /** Version of this form. */
  readonly schemaVersion: 2;
  /** SHA-256 over the RFC 8785 form of everything else. */
  readonly digest: string;
  /** Name of the experiment. */
  readonly experiment: string;
  /** The manifest's sentence. */
  readonly description: string;
  /** What to cite. */
  readonly cite: readonly string[];
  /** Version of the records, part of every run's identity. */
  readonly recordSchemaVersion: number;
  /** The program that planned. */
  readonly code: PlannedCode;
  /** Users' plugins. */
  readonly plugins: readonly PlannedPlugin[];
  /** What is written and how often. */
  readonly output: OutputSettings;
  /** How the table is laid out. */
  readonly table: TableSection;
  /** The rule that stops runs early; absent for none. */
  readonly stopping?: StoppingSection;
  /** The papers' figures that the table prints beside ours, by row and column, as fractions; `null` for none. */
  readonly published: Readonly<Record<string, Readonly<Record<string, number | null>>>> | null;
  /** Sizes of the test sets behind these figures, by column, where the papers state them. */
  readonly publishedUnits?: Readonly<Record<string, number>>;
  /** Planned seeds of each row. */
  readonly seeds: readonly number[];
  /** Rows, in the manifest's order. */
  readonly rows: readonly FrozenRow[];
  /** Every run: rows in their order, seeds within each; the position is the `--index` of launchers. */
  readonly runs: readonly { readonly id: string; readonly row: string; readonly seed: number }[];
}

const plugin = { kind: z.string().min(1), name: z.string().min(1), version: z.string().min(1) };

const decides = { metric: z.string().min(1), higherIsBetter: z.boolean() };
const stopping = z.discriminatedUnion("rule", [
  z.strictObject({
    rule: z.literal("halving"),
    ...decides,
    rungs: z.array(z.int().min(1)).min(1).readonly(),
    keep: z.number().gt(0).lt(1),
    protect: z.array(z.string()).readonly(),
  }),
  z.strictObject({
    rule: z.literal("early"),
    ...decides,
    every: z.int().min(1),
    patience: z.int().min(1),
    minDelta: z.number().min(0),
  }),
]);

const planSchema: z.ZodType<FrozenPlan> = z.strictObject({
  schemaVersion: z.literal(2),
  digest: RECORD_PARTS.sha256,
  experiment: z.string().min(1),
  description: z.string(),
  cite: z.array(z.string()).readonly(),
  recordSchemaVersion: z.int(),
  code: z.strictObject({ marginlab: z.string(), sha256: RECORD_PARTS.sha256.nullable() }),
  plugins: z.array(z.strictObject({
    ...plugin,
    specifier: z.string().min(1),
    sha256: RECORD_PARTS.sha256,
    module: z.string().min(1),
  })).readonly(),
  output: z.strictObject({
    logEvery: z.int().min(1),
    checkpointEvery: z.int().min(0),
    weights: z.boolean(),
    receipt: z.int().min(0).exactOptional(),
    evaluateEvery: z.int().min(1).exactOptional(),
    evaluateOnly: z.array(z.string().min(1)).min(1).readonly().exactOptional(),
    log: z.array(z.record(z.string(), z.unknown())).readonly().exactOptional(),
  }),
  table: z.strictObject({
    columns: z.array(z.string()).readonly(),
    baseline: z.string().nullable(),
    published: z.string().nullable(),
    tolerance: z.record(z.string(), z.number().min(0)).exactOptional(),
  }),
  stopping: stopping.exactOptional(),
  published: z.record(z.string(), z.record(z.string(), z.number().nullable())).nullable(),
  publishedUnits: z.record(z.string(), z.int().min(1)).exactOptional(),
  seeds: z.array(z.int()).readonly(),
  rows: z.array(z.strictObject({
    label: z.string().min(1),
    run: runSchema.omit({ seed: true }),
    plugins: z.array(z.strictObject({ ...plugin, sha256: RECORD_PARTS.sha256.nullable() })).readonly(),
    data: z.record(z.string(), RECORD_PARTS.sha256),
  })).readonly(),
  runs: z.array(z.strictObject({ id: z.string().regex(/^[0-9a-f]{12}$/), row: z.string(), seed: z.int() })).readonly(),
});

/** SHA-256 over the RFC 8785 form of a plan without its digest. */
export function planDigest(plan: Omit<FrozenPlan, "digest">): string {
  const { digest: _, ...rest } = plan as FrozenPlan;
  return createHash("sha256").update(canonicalize(rest)!).digest("hex");
}

/** Writes a plan, whole or not at all. */
export async function writePlan(path: string, plan: FrozenPlan): Promise<void> {
  await Deno.mkdir(dirname(path), { recursive: true });
  await writeAtomically(path, JSON.stringify(plan, null, 2) + "\n");
}

/**
 * Reads a plan, or gives `undefined` when there is none.
 *
 * @throws {SyntaxError} naming the file if it is damaged, or was changed by hand.
 */
export async function readPlan(path: string): Promise<FrozenPlan | undefined> {
  const text = await readTextIfThere(path);
  if (text === undefined) return undefined;
  let plan: FrozenPlan;
  try {
    plan = planSchema.parse(JSON.parse(text));
  } catch (error) {
    const why = error instanceof z.ZodError ? z.prettifyError(error) : (error as Error).message;
    throw new SyntaxError(`Cannot read ${path}: ${why}; plan again to write it anew`);
  }
  if (planDigest(plan) !== plan.digest) {
    throw new SyntaxError(`Cannot read ${path}: it was changed after it was written; plan again to write it anew`);
  }
  return plan;
}
