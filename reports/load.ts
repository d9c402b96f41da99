/**
 * What runs of an experiment said of each pair, as far as its table needs it.
 *
 * @module
 */
import { type LoadedOutcomes, loadOutcomes, type ScoredRecord } from "../experiments/outcomes.ts";
import { readTrace, runFolders } from "../experiments/run_traces.ts";
import type { FrozenPlan, Store } from "../experiments/store.ts";
import type { Registries } from "../registry/builtins.ts";

/** Up to so many runs a table reads scores without being asked; 128 runs on 6,000 pairs are read in a third of a second. */
export const PAIRS_UP_TO = 128;

/** Where a table finds scores, and whether it is to read them. */
export interface OutcomeSources {
  /** The results folder. */
  readonly store: Pick<Store, "folder" | "readPairs">;
  /** Name of the experiment. */
  readonly experiment: string;
  /** Where the records' protocols are found. */
  readonly registries: Registries;
  /** Whether to read them however many runs there are (`true`) or not at all; by default up to {@link PAIRS_UP_TO}. */
  readonly pairs?: boolean | undefined;
}

/** Outcomes of the planned runs; none where there is no baseline to compare with, or it is not wanted. */
export async function outcomesFor(
  plan: Pick<FrozenPlan, "runs" | "table"> | undefined,
  records: readonly ScoredRecord[],
  sources: OutcomeSources,
): Promise<LoadedOutcomes> {
  if (!plan || plan.table.baseline === null) return { runs: new Map(), notes: [] };
  const ids = new Set(plan.runs.map(({ id }) => id));
  return await outcomesOf(records.filter(({ id }) => ids.has(id)), sources);
}

/** Outcomes of runs, up to {@link PAIRS_UP_TO} of them where nothing is said. */
export async function outcomesOf(
  records: readonly ScoredRecord[],
  { store, experiment, registries, pairs }: OutcomeSources,
): Promise<LoadedOutcomes> {
  if (pairs === false) return { runs: new Map(), notes: [] };
  if (pairs === undefined && records.length > PAIRS_UP_TO) {
    const note =
      `Rows are not compared pair by pair: ${records.length} runs are many, --pairs reads their scores all the same`;
    return { runs: new Map(), notes: [note] };
  }
  return await loadOutcomes(store, experiment, records, registries);
}

/** Steps of the checkpoints that planned runs without a record have left, by id. */
export async function checkpointSteps(
  plan: Pick<FrozenPlan, "runs"> | undefined,
  records: readonly { readonly id: string }[],
  { store, experiment }: { readonly store: Store; readonly experiment: string },
): Promise<Map<string, number>> {
  const ended = new Set(records.map(({ id }) => id)), steps = new Map<string, number>();
  const open = plan?.runs.filter(({ id }) => !ended.has(id)) ?? [];
  if (open.length === 0) return steps;
  const folders = await runFolders(store, experiment);
  for (const { id } of open.filter(({ id }) => folders.has(id))) {
    const { step } = await readTrace(store, experiment, id);
    if (typeof step === "number") steps.set(id, step);
  }
  return steps;
}
