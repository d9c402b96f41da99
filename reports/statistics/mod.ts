/**
 * Statistics of a table: intervals, tests and plans, from numbers alone.
 *
 * @module
 */
export * from "./binomial.ts";
export * from "./cluster_bootstrap.ts";
export * from "./holm.ts";
export * from "./intervals.ts";
export * from "./mcnemar.ts";
export * from "./normal.ts";
export * from "./pair_statistics.ts";
export * from "./paired.ts";
export * from "./power.ts";
export * from "./sign_flip.ts";
export * from "./student_t.ts";
