/**
 * Experiments: a manifest becomes a plan, a plan becomes runs, a run becomes a record in a store.
 *
 * @module
 */
export { type KeyDifference, type RowDifferences, rowDifferences } from "./differences.ts";
export { diskFiles, type DiskOptions } from "./disk.ts";
export { exportFormats, type KeptRun } from "./export.ts";
export { type Environment, readEnvironment } from "./environment.ts";
export type { RowPlace, RowShape, Scratch } from "./held_embeddings.ts";
export * from "./manifest.ts";
export { type LoadedOutcomes, loadOutcomes, type PairOutcomes, type ScoredRecord } from "./outcomes.ts";
export * from "./plan.ts";
export type { UsedPlugin } from "./plan_plugins.ts";
export { moduleLoader } from "./plugins.ts";
export type { Params, ReadLog } from "./reads.ts";
export * from "./record.ts";
export { rescore, type RescoredFigure } from "./rescore.ts";
export * from "./resolved.ts";
export * from "./run.ts";
export type { RunStore } from "./run_store.ts";
export { manifestSchema } from "./schema.ts";
export type { DecisionEvent, RungEvent } from "./stopping/at_rung.ts";
export {
  type DecidedRung,
  decideRungs,
  type HalvedPlan,
  type Ledger,
  type RankedRow,
  rankRung,
  type RungRow,
  type RungVerdict,
  type Standing,
  verdictOf,
} from "./stopping/halving.ts";
export type { Stopping } from "./stopping/rung.ts";
export { ruleOf, stoppingOf } from "./stopping/rule.ts";
export * from "./store.ts";
export type { FrozenRow, PlannedPlugin } from "./store/plan.ts";
export type { MeasureLine } from "./store/measures.ts";
export type { Plane, PlanePoint } from "./plane.ts";
export type { RungLine } from "./store/rungs.ts";
export type { SweepEvent } from "./jobs.ts";
export * from "./sweep.ts";
export { trainManifest, type TrainManifestOptions } from "./train_manifest.ts";
export { VERSION } from "./version.ts";
