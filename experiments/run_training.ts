/**
 * The training of a run: from its newest checkpoint on, its first steps done twice, with rungs on the way.
 *
 * @module
 */
import { boundaryAngle } from "../losses/mod.ts";
import { checkDevice } from "../tensor/device.ts";
import {
  type CheckpointState,
  loadCheckpoint,
  saveCheckpoint,
  type StepAngles,
  type StepEvent,
} from "../training/mod.ts";
import { AngleHistograms, angleWindows } from "./angle_windows.ts";
import { isMeasured, measureAt } from "./evaluate_now.ts";
import { type Model, trainModel } from "./model.ts";
import { Receipt, RECEIPT_STEPS } from "./receipt.ts";
import { describeBackend } from "./resume.ts";
import type { RunOptions } from "./run.ts";
import type { RunEvent } from "./run_events.ts";
import { notesOf, restoreNotes } from "./run_notes.ts";
import { marginOf, type Progress } from "./run_record.ts";
import type { Stopwatch } from "./stopwatch.ts";
import { atRung, type EarlyEnd } from "./stopping/at_rung.ts";
import { isRung } from "./stopping/rung.ts";
import { nextTurn } from "./turn.ts";
import { checkFirstReads } from "./unread.ts";

/** Training events from the newest checkpoint on; ends with how it ended before its last step. */
export async function* trainFromCheckpoint(
  options: RunOptions,
  progress: Progress,
  { watch, make }: { readonly watch: Stopwatch; readonly make: () => Model },
): AsyncGenerator<RunEvent, EarlyEnd | undefined> {
  const { planned: { id, row, seed, run }, store, output, registries, stop, stopping } = options;
  const { steps, batchSize } = run.train, { checkpointEvery } = output;
  progress.model = make();
  const resumed = await restore(options, progress), from = resumed?.step ?? 0;
  progress.saved = from;
  await store.truncateHistory(from);
  await store.truncateMeasures(from);
  const history = await store.readHistory();
  const margin = marginOf(run, registries), limit = margin && boundaryAngle(margin);
  const angles = progress.angles = new AngleHistograms(angleWindows(steps, batchSize), limit);
  angles.restore(history);
  if (from > 0 && history.at(-1)?.["step"] === from) progress.last = history.at(-1) as unknown as StepEvent;
  yield {
    type: "start",
    id,
    row,
    seed,
    backend: progress.backend,
    steps,
    resumedAt: from,
    weights: progress.weights ?? null,
  };
  yield* measureAt(options, progress, from);
  const there = yield* atRung(options, progress, { step: from, arrived: false });
  if (there) return there;
  const twice = from > 0 ? 0 : Math.min(output.receipt ?? RECEIPT_STEPS, steps);
  const remake = () => {
    progress.model?.dispose();
    delete progress.model;
    progress.model = make();
  };
  // Until the first steps are compared, what is saved is the start: the next process takes the receipt anew.
  const saveStart = async () => {
    remake();
    await checkpoint(options, progress, { step: 0, seconds: 0 });
  };
  const receipt = new Receipt(twice);
  if (twice > 0) {
    const pace = { from: 0, ...stop ? { stop } : {} };
    await receipt.first(progress.model, trainModel(run, registries, progress.model, progress.training!, pace), stop);
    if (stop?.aborted) return await saveStart(), "interrupted";
    remake();
  }
  watch.startTraining(from, resumed?.seconds ?? 0);
  const due = (step: number) => checkpointEvery > 0 && step % checkpointEvery === 0 && step >= twice;
  const rung = (step: number) => stopping !== undefined && isRung(stopping.section, step);
  const measured = (step: number) => isMeasured(options, step);
  const pauseAt = (step: number) => due(step) || rung(step) || measured(step) || step <= twice;
  const pace = { from, logEvery: output.logEvery, pauseAt, watchAngles: angles.watches, ...stop ? { stop } : {} };
  let held: readonly StepAngles[] = [];
  for await (const event of trainModel(run, registries, progress.model, progress.training!, pace)) {
    const { targetAngles: own = [], ...step } = event, targetAngles = [...held, ...own];
    held = [];
    progress.last = step;
    const { seconds, imagesPerSecond } = watch.lap(step.step, batchSize);
    const final = step.step === steps, arrived = rung(step.step);
    const logged = final || arrived || step.step % output.logEvery === 0;
    const taken = await receipt.second(progress.model, step);
    if (taken) progress.receipt = taken;
    if (from === 0 && step.step === Math.max(1, twice)) checkFirstReads(run, registries, progress.reads, step.step);
    if (step.step <= twice && !logged && !due(step.step) && !measured(step.step) && !stop?.aborted) {
      held = targetAngles;
      continue;
    }
    // A checkpoint between two lines gets one of its own, if angles would be lost.
    if (targetAngles.length > 0 || logged) {
      await store.appendHistory({
        ...step,
        seconds,
        ...targetAngles.length > 0 ? { targetAngles: angles.count(targetAngles) } : {},
      });
    }
    yield { type: "step", ...step, steps, seconds, imagesPerSecond };
    await nextTurn();
    const resume = watch.leaveOut();
    if (!stop?.aborted) yield* measureAt(options, progress, step.step);
    const ended = stop?.aborted ? undefined : yield* atRung(options, progress, { step: step.step, arrived: true });
    resume();
    // The end of training is worth a checkpoint: an evaluation can fail, on data that is damaged, say.
    if ((ended || stop?.aborted) && step.step < twice) return await saveStart(), ended ?? "interrupted";
    if ((final ? run.evaluate.length > 0 : due(step.step)) || ended || stop?.aborted) {
      await checkpoint(options, progress, { step: step.step, seconds });
    }
    if (ended || stop?.aborted) return ended ?? "interrupted";
  }
  progress.model.average?.apply();
  return undefined;
}

/** Puts the newest readable checkpoint into the model; a damaged one gives way to the one before. */
async function restore({ planned, store }: RunOptions, progress: Progress): Promise<CheckpointState | undefined> {
  const expected = { run: planned.id, backend: describeBackend(progress.backend) };
  const load = (bytes: Uint8Array) => loadCheckpoint(bytes, progress.model!.groups, expected);
  const newest = await store.readCheckpoint();
  if (!newest) return undefined;
  let state: CheckpointState;
  try {
    state = load(newest);
  } catch (error) {
    const previous = error instanceof SyntaxError ? await store.readCheckpoint("previous") : undefined;
    if (!previous) throw error;
    state = load(previous);
  }
  restoreNotes(state.notes, progress);
  return state;
}

async function checkpoint(
  options: RunOptions,
  progress: Progress,
  at: { step: number; seconds: number },
): Promise<void> {
  const { planned, store, reads } = options, { model, backend } = progress;
  const state = { ...at, run: planned.id, backend: describeBackend(backend), notes: notesOf(progress, reads) };
  const bytes = await saveCheckpoint(model!.groups, state);
  checkDevice();
  // A checkpoint counts on the lines of all steps up to its own.
  await store.syncHistory();
  await store.writeCheckpoint(bytes);
  progress.saved = at.step;
}
