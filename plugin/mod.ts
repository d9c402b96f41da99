/**
 * What every plugin is: a frozen record with a name, a version, a source and a strict parameter schema.
 *
 * @module
 */
export * from "./plugin.ts";
