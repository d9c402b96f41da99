/**
 * Histograms of the target angle θ_y at the start, in the middle and at the end of training: Figure 4(a) of the ArcFace
 * paper.
 *
 * A line of `history.jsonl` carries what the windows saw since the line before, so that a resumed run adds up the same.
 *
 * @module
 */
import type { StepAngles } from "../training/mod.ts";
import type { RecordedWindow } from "./record.ts";

/** Samples that a window aims at: the share in a bin is then good to one percent. */
const SAMPLES = 2048;

/** Bins of one degree, from 0 to 180; the last one has 180 in it. */
const BINS = 180;

/** Steps whose angles are counted together. */
export type Window = Pick<RecordedWindow, "window" | "from" | "to">;

/** What a window saw between two lines of history: counts by bin, empty ones left out. */
export interface WindowCounts {
  /** Samples whose margined angle passes π. */
  readonly past?: number;
  /** Samples by the whole degrees of their angle. */
  readonly bins: Readonly<Record<string, number>>;
}

/** What a line of history says under `targetAngles`, by window. */
export type AngleCounts = Readonly<Record<string, WindowCounts>>;

/**
 * The windows of a run: its first, middle and last `⌈2048 / batchSize⌉` steps, at most a third of them each, so that
 * they do not overlap; none for fewer than three steps.
 */
export function angleWindows(steps: number, batchSize: number): Window[] {
  const length = Math.min(Math.ceil(SAMPLES / batchSize), Math.floor(steps / 3));
  if (length < 1) return [];
  const starts = { start: 0, middle: Math.floor((steps - length) / 2), end: steps - length };
  return Object.entries(starts).map(([window, before]) => {
    return { window: window as Window["window"], from: before + 1, to: before + length };
  });
}

/** Adds up the histograms of a run. */
export class AngleHistograms {
  readonly #windows: readonly Window[];
  readonly #limit: number | undefined;
  readonly #counts = new Map<string, { bins: Uint32Array; past: number }>();

  /**
   * Nothing is counted yet.
   *
   * @param limit Angle in radians past which a sample counts as past the boundary; without one none is counted so.
   */
  constructor(windows: readonly Window[], limit: number | undefined) {
    this.#windows = windows;
    this.#limit = limit;
  }

  /** Whether a step, from 1, is in a window. */
  readonly watches = (step: number): boolean => this.#windows.some(({ from, to }) => step >= from && step <= to);

  /** Counts angles that training told, and gives what the line of history is to say of them. */
  count(told: readonly StepAngles[]): AngleCounts {
    const lines = this.#windows.flatMap(({ window, from, to }) => {
      const steps = told.filter(({ step }) => step >= from && step <= to);
      if (steps.length === 0) return [];
      const counts: WindowCounts = { bins: {}, ...this.#limit === undefined ? {} : { past: 0 } };
      return [[window, steps.reduce((sum, { values }) => this.#add(sum, values), counts)] as const];
    });
    const counts = Object.fromEntries(lines);
    this.restore([{ targetAngles: counts }]);
    return counts;
  }

  /** Adds what lines of history say, of a run that goes on. */
  restore(history: readonly Readonly<Record<string, unknown>>[]): void {
    for (const { targetAngles = {} } of history) {
      for (const [window, { bins, past = 0 }] of Object.entries(targetAngles as AngleCounts)) {
        const sum = this.#counts.get(window) ?? { bins: new Uint32Array(BINS), past: 0 };
        for (const [bin, count] of Object.entries(bins)) sum.bins[Number(bin)]! += count;
        sum.past += past;
        this.#counts.set(window, sum);
      }
    }
  }

  /** What the record keeps: windows that saw samples, or `undefined` where none did. */
  result(): RecordedWindow[] | undefined {
    const seen = this.#windows.flatMap((window): RecordedWindow[] => {
      const counts = this.#counts.get(window.window);
      if (!counts) return [];
      const bins = [...counts.bins], samples = bins.reduce((a, b) => a + b, 0);
      const pastBoundary = this.#limit === undefined ? null : counts.past / samples;
      return [{ ...window, samples, pastBoundary, bins }];
    });
    return seen.length > 0 ? seen : undefined;
  }

  #add({ bins, past }: WindowCounts, angles: Float32Array): WindowCounts {
    const sum: Record<string, number> = { ...bins };
    const finite = angles.filter(Number.isFinite);
    for (const angle of finite) {
      const bin = Math.min(BINS - 1, Math.floor(angle * 180 / Math.PI));
      sum[bin] = (sum[bin] ?? 0) + 1;
    }
    if (past === undefined) return { bins: sum };
    return { bins: sum, past: past + finite.filter((angle) => angle > this.#limit!).length };
  }
}
