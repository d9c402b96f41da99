/**
 * marginlab: experiments in margin-based metric learning, from a manifest to an ablation table.
 *
 * The table of a margin in closed form:
 *
 * ```ts
 * import { arcface, cosface, targetLogit } from "./mod.ts";
 * import { assert } from "@std/assert";
 *
 * const margins = [arcface, cosface].map((head) => head.margin(head.params.parse({})));
 * const atRightAngle = margins.map((margin) => targetLogit(margin, 0));
 * assert(Math.abs(atRightAngle[0]! + Math.sin(0.5)) < 1e-6 && atRightAngle[1] === -0.35);
 * ```
 *
 * @module
 */
export * from "./plugin/mod.ts";
export * from "./tensor/mod.ts";
export * from "./losses/mod.ts";
export * from "./backbones/mod.ts";
export * from "./datasets/mod.ts";
export * from "./evaluation/mod.ts";
export * from "./training/mod.ts";
export * from "./sinks/mod.ts";
export * from "./registry/mod.ts";
export * from "./experiments/mod.ts";
export * from "./reports/mod.ts";
