/**
 * A run at a rung: its evaluation in the middle of training, which changes nothing there, and what follows from it.
 *
 * @module
 */
import type { Registries } from "../../registry/builtins.ts";
import { evaluateNow } from "../evaluate_now.ts";
import type { RecordedStop } from "../record.ts";
import type { EarlySection, HalvingSection, PlannedRun } from "../resolved.ts";
import type { Progress } from "../run_record.ts";
import type { RunStore } from "../run_store.ts";
import { followGain } from "./early.ts";
import { isRung, type Stopping } from "./rung.ts";

/** A figure was measured at a rung, or stood there already. */
export interface RungEvent {
  /** Which event this is. */
  readonly type: "rung";
  /** Steps done. */
  readonly step: number;
  /** `evaluation.metric`. */
  readonly metric: string;
  /** `null` where it is not finite. */
  readonly value: number | null;
}

/** Halving ranked the run's row. */
export interface DecisionEvent {
  /** Which event this is. */
  readonly type: "decision";
  /** Steps done. */
  readonly step: number;
  /** Whether the run trains on. */
  readonly goesOn: boolean;
  /** Rank of its row, from 1. */
  readonly rank: number;
  /** Rows that were ranked. */
  readonly of: number;
}

/** How training ended before its last step. */
export type EarlyEnd = "interrupted" | "paused" | RecordedStop;

/** What a rung needs of the run. */
export interface AtRungOptions {
  readonly planned: PlannedRun;
  readonly registries: Registries;
  /** The run's folder. */
  readonly store: Pick<RunStore, "appendRung" | "readRungs" | "scratch">;
  readonly stop?: AbortSignal;
  readonly stopping?: Stopping;
}

/** Notes the rungs that a run is past without a figure, which it cannot give any more. */
async function notePastRungs({ stopping, store }: AtRungOptions, from: number): Promise<void> {
  if (stopping?.section.rule !== "halving") return;
  const { metric, rungs } = stopping.section;
  for (const step of rungs.filter((rung) => rung < from)) {
    await store.appendRung({ step, metric, value: null, past: true });
  }
}

/**
 * Measures where the plan's rule wants it, and asks whether the run goes on.
 *
 * @param at Steps done, and whether the run came here by training rather than from a checkpoint.
 * @returns How training ends here, or `undefined` where it goes on, or was told to stop on the way.
 */
export async function* atRung(
  options: AtRungOptions,
  progress: Progress,
  { step, arrived }: { readonly step: number; readonly arrived: boolean },
): AsyncGenerator<RungEvent | DecisionEvent, Exclude<EarlyEnd, "interrupted"> | undefined> {
  const { stopping, store, planned } = options;
  if (!arrived) await notePastRungs(options, step);
  if (!stopping || !isRung(stopping.section, step) || step >= planned.run.train.steps) return undefined;
  const { metric } = stopping.section;
  const known = (await store.readRungs()).find((line) => line.step === step && line.metric === metric);
  const value = known ? known.value : await figureOf(metric, options, progress);
  if (value === undefined) return undefined;
  await store.appendRung({ step, metric, value });
  if (arrived || !known) yield { type: "rung", step, metric, value };
  return stopping.section.rule === "early"
    ? await endEarly(stopping.section, stopping.rule, { step, value, store })
    : yield* halve(stopping.section, stopping, { step, value, fresh: arrived && !known, id: planned.id });
}

async function endEarly(
  section: EarlySection,
  rule: string,
  { step, value, store }: { step: number; value: number | null; store: Pick<RunStore, "readRungs"> },
): Promise<RecordedStop | undefined> {
  const { metric } = section;
  const figures = (await store.readRungs())
    .filter((line) => line.metric === metric && line.step <= step && !line.past && isRung(section, line.step))
    .sort((a, b) => a.step - b.step);
  const { best, since, ends } = followGain(figures, section);
  if (!ends) return undefined;
  const gain = best ? `no gain over step ${best.step}` : "no finite figure";
  return { step, rule, metric, value, reason: `early, ${gain} in ${since} evaluation${since === 1 ? "" : "s"}` };
}

async function* halve(
  { metric }: HalvingSection,
  { rule, pauses, verdict }: Stopping,
  { step, value, fresh, id }: { step: number; value: number | null; fresh: boolean; id: string },
): AsyncGenerator<DecisionEvent, RecordedStop | "paused" | undefined> {
  // A run that waited here below its receipt comes again from its start, and must not be sent back a second time.
  const said = fresh && pauses ? undefined : await verdict(id, step);
  if (!said) return "paused";
  const { goesOn, row: { rank, lacking }, of } = said;
  yield { type: "decision", step, goesOn, rank, of };
  if (goesOn) return undefined;
  const why = lacking > 0 ? ", a figure of a seed is missing" : "";
  const where = said.step === step ? "" : ` at step ${said.step}`;
  return { step, rule, metric, value, reason: `halving, rank ${rank} of ${of}${where}${why}` };
}

/** A figure of the model as it is; `undefined` if told to stop on the way. */
async function figureOf(
  metric: string,
  options: AtRungOptions,
  progress: Progress,
): Promise<number | null | undefined> {
  const dot = metric.indexOf("."), evaluation = metric.slice(0, dot), name = metric.slice(dot + 1);
  const metrics = await evaluateNow([evaluation], options, progress);
  return metrics && (metrics.find((one) => one.name === name)?.value ?? null);
}
