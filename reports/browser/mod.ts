/**
 * Training a published run again in a reader's browser.
 *
 * @module
 */
export * from "./cells.ts";
export * from "./collect.ts";
export * from "./page.ts";
export * from "./program.ts";
