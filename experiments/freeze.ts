/**
 * Freezing a plan as plain data, and making its runs again from that.
 *
 * @module
 */
import type { Manifest } from "./manifest.ts";
import { identityOf, type Plan, runId } from "./plan.ts";
import { RECORD_SCHEMA_VERSION } from "./record.ts";
import type { PlannedRun } from "./resolved.ts";
import { type FrozenPlan, planDigest, type PlannedCode } from "./store/plan.ts";

/** What a plan is frozen with. */
export interface FreezeOptions {
  /** The program that plans. */
  readonly code: PlannedCode;
  /** The papers' figures that the table prints beside ours. */
  readonly published: FrozenPlan["published"];
  /** Sizes of the test sets behind them. */
  readonly publishedUnits?: FrozenPlan["publishedUnits"];
}

/**
 * Freezes a plan whose data is all there.
 *
 * @throws {RangeError} if data is missing, for ids are provisional then.
 */
export function freezePlan(
  { manifest, runs, missing }: Plan,
  { code, published, publishedUnits = {} }: FreezeOptions,
): FrozenPlan {
  if (missing.length > 0) {
    throw new RangeError(`Cannot freeze the plan of "${manifest.name}": its data is not there: ${missing.join(", ")}`);
  }
  const first = new Map(runs.toReversed().map((run) => [run.row, run]));
  const plan: Omit<FrozenPlan, "digest"> = {
    schemaVersion: 2,
    experiment: manifest.name,
    description: manifest.description,
    cite: manifest.cite,
    recordSchemaVersion: RECORD_SCHEMA_VERSION,
    code,
    plugins: manifest.plugins.map((plugin) => ({ ...plugin, module: moduleOf(plugin.specifier, manifest) })),
    output: manifest.output,
    table: manifest.table,
    published,
    ...Object.keys(publishedUnits).length > 0 ? { publishedUnits } : {},
    seeds: manifest.seeds,
    rows: manifest.rows.map(({ label, run }) => {
      const { plugins, data } = first.get(label)!.identity as unknown as Omit<FrozenPlan["rows"][number], "label">;
      return { label, run, plugins, data };
    }),
    runs: runs.map(({ id, row, seed }) => ({ id, row, seed })),
  };
  return { ...plan, digest: planDigest(plan) };
}

/** Where a module is, from the working directory: a path is written relative to the manifest. */
function moduleOf(specifier: string, { path }: Manifest): string {
  if (specifier.startsWith("npm:") || specifier.startsWith("/")) return specifier;
  const parts: string[] = [];
  for (const part of [...path.split("/").slice(0, -1), ...specifier.split("/")]) {
    if (part === "..") parts.at(-1) === undefined || parts.at(-1) === ".." ? parts.push(part) : parts.pop();
    else if (part !== ".") parts.push(part);
  }
  return parts.join("/");
}

/**
 * The runs of a frozen plan, in its order.
 *
 * @throws {SyntaxError} if a run's id is not that of what it resolves to.
 */
export function thawRuns(plan: FrozenPlan): PlannedRun[] {
  const rows = new Map(plan.rows.map((row) => [row.label, row]));
  return plan.runs.map(({ id, row: label, seed }) => {
    const row = rows.get(label);
    const found = row && identityOf(row.run, seed, { ...row, schemaVersion: plan.recordSchemaVersion });
    if (!found || runId(found.identity) !== id) {
      throw new SyntaxError(`Cannot use the plan of "${plan.experiment}": run ${id} is not what its row resolves to`);
    }
    return { id, row: label, seed, ...found, missing: [] };
  });
}
