/**
 * The rule of a plan at work: its name in records, and what it says of a run.
 *
 * @module
 */
import { createHash } from "node:crypto";
import canonicalize from "canonicalize";
import type { RunRecord } from "../record.ts";
import type { StoppingSection } from "../resolved.ts";
import type { Store } from "../store.ts";
import type { FrozenPlan } from "../store/plan.ts";
import { readRungs } from "../store/rungs.ts";
import { type DecidedRung, decideRungs, type RungVerdict, type Standing, verdictOf } from "./halving.ts";

/** A plan's rule, for the runs of that plan. */
export interface Stopping {
  /** The rule. */
  readonly section: StoppingSection;
  /** {@link ruleOf} the plan. */
  readonly rule: string;
  /** Whether a run that comes to a rung waits there in any case, because who started it goes on with the others first. */
  readonly pauses: boolean;
  /** The rungs of halving that are decided by what the results folder holds now; none for other rules. */
  decided(): Promise<DecidedRung[]>;
  /** What halving says of a run at the rung of a step; `undefined` while the rung is open. */
  verdict(id: string, step: number): Promise<RungVerdict | undefined>;
}

/** SHA-256 over the RFC 8785 form of a plan's rule, which records of stopped runs name; `undefined` without one. */
export function ruleOf(plan: { readonly stopping?: StoppingSection | undefined } | undefined): string | undefined {
  if (!plan?.stopping) return undefined;
  return createHash("sha256").update(canonicalize(plan.stopping)!).digest("hex");
}

/** Steps, from 1, at which a rule wants a figure. */
export function isRung(section: StoppingSection, step: number): boolean {
  return section.rule === "halving" ? section.rungs.includes(step) : step > 0 && step % section.every === 0;
}

/**
 * The rule of a plan; `undefined` where it has none.
 *
 * Decisions are read off the folder each time, so that every process that works on it comes to the same ones.
 */
export function stoppingOf(
  plan: Pick<FrozenPlan, "experiment" | "rows" | "runs" | "stopping">,
  store: Store,
  { pauses = false }: { readonly pauses?: boolean } = {},
): Stopping | undefined {
  const { stopping: section, experiment, runs } = plan, rule = ruleOf(plan);
  if (!section || rule === undefined) return undefined;
  const rows = new Map(runs.map(({ id, row }) => [id, row]));
  const decided = async () => {
    if (section.rule !== "halving") return [];
    return await decideRungs(plan, section, async (id, step) => {
      const lines = await readRungs((await store.folder(experiment, id)).path);
      const line = lines.find((line) => line.step === step && line.metric === section.metric);
      return line ? standingOf(line) : endOf(await store.find(experiment, id), rule);
    });
  };
  return {
    section,
    rule,
    pauses,
    decided,
    verdict: async (id, step) => verdictOf(await decided(), rows.get(id) ?? "", step),
  };
}

function standingOf({ value, past }: { readonly value: number | null; readonly past?: true }): Standing {
  return past ? { type: "past" } : { type: "figure", value };
}

/** What a record says of a run that has no figure; one that another rule stopped goes on from its checkpoint. */
function endOf(record: RunRecord | undefined, rule: string): Standing | undefined {
  if (!record || record.status === "stopped" && record.stopped?.rule !== rule) return undefined;
  return { type: record.status === "completed" ? "past" : "ended" };
}
