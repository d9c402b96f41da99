/**
 * The record of a run, from what the run has come to know.
 *
 * @module
 */
import type { ImageSet } from "../datasets/mod.ts";
import { isMarginHead, type Margin, targetLogitCurve } from "../losses/mod.ts";
import type { Registries } from "../registry/builtins.ts";
import { DivergenceError, type StepEvent } from "../training/mod.ts";
import type { AngleHistograms } from "./angle_windows.ts";
import { recordData } from "./data.ts";
import type { EvaluationTask } from "./evaluation_checks.ts";
import { type Model, split } from "./model.ts";
import {
  type Environment,
  finite,
  RECORD_SCHEMA_VERSION,
  type RecordedBackend,
  type RecordedCurve,
  type RecordedDiagnostics,
  type RecordedDrift,
  type RecordedMetric,
  type RecordedReceipt,
  type RecordedStop,
  type RecordedWeights,
  type RunRecord,
} from "./record.ts";
import type { LoadedPlugin, PlannedRun, ResolvedRun } from "./resolved.ts";
import type { ReadLog } from "./reads.ts";
import type { Stopwatch } from "./stopwatch.ts";

/** What a run has come to know, filled in as it gets there. */
export interface Progress {
  readonly backend: RecordedBackend;
  training?: ImageSet;
  evaluations?: readonly EvaluationTask[];
  model?: Model;
  /** Weights that the backbone took from a file. */
  weights?: RecordedWeights;
  /** Reads of plugins' parameters. */
  readonly reads: ReadLog;
  /** False where the run went on from a checkpoint that does not tell them. */
  readsKnown?: boolean;
  /** Parameters at their defaults that no code read. */
  unread?: readonly string[];
  /** What the first steps gave when they were done twice. */
  receipt?: RecordedReceipt;
  /** Step of the newest checkpoint. */
  saved?: number;
  /** The newest update. */
  last?: StepEvent;
  readonly metrics: RecordedMetric[];
  readonly curves: RecordedCurve[];
  /** Histograms of the target angle. */
  angles?: AngleHistograms;
}

/** What is known before a run begins. */
export interface Known {
  readonly planned: PlannedRun;
  readonly registries: Registries;
  readonly plugins: readonly LoadedPlugin[];
  readonly environment: Environment;
  readonly experiment: string;
  readonly drift?: RecordedDrift;
}

/** How a run ended. */
export interface Outcome {
  readonly startedAt: string;
  /** What stopped it, if anything did: anything that can be thrown. */
  readonly error?: unknown;
  readonly weightsSha256?: string;
  /** The decision that ended it early. */
  readonly stopped?: RecordedStop;
}

/** Makes the record of a run that ended. */
export function makeRecord(known: Known, progress: Progress, watch: Stopwatch, outcome: Outcome): RunRecord {
  const { planned: { id, row, seed, run, identity }, plugins, environment, experiment, drift } = known;
  const { backend, training, evaluations = [], last, metrics, curves } = progress;
  const { stopped } = outcome, failed = "error" in outcome, unfinished = failed || stopped !== undefined;
  return {
    schemaVersion: RECORD_SCHEMA_VERSION,
    id,
    experiment,
    row,
    seed,
    status: failed
      ? outcome.error instanceof DivergenceError ? "diverged" : "failed"
      : stopped
      ? "stopped"
      : "completed",
    error: failed ? messageOf(outcome.error) : stopped ? `stopped at step ${stopped.step} (${stopped.reason})` : null,
    manifest: run,
    identity,
    backend,
    environment,
    plugins,
    data: [
      ...training ? [recordData("train", training)] : [],
      ...evaluations.map(({ section: { name }, set }) => recordData(name, set)),
    ],
    weights: progress.weights ?? null,
    backbone: recordBackbone(known, progress),
    cost: { steps: last?.step ?? 0, ...watch.total() },
    metrics: unfinished ? [] : metrics,
    ...!unfinished && curves.length > 0 ? { curves } : {},
    ...drift ? { drift } : {},
    ...stopped ? { stopped } : {},
    diagnostics: diagnose(known, progress, outcome),
    startedAt: outcome.startedAt,
    finishedAt: new Date().toISOString(),
  };
}

/** The text of anything that was thrown; never empty. */
export function messageOf(error: unknown): string {
  const text = error instanceof Error ? error.message || error.name : String(error);
  return text.trim() || "Cannot finish the run: an error without a text was thrown";
}

function recordBackbone({ planned: { run }, registries }: Known, { training, model }: Progress): RunRecord["backbone"] {
  if (!training || !model) return null;
  const [name, params] = split(run.backbone);
  const { parameters, trainableParameters, multiplyAdds, embedding } = registries.backbone.get(name)
    .cost(params, training.shape);
  return { name, parameters, trainableParameters, multiplyAdds, embedding };
}

/** The margin of a run's main head, of heads that have one. */
export function marginOf({ head }: ResolvedRun, registries: Registries): Margin | undefined {
  const [name, params] = split(head), plugin = registries.head.get(name);
  return isMarginHead(plugin) ? plugin.margin(params) : undefined;
}

function diagnose(
  { planned: { run }, registries }: Known,
  { last, angles, receipt, unread = [] }: Progress,
  { error, weightsSha256 }: Outcome,
): RecordedDiagnostics {
  const targetAngles = angles?.result(), margin = marginOf(run, registries);
  const statistics = Object.entries(last?.statistics ?? {}).map(([name, value]) => [name, finite(value)]);
  return {
    finalLoss: last ? finite(last.loss) : null,
    gradientNorm: last ? finite(last.gradientNorm) : null,
    statistics: Object.fromEntries(statistics),
    weightsSha256: weightsSha256 ?? null,
    ...error instanceof DivergenceError ? { firstBadTensor: error.tensor, divergedAtStep: error.step } : {},
    ...targetAngles ? { targetAngles } : {},
    ...margin ? { targetLogit: targetLogitCurve(margin) } : {},
    ...receipt ? { receipt } : {},
    ...unread.length > 0 ? { unread } : {},
  };
}
