/**
 * Experiments: a manifest becomes a plan, a plan becomes runs, a run becomes a record in a store.
 *
 * @module
 */
export { diskFiles, type DiskOptions } from "./disk.ts";
export { exportFormats, type KeptRun } from "./export.ts";
export { type Environment, readEnvironment } from "./environment.ts";
export * from "./manifest.ts";
export * from "./plan.ts";
export { moduleLoader } from "./plugins.ts";
export type { Params, ReadLog } from "./reads.ts";
export * from "./record.ts";
export * from "./resolved.ts";
export * from "./run.ts";
export { manifestSchema } from "./schema.ts";
export * from "./store.ts";
export type { SweepEvent } from "./jobs.ts";
export * from "./sweep.ts";
