/**
 * Evaluations in the middle of training, which change nothing there.
 *
 * @module
 */
import type { Registries } from "../registry/builtins.ts";
import { modelClassWeights } from "./class_weights.ts";
import { evaluateAll } from "./evaluate.ts";
import type { RecordedMetric } from "./record.ts";
import type { OutputSettings, PlannedRun } from "./resolved.ts";
import type { MeasureEvent } from "./run_events.ts";
import type { Progress } from "./run_record.ts";
import type { RunStore } from "./run_store.ts";
import { nextTurn } from "./turn.ts";

/** What an evaluation in the middle of training needs of the run. */
export interface EvaluateNowOptions {
  readonly registries: Registries;
  readonly store: Pick<RunStore, "scratch">;
  readonly stop?: AbortSignal;
}

/**
 * The figures of the model as it would be evaluated if training ended here; `undefined` if told to stop on the way.
 *
 * @param names Evaluations that are made; by default all.
 */
export async function evaluateNow(
  names: readonly string[] | undefined,
  { registries, store, stop }: EvaluateNowOptions,
  { model, evaluations }: Progress,
): Promise<RecordedMetric[] | undefined> {
  const tasks = evaluations!.filter(({ section }) => names?.includes(section.name) ?? true);
  const evaluated = { backbone: model!.backbone, classWeights: () => modelClassWeights(model!) };
  const metrics: RecordedMetric[] = [], giveBack = model!.average?.lend();
  try {
    for await (const event of evaluateAll(tasks, { registries, model: evaluated, scratch: store.scratch })) {
      await nextTurn();
      if (stop?.aborted) return undefined;
      metrics.push(...event.metrics ?? []);
    }
  } finally {
    giveBack?.();
  }
  return metrics;
}

/** What {@link measureAt} needs of the run. */
export interface MeasureAtOptions extends EvaluateNowOptions {
  readonly planned: PlannedRun;
  readonly output: OutputSettings;
  /** The run's folder. */
  readonly store: Pick<RunStore, "scratch" | "readMeasures" | "appendMeasures">;
}

/** Whether `output.evaluateEvery` wants figures after so many steps; those of the last step are in the record. */
export function isMeasured({ planned, output }: Pick<MeasureAtOptions, "planned" | "output">, step: number): boolean {
  const { evaluateEvery } = output, { train, evaluate } = planned.run;
  return evaluateEvery !== undefined && step > 0 && step < train.steps && step % evaluateEvery === 0 &&
    evaluate.length > 0;
}

/** Measures where `output.evaluateEvery` wants it and it has not been done. */
export async function* measureAt(
  options: MeasureAtOptions,
  progress: Progress,
  step: number,
): AsyncGenerator<MeasureEvent, void> {
  const { store, output } = options;
  if (!isMeasured(options, step) || (await store.readMeasures()).some((line) => line.step === step)) return;
  const metrics = await evaluateNow(output.evaluateOnly, options, progress);
  if (!metrics) return;
  await store.appendMeasures({ step, metrics });
  yield { type: "measure", step, metrics };
}
