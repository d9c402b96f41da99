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
import { type DecidingPlan, keepDecision, readDecision } from "../store/decisions.ts";
import type { FrozenPlan } from "../store/plan.ts";
import { readRungs } from "../store/rungs.ts";
import { type DecidedRung, decideRungs, type Ledger, type Standing, verdictOf } from "./halving.ts";
import type { Stopping } from "./rung.ts";

/** SHA-256 over the RFC 8785 form of a plan's rule, which records of stopped runs name; `undefined` without one. */
export function ruleOf(plan: { readonly stopping?: StoppingSection | undefined } | undefined): string | undefined {
  if (!plan?.stopping) return undefined;
  return createHash("sha256").update(canonicalize(plan.stopping)!).digest("hex");
}

/**
 * The rule of a plan; `undefined` where it has none.
 *
 * A rung is decided once, by whichever process finds it complete, and its decision is stored; every process reads it.
 */
export function stoppingOf(
  plan: Pick<FrozenPlan, "digest" | "experiment" | "rows" | "runs" | "stopping">,
  store: Store,
  { pauses = false }: { readonly pauses?: boolean } = {},
): Stopping | undefined {
  const { stopping: section, experiment, digest, runs } = plan, rule = ruleOf(plan);
  if (!section || rule === undefined) return undefined;
  const rows = new Map(runs.map(({ id, row }) => [id, row]));
  const ledger = remembered(
    ledgerOf({ root: store.root, experiment, digest }, { store, rule, metric: section.metric }),
  );
  const decided = async () => section.rule === "halving" ? await decideRungs(plan, section, ledger) : [];
  return {
    section,
    rule,
    pauses,
    decided,
    verdict: async (id, step) => verdictOf(await decided(), rows.get(id) ?? "", step),
  };
}

/** What the results folder says. */
function ledgerOf(
  plan: DecidingPlan,
  { store, rule, metric }: { readonly store: Store; readonly rule: string; readonly metric: string },
): Ledger {
  return {
    standing: async (id, step) => {
      const lines = await readRungs((await store.folder(plan.experiment, id)).path);
      const line = lines.find((line) => line.step === step && line.metric === metric);
      return line ? standingOf(line) : endOf(await store.find(plan.experiment, id), rule);
    },
    decision: (step) => readDecision(plan, step),
    keep: (rung) => keepDecision(plan, rung),
  };
}

/** Asks a ledger once for what stays as it is: decisions and figures; a run that failed may still be tried again. */
function remembered({ standing, decision, keep }: Ledger): Ledger {
  const figures = new Map<string, Standing>(), decisions = new Map<number, DecidedRung>();
  return {
    async standing(id, step) {
      const key = `${id} ${step}`, found = figures.get(key) ?? await standing(id, step);
      if (found && found.type !== "ended") figures.set(key, found);
      return found;
    },
    async decision(step) {
      const found = decisions.get(step) ?? await decision(step);
      if (found) decisions.set(step, found);
      return found;
    },
    keep,
  };
}

function standingOf({ value, past }: { readonly value: number | null; readonly past?: true }): Standing {
  return past ? { type: "past" } : { type: "figure", value };
}

/**
 * What a record says of a run that has no figure; one that another rule stopped goes on from its checkpoint, and the
 * record of a failed one is set aside once it is tried again.
 */
function endOf(record: RunRecord | undefined, rule: string): Standing | undefined {
  if (!record || record.status === "stopped" && record.stopped?.rule !== rule) return undefined;
  return { type: record.status === "completed" ? "past" : "ended" };
}
