/**
 * What the runs that are still to do will take together: time, memory, room on the disk.
 *
 * @module
 */
import type { Registries } from "../registry/registries.ts";
import type { RowCost } from "./plan_cost.ts";
import type { OutputSettings, ResolvedRun, Section } from "./resolved.ts";

/** A run as {@link previewOf} counts it. */
export interface PreviewedRun {
  /** The run. */
  readonly run: Pick<ResolvedRun, "train" | "evaluate">;
  /** Its cost; `undefined` where it is known only to the data. */
  readonly cost: RowCost | undefined;
  /** Estimate of its training time; `null` where nothing tells. */
  readonly seconds: number | null;
}

/** What runs take together; `null` where a figure cannot be known yet. */
export interface Preview {
  /** Runs that are counted. */
  readonly runs: number;
  /** Processes at a time. */
  readonly jobs: number;
  /** Training time of all runs, one after the other. */
  readonly seconds: number | null;
  /** The same with `jobs` processes: that share of it, but at least the longest run. */
  readonly wallSeconds: number | null;
  /** Memory of the tensors of the largest run, in bytes. */
  readonly memoryBytes: number | null;
  /** Memory of the tensors of the `jobs` largest runs together. */
  readonly jobsMemoryBytes: number | null;
  /** Memory that the processes take beside tensors: the program, its heap, what is read of the data. */
  readonly processBytes: number;
  /**
   * Memory beside the tensors, for a moment, while `jobs` runs save checkpoints: the values and the file that is made of
   * them. What the receipt keeps of the first steps is less.
   */
  readonly savingBytes: number | null;
  /** Bytes of the weights that are kept. */
  readonly weightsBytes: number | null;
  /** Bytes of the scores of pairs, of the evaluations that tell their pairs in the manifest. */
  readonly scoresBytes: number;
  /** Names of evaluations whose pairs are known only to the data. */
  readonly unknownScores: readonly string[];
  /** Bytes of records and histories. */
  readonly recordsBytes: number;
  /** Bytes of the checkpoints while `jobs` runs are at work; they go when a run is done. */
  readonly checkpointBytes: number | null;
}

/** A record with its curves and histograms, and a line of history; measured on the records in this repository. */
const RECORD = 24 * 1024, HISTORY_LINE = 200;
/** What a process takes beside tensors; recorded runs took 295 to 479 MiB, small synthetic ones from 212 on. */
const PROCESS = 384 * 2 ** 20;
/** A checkpoint lies there with the one before it, and for a moment with the one that is written. */
const CHECKPOINTS = 3;
/** In memory it is made of a copy of the values. */
const COPIES = 2;

/** Adds up what runs take. */
export function previewOf(
  runs: readonly PreviewedRun[],
  { jobs = 1, output, registries }: {
    readonly jobs?: number;
    readonly output: OutputSettings;
    readonly registries: Registries;
  },
): Preview {
  const seconds = known(runs.map((run) => run.seconds));
  const memory = known(runs.map(({ cost }) => cost?.memory))?.sort((a, b) => b - a) ?? null;
  const checkpoints = known(runs.map(({ cost }) => cost?.checkpoint))?.sort((a, b) => b - a) ?? null;
  const scores = runs.map(({ run }) =>
    run.evaluate.map(({ name, data }) => ({ name, pairs: pairsOf(data, registries) }))
  );
  return {
    runs: runs.length,
    jobs,
    seconds: seconds && sum(seconds),
    wallSeconds: seconds && Math.max(longest(seconds), sum(seconds) / jobs),
    memoryBytes: memory && (memory[0] ?? 0),
    jobsMemoryBytes: memory && sum(memory.slice(0, jobs)),
    processBytes: PROCESS * Math.min(jobs, runs.length),
    savingBytes: checkpoints && COPIES * sum(checkpoints.slice(0, jobs)),
    weightsBytes: output.weights ? sumIfKnown(runs.map(({ cost }) => cost?.weights)) : 0,
    scoresBytes: sum(scores.flat().map(({ pairs }) => 4 * (pairs ?? 0))),
    unknownScores: [...new Set(scores.flat().flatMap(({ name, pairs }) => pairs === undefined ? [name] : []))],
    recordsBytes: sum(runs.map(({ run }) => RECORD + HISTORY_LINE * Math.ceil(run.train.steps / output.logEvery))),
    checkpointBytes: checkpoints && CHECKPOINTS * sum(checkpoints.slice(0, jobs)),
  };
}

/** Pairs that an evaluation scores; 0 where its data has none, `undefined` where only the data knows. */
function pairsOf({ reader, folds, perFold }: Section, registries: Registries): number | undefined {
  if (registries.reader.get(String(reader)).gives === "images") return 0;
  return typeof folds === "number" && typeof perFold === "number" ? folds * perFold : undefined;
}

function known(values: readonly (number | null | undefined)[]): number[] | null {
  const found = values.filter((value) => value !== null && value !== undefined);
  return found.length === values.length ? found : null;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function sumIfKnown(values: readonly (number | null | undefined)[]): number | null {
  const found = known(values);
  return found && sum(found);
}

function longest(values: readonly number[]): number {
  return values.reduce((most, value) => Math.max(most, value), 0);
}
