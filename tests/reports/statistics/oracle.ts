/** What `tests/oracle/statistics.py` found. */
import { assert } from "@std/assert";
import { readFixture } from "../../datasets/helpers.ts";

interface Interval {
  readonly low: number;
  readonly high: number;
}

export interface BootstrapCase {
  readonly left: number[];
  readonly right: number[];
  readonly distancesA: number[];
  readonly distancesB: number[];
  readonly first: number[];
  readonly second: number[];
  readonly far: number;
  readonly seed: number;
  readonly level: number;
  readonly sample: number;
  readonly expected: Readonly<Record<"accuracy" | "tar", Readonly<Record<string, number>>>>;
}

interface Oracle {
  readonly distributions: Readonly<
    Record<"t" | "tQuantiles" | "normal" | "normalQuantiles" | "binomial", readonly number[][]>
  >;
  readonly noncentral: readonly number[][];
  readonly intervals: readonly (Interval & {
    readonly values: number[];
    readonly level: number;
    readonly mean: number;
    readonly std: number;
    readonly next: number[];
  })[];
  readonly paired: readonly (Interval & {
    readonly a: number[];
    readonly b: number[];
    readonly t: number;
    readonly p: number;
    readonly signFlip: number;
  })[];
  readonly shares: readonly number[][];
  readonly mcnemar: readonly number[][];
  readonly holm: readonly (readonly [p: number[], adjusted: number[]])[];
  readonly power: Readonly<Record<"paired" | "seeds" | "detectable", readonly number[][]>>;
  readonly bootstrap: readonly BootstrapCase[];
}

export const oracle: Oracle = readFixture("statistics.json");

/** Holds a number to another, relative to it. */
export function assertNear(actual: number | null, expected: number, tolerance: number, message = ""): void {
  const gap = Math.abs(actual! - expected);
  assert(
    actual !== null && gap <= tolerance * Math.abs(expected) + Number.MIN_VALUE,
    `${message} found ${actual}, wanted ${expected} to ${tolerance}: off by ${gap / Math.abs(expected)}`,
  );
}
