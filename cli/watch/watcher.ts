/**
 * Looks at an experiment's folder again and again, and tells what has changed. It reads only what is new.
 *
 * @module
 */
import type { FrozenPlan, RunSummary, Store } from "../../experiments/store.ts";
import { holderOf } from "../../experiments/store/holder.ts";
import { ruleOf } from "../../experiments/stopping/rule.ts";
import { isFinal } from "../../experiments/sweep.ts";
import { type LiveHead, type LiveRun, sweepLeft, thin, timeLeft } from "../../reports/live/state.ts";
import { renderHtml, tableOfExperiment } from "../../reports/mod.ts";
import { stateOf } from "../status_runs.ts";
import { HistoryFollower, type HistoryTail } from "./tail.ts";

/** Comparing pairs takes a processor for seconds, which the sweep needs. */
const OVER_SEEDS = "Rows are compared over seeds alone here; deno task table compares them pair by pair too";

/** What one look gives; parts that are the same as before are the same values. */
export interface Look {
  readonly head: LiveHead;
  readonly runs: readonly LiveRun[];
  readonly table: string;
}

/** A run as it was seen, and the seconds of one of its steps. */
interface Seen {
  readonly run: LiveRun;
  readonly pace: number | null;
}

/** An experiment that is watched. */
export class SweepWatcher {
  readonly #store: Store;
  readonly #experiment: string;
  readonly #histories = new Map<string, HistoryFollower>();
  #plan: FrozenPlan | undefined;
  #planStamp: string | undefined;
  /** Records by run, each with the stamp of its file; one that is damaged is a message. */
  readonly #records = new Map<string, { readonly stamp: string; readonly found: RunSummary | string }>();
  /** Runs that have ended, and what that was found by. */
  readonly #ended = new Map<string, { record: RunSummary | undefined; plan: FrozenPlan; seen: Seen }>();
  #table = { key: "", html: "" };

  /** Watches a folder of the results folder; it need not be there yet. */
  constructor(store: Store, experiment: string) {
    this.#store = store;
    this.#experiment = experiment;
  }

  /** Looks once. */
  async look(): Promise<Look> {
    const problems: string[] = [];
    await this.#readPlan(problems);
    const plan = this.#plan,
      seen: Seen[] = [],
      steps = new Map(plan?.rows.map(({ label, run }) => [label, run.train.steps]));
    for (const { id, row, seed } of plan?.runs ?? []) {
      const { path } = await this.#store.folder(this.#experiment, id), found = await this.#readRecord(path, id);
      if (typeof found === "string") problems.push(found);
      const record = typeof found === "string" ? undefined : found, known = this.#ended.get(id);
      // A run that has ended is looked at once.
      if (known && known.record === record && known.plan === plan) seen.push(known.seen);
      else seen.push(await this.#lookAt({ id, row, seed, steps: steps.get(row) ?? 0 }, record));
    }
    const runs = seen.map(({ run }) => run), paces = seen.flatMap(({ pace }) => pace ?? []);
    const pace = paces.length > 0 ? paces.reduce((sum, one) => sum + one, 0) / paces.length : null;
    return { head: this.#head(runs, pace, problems), runs, table: this.#renderTable(problems) };
  }

  async #lookAt(known: Pick<LiveRun, "id" | "row" | "seed" | "steps">, record: RunSummary | undefined): Promise<Seen> {
    const { id, steps } = known, plan = this.#plan!, final = isFinal(record, ruleOf(plan));
    const folder = await this.#store.folder(this.#experiment, id), history = await this.#follow(folder.path, id);
    const holder = final ? undefined : await holderOf(folder.path);
    const state = final
      ? record!.status === "diverged" ? "diverged" : "done"
      : stateOf({ record, task: undefined, holder, checkpoint: await folder.hasCheckpoint() });
    const error = final || state === "failed" ? record?.error ?? null : null;
    const run: LiveRun = {
      ...{ ...known, state, step: history.step },
      left: state === "running" ? timeLeft(history.step, steps, history.seconds) : null,
      heard: history.heard,
      loss: history.curve.at(-1)?.[1] ?? null,
      curve: thin(history.curve),
      holder: holder ?? null,
      error: history.problem ?? error,
    };
    const seen = { run, pace: history.step > 0 && history.seconds > 0 ? history.seconds / history.step : null };
    if (final) this.#ended.set(id, { record, plan, seen });
    return seen;
  }

  #head(runs: readonly LiveRun[], pace: number | null, problems: readonly string[]): LiveHead {
    const counts: Record<string, number> = {};
    for (const { state } of runs) counts[state] = (counts[state] ?? 0) + 1;
    return {
      experiment: this.#experiment,
      plan: this.#plan?.digest ?? null,
      order: runs.map(({ id }) => id),
      counts,
      left: sweepLeft(runs, pace),
      problems,
    };
  }

  async #readPlan(problems: string[]): Promise<void> {
    const stamp = await stampOf(`${this.#store.root}/${this.#experiment}/plan.json`);
    if (stamp === this.#planStamp) return;
    try {
      this.#plan = await this.#store.readPlan(this.#experiment);
      this.#planStamp = stamp;
    } catch (error) {
      // Looked at again the next time, for it is told as long as it stands.
      problems.push((error as Error).message);
    }
  }

  async #readRecord(folder: string, id: string): Promise<RunSummary | string | undefined> {
    const stamp = await stampOf(`${folder}/record.json`);
    if (stamp === undefined) return this.#records.delete(id), undefined;
    const known = this.#records.get(id);
    if (known?.stamp === stamp) return known.found;
    const found = await this.#store.find(this.#experiment, id).catch((error: Error) => error.message);
    if (found === undefined) return undefined;
    this.#records.set(id, { stamp, found });
    return found;
  }

  async #follow(folder: string, id: string): Promise<HistoryTail> {
    const follower = this.#histories.get(id) ?? new HistoryFollower(folder);
    this.#histories.set(id, follower);
    return await follower.look();
  }

  /** The table, made anew where a record or the plan has changed. */
  #renderTable(problems: readonly string[]): string {
    const plan = this.#plan,
      records = (plan?.runs ?? []).flatMap(({ id }) => {
        const found = this.#records.get(id)?.found;
        return found === undefined || typeof found === "string" ? [] : [found];
      });
    if (!plan || records.length === 0) return "<p>No run has ended yet.</p>";
    const key = [plan.digest, ...this.#records.entries().map(([id, { stamp }]) => `${id} ${stamp}`)].join("\n");
    if (key === this.#table.key) return this.#table.html;
    const html = renderHtml(
      tableOfExperiment({
        plan,
        records,
        problems: [...problems, ...plan.table.baseline === null ? [] : [OVER_SEEDS]],
      }),
    );
    this.#table = { key, html };
    return this.#table.html;
  }
}

/** What changes with a file; `undefined` where there is none. */
async function stampOf(path: string): Promise<string | undefined> {
  try {
    const { mtime, size, ino } = await Deno.lstat(path);
    return `${mtime?.getTime()} ${size} ${ino}`;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) return undefined;
    throw error;
  }
}
