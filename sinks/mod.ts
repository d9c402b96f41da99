/**
 * Sinks: what a run tells, written for other programs. A sink is no part of a run's identity.
 *
 * @module
 */
export * from "./sink.ts";
export * from "./catalogue.ts";
