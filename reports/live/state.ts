/**
 * What the live view shows: plain values, which the server sends and the page draws.
 *
 * @module
 */

/** A point of a loss curve. */
export type Point = readonly [step: number, loss: number];

/** One run as the page shows it. */
export interface LiveRun {
  readonly id: string;
  readonly row: string;
  readonly seed: number;
  /** `done`, `diverged`, `failed`, `running`, `interrupted`, `waiting`. */
  readonly state: string;
  /** Last step in its history, and how many there will be. */
  readonly step: number;
  readonly steps: number;
  /** Seconds until its training ends; `null` where that cannot be told. */
  readonly left: number | null;
  /** Milliseconds since 1970 at which its history was written to; `null` before. */
  readonly heard: number | null;
  /** Last loss. */
  readonly loss: number | null;
  /** Loss over steps, thinned. */
  readonly curve: readonly Point[];
  /** Process that trains it. */
  readonly holder: string | null;
  /** What went wrong, or why it was stopped. */
  readonly error: string | null;
}

/** The sweep as the page shows it. */
export interface LiveHead {
  readonly experiment: string;
  /** Digest of the plan; `null` while there is none. */
  readonly plan: string | null;
  /** Ids of the runs, in the plan's order. */
  readonly order: readonly string[];
  /** Runs in each state. */
  readonly counts: Readonly<Record<string, number>>;
  /** Seconds until the training of all ends, at the pace of now; `null` where that cannot be told. */
  readonly left: number | null;
  /** What cannot be read. */
  readonly problems: readonly string[];
}

/** What the server sends: whatever has changed. */
export interface LiveUpdate {
  readonly head?: LiveHead;
  readonly runs?: readonly LiveRun[];
  /** The table so far, as HTML. */
  readonly table?: string;
}

/** Points of a curve that are shown. */
export const MOST_POINTS = 120;

/** A curve of at most {@link MOST_POINTS} points, the first and the last among them. */
export function thin(curve: readonly Point[]): readonly Point[] {
  if (curve.length <= MOST_POINTS) return curve;
  const stride = (curve.length - 1) / (MOST_POINTS - 1);
  return Array.from({ length: MOST_POINTS }, (_, i) => curve[Math.round(i * stride)]!);
}

/**
 * Seconds until the last step, at the mean pace of training so far.
 *
 * @param seconds Training time up to `step`, interruptions left out.
 */
export function timeLeft(step: number, steps: number, seconds: number): number | null {
  return step > 0 && seconds > 0 ? (steps - step) * seconds / step : null;
}

/**
 * Seconds until all runs have trained, if as many train at a time as now.
 *
 * @param pace Mean seconds of a step.
 */
export function sweepLeft(
  runs: readonly Pick<LiveRun, "state" | "step" | "steps">[],
  pace: number | null,
): number | null {
  const running = runs.filter(({ state }) => state === "running").length;
  if (running === 0 || pace === null) return null;
  const open = runs.filter(({ state }) => state === "running" || state === "waiting" || state === "interrupted");
  const own = open.map(({ step, steps }) => (steps - step) * pace);
  return Math.max(...own, own.reduce((sum, seconds) => sum + seconds, 0) / running);
}
