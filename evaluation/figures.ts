/**
 * Figures that several protocols have: what they are called, and how measured ones stand beside their definitions.
 *
 * @module
 */
import type { Metric, MetricDefinition } from "./protocol.ts";
import { mean, standardDeviation } from "./spread.ts";

/** Area under the curve, see {@link areaUnderCurve}. */
export const AUC: MetricDefinition = Object.freeze({
  name: "auc",
  unit: "fraction",
  higherIsBetter: true,
  summary: "Probability that a same pair is closer than a different one, ties half",
});

/** Equal error rate, see {@link equalErrorRate}. */
export const EER: MetricDefinition = Object.freeze({
  name: "eer",
  unit: "fraction",
  higherIsBetter: false,
  summary: "Rate at which false accepts equal false rejects",
});

/** A figure as it is measured, without what its definition says. */
export type Figure = Pick<Metric, "value" | "std" | "over" | "n">;

/** Puts figures beside their definitions, in order; there are as many of one as of the other. */
export function measured(definitions: readonly MetricDefinition[], figures: readonly Figure[]): Metric[] {
  return definitions.map(({ name, unit, higherIsBetter }, index) => ({
    name,
    ...figures[index]!,
    unit,
    higherIsBetter,
  }));
}

/** Mean of a figure of each fold, and its spread with ddof 0. */
export function overFolds(values: ArrayLike<number>, n: number): Figure & { readonly std: number } {
  return { value: mean(values), std: standardDeviation(values, 0), n };
}
