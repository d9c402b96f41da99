/**
 * What a run tells while it works.
 *
 * @module
 */
import type { StepEvent } from "../training/mod.ts";
import type { RecordedBackend, RecordedMetric, RecordedWeights, RunRecord } from "./record.ts";
import type { DecisionEvent, RungEvent } from "./stopping/at_rung.ts";

/** The run begins, or goes on from a checkpoint. */
export interface StartEvent {
  /** Which event this is. */
  readonly type: "start";
  /** Run id. */
  readonly id: string;
  /** Row label. */
  readonly row: string;
  /** Seed of the replicate. */
  readonly seed: number;
  /** The backend that runs it. */
  readonly backend: RecordedBackend;
  /** Steps of the whole run. */
  readonly steps: number;
  /** Steps done before, by the run that was interrupted. */
  readonly resumedAt: number;
  /** Weights that the backbone started from, or `null`. */
  readonly weights: RecordedWeights | null;
}

/** One step is done. */
export interface ProgressEvent extends StepEvent {
  /** Which event this is. */
  readonly type: "step";
  /** Steps of the whole run. */
  readonly steps: number;
  /** Training time so far, interruptions left out. */
  readonly seconds: number;
  /** Throughput of this process since it began to train. */
  readonly imagesPerSecond: number;
}

/** Part of an evaluation's images are embedded. */
export interface EvaluateEvent {
  /** Which event this is. */
  readonly type: "evaluate";
  /** Name of the evaluation. */
  readonly name: string;
  /** Images embedded so far. */
  readonly done: number;
  /** Images in all. */
  readonly total: number;
}

/** What `output.evaluateEvery` measured in the middle of training. */
export interface MeasureEvent {
  /** Which event this is. */
  readonly type: "measure";
  /** Steps done. */
  readonly step: number;
  /** Every figure of the evaluations that were made. */
  readonly metrics: readonly RecordedMetric[];
}

/** A sink tells something: it failed, and hears nothing more, or it is late. */
export interface SinkEvent {
  /** Which event this is. */
  readonly type: "sink";
  /** Name of the sink. */
  readonly name: string;
  /** What it tells. */
  readonly text: string;
}

/**
 * What a run tells while it works; the last event is `end`, `interrupted`, `paused`, to wait for others at a rung, or
 * `refused`: it cannot go on from its checkpoint here, and is left as it was.
 */
export type RunEvent =
  | StartEvent
  | ProgressEvent
  | EvaluateEvent
  | MeasureEvent
  | RungEvent
  | DecisionEvent
  | SinkEvent
  | { readonly type: "interrupted" | "paused"; readonly step: number }
  | { readonly type: "refused"; readonly error: string }
  | { readonly type: "end"; readonly record: RunRecord };
