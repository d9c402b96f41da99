/**
 * Early stopping: a run ends when its metric has not become better for some evaluations.
 *
 * @module
 */
import type { EarlySection } from "../resolved.ts";

/** A metric at a step of training; `null` where it was not finite. */
export interface Figure {
  /** Steps done. */
  readonly step: number;
  /** The metric. */
  readonly value: number | null;
}

/** What early stopping sees in a series. */
export interface Gain {
  /** The best evaluation: the last one that was a gain over the best before it. */
  readonly best: Figure | undefined;
  /** Evaluations since. */
  readonly since: number;
  /** Whether the run ends here. */
  readonly ends: boolean;
}

/** Follows a series: an evaluation is a gain where it is better than the best so far by more than `minDelta`. */
export function followGain(
  figures: readonly Figure[],
  { higherIsBetter, patience, minDelta }: Pick<EarlySection, "higherIsBetter" | "patience" | "minDelta">,
): Gain {
  let best: Figure | undefined, since = 0;
  for (const figure of figures) {
    const { value } = figure;
    const gain = value !== null &&
      (best === undefined || (higherIsBetter ? value - best.value! : best.value! - value) > minDelta);
    if (gain) best = figure, since = 0;
    else since++;
  }
  return { best, since, ends: since >= patience };
}
