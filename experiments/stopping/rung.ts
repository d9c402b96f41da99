/**
 * What a run knows of its plan's rule for stopping early.
 *
 * @module
 */
import type { StoppingSection } from "../resolved.ts";
import type { DecidedRung, RungVerdict } from "./halving.ts";

/** A plan's rule, for the runs of that plan. */
export interface Stopping {
  /** The rule. */
  readonly section: StoppingSection;
  /** `ruleOf` the plan. */
  readonly rule: string;
  /** Whether a run that comes to a rung waits there in any case, because who started it goes on with the others first. */
  readonly pauses: boolean;
  /** The rungs of halving that are decided by what the results folder holds now; none for other rules. */
  decided(): Promise<DecidedRung[]>;
  /** What halving says of a run at the rung of a step; `undefined` while the rung is open. */
  verdict(id: string, step: number): Promise<RungVerdict | undefined>;
}

/** Steps, from 1, at which a rule wants a figure. */
export function isRung(section: StoppingSection, step: number): boolean {
  return section.rule === "halving" ? section.rungs.includes(step) : step > 0 && step % section.every === 0;
}
