/**
 * Margin heads: what they are, the built-in ones, and the margins in closed form for curves and analysis.
 *
 * ```ts
 * import { arcface, targetLogit } from "./mod.ts";
 * import { assert } from "@std/assert";
 *
 * const margin = arcface.margin(arcface.params.parse({ m: 0.5, boundary: "reflect" }));
 * assert(targetLogit(margin, -1) < targetLogit(margin, -0.9)); // with "none" it would rise
 * ```
 *
 * @module
 */
export * from "./catalogue.ts";
export * from "./head.ts";
export { type Algebra, angleOf, numbers, sineOf, tensors } from "./algebra.ts";
export { type ClassHeadOptions, createClassHead } from "./class_head.ts";
export type { ClassLogits, Margined, OtherLogits, OwnClass, TargetLogit } from "./class_logits.ts";
export type { ClassWeightOptions, Shard } from "./class_weights.ts";
export { type ClassTerm, createClassTerm, rowsByClass } from "./class_terms.ts";
export { composedMemory, kernelMemory } from "./class_memory.ts";
export { crossEntropy } from "./cross_entropy.ts";
export {
  type BoundaryCurve,
  type CurveOptions,
  type DecisionBoundary,
  decisionBoundary,
  isMarginHead,
  type TargetLogitCurve,
  targetLogitCurve,
} from "./curves.ts";
export {
  type Boundary,
  boundaryAngle,
  createMargin,
  evaluateMargin,
  type Margin,
  type MarginPoint,
  targetLogit,
  targetLogitDerivative,
} from "./margin.ts";
export { defineMarginHead, type MarginHeadDefinition, type MarginHeadPlugin } from "./margin_head.ts";
export {
  angleFactor,
  cosineClamp,
  cosineMargin,
  type GradientMode,
  type MarginShape,
  marginShape,
  type MarginShapeOptions,
  momentum,
  radians,
  refuseFallback,
  sampleRate,
  scale,
} from "./margin_params.ts";
export { createMarginSoftmax, type MarginSoftmaxOptions } from "./margin_softmax.ts";
export { checkBatch, tidyOutput } from "./parts.ts";
export { moveState, runningState } from "./running_state.ts";
export { evaluateSampleMargin, type SampleMargin, type SampleMarginPoint } from "./sample_margin.ts";
export { type Term, termNode } from "./term.ts";
