/**
 * The record of a run whose process ended before it could write one.
 *
 * @module
 */
import { type Environment, RECORD_SCHEMA_VERSION, type RunRecord } from "./record.ts";
import type { LoadedPlugin, PlannedRun } from "./resolved.ts";

/** What {@link failedRecord} is told. */
export interface FailedRun {
  /** The run. */
  readonly planned: PlannedRun;
  /** Name of the experiment. */
  readonly experiment: string;
  /** Users' plugins that the manifest loaded. */
  readonly plugins: readonly LoadedPlugin[];
  /** The machine that started it. */
  readonly environment: Environment;
  /** What went wrong, for people. */
  readonly error: string;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  /** ISO 8601, UTC. */
  readonly finishedAt: string;
}

/** A record of status `failed` that claims nothing but the error. */
export function failedRecord({ planned, error, ...known }: FailedRun): RunRecord {
  return {
    schemaVersion: RECORD_SCHEMA_VERSION,
    id: planned.id,
    experiment: known.experiment,
    row: planned.row,
    seed: planned.seed,
    status: "failed",
    error,
    manifest: planned.run,
    identity: planned.identity,
    backend: null,
    environment: known.environment,
    plugins: known.plugins,
    data: [],
    weights: null,
    backbone: null,
    cost: null,
    metrics: [],
    diagnostics: { finalLoss: null, gradientNorm: null, statistics: {}, weightsSha256: null },
    startedAt: known.startedAt,
    finishedAt: known.finishedAt,
  };
}
