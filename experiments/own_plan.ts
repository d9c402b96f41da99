/**
 * An experiment's own plan: the one that `table` shows.
 *
 * @module
 */
import type { FrozenPlan, Store } from "./store.ts";

/** Whether a plan lacks runs that the experiment's own plan has records of, so that it would take a table away. */
export async function leavesOut(
  plan: FrozenPlan,
  store: Pick<Store, "readPlan" | "summaries">,
): Promise<boolean> {
  const stored = await store.readPlan(plan.experiment);
  if (!stored || stored.digest === plan.digest) return false;
  const planned = new Set(plan.runs.map(({ id }) => id)), { records } = await store.summaries(plan.experiment);
  const done = new Set(records.map(({ id }) => id));
  return stored.runs.some(({ id }) => done.has(id) && !planned.has(id));
}

/** Stores a plan of which one run is trained: as the experiment's own where it has none, beside it where it has another. */
export async function keepPlan(
  plan: FrozenPlan,
  store: Pick<Store, "readPlan" | "writePlan" | "writeVariant">,
): Promise<void> {
  const stored = await store.readPlan(plan.experiment);
  if (!stored) await store.writePlan(plan);
  else if (stored.digest !== plan.digest) await store.writeVariant(plan);
}
