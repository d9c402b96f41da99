/**
 * Citations: what the runs of an experiment used, as BibTeX or CSL-JSON.
 *
 * @module
 */
export * from "./bibliography.ts";
export * from "./bibtex.ts";
export * from "./csl.ts";
export * from "./used.ts";
export * from "./work.ts";
