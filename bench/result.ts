/**
 * What a benchmark leaves: plain values that go into JSON and tables.
 *
 * @module
 */
import type { Timed } from "./alternate.ts";
import { ratioOf, summarise, type Summary } from "./statistics.ts";

/** Names of the suites. */
export const SUITES = ["kernels", "heads", "steps", "input", "evaluation"] as const;

/** One of {@link SUITES}. */
export type Suite = typeof SUITES[number];

/** What one call does; each is counted, not measured. */
export interface Work {
  /** Floating-point operations, a multiply-add being two. */
  readonly flops?: number;
  /** Bytes that must be read or written at least once. */
  readonly bytes?: number;
  /** Images. */
  readonly images?: number;
}

/** How one side did. */
export interface SideResult {
  /** Name, such as `wasm, OpenBLAS 0.3.21` or `PyTorch 1.13.0, 2 threads`. */
  readonly name: string;
  /** Milliseconds a call; absent where it did not run. */
  readonly ms?: Summary;
  /** Milliseconds over those of the first side, pair by pair. */
  readonly ratio?: Summary;
  /** Share of the machine's measured peak, by the nearer of the two limits. */
  readonly roofline?: number;
  /** Most memory that the side's process ever held, in MiB; only where it had a process of its own. */
  readonly peakMiB?: number;
  /** Parts of a call, in milliseconds. */
  readonly parts?: Readonly<Record<string, number>>;
  /** Why there are no timings. */
  readonly error?: string;
}

/** Sides that did the same work in turn. */
export interface Comparison {
  /** Suite. */
  readonly suite: Suite;
  /** The work in words; unique in its suite. */
  readonly name: string;
  /** The work in numbers. */
  readonly work: Work;
  /** The sides; ratios are to the first. */
  readonly sides: readonly SideResult[];
}

/** A side's measured peaks. */
export interface Peak {
  /** Billions of floating-point operations a second, from registers. */
  readonly gflops: number;
  /** Billions of bytes a second, in and out of memory. */
  readonly gigabytes: number;
}

/** The machine that was measured. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly os: string;
  readonly deno: string;
  readonly tfjs: string;
  readonly marginlab: string;
  readonly adapter: string | null;
  readonly blas: string | null;
  readonly torch: string | null;
}

/** The whole of what one call of the benchmarks measured. */
export interface Report {
  /** Version of this shape. */
  readonly schema: 1;
  /** When, ISO 8601. */
  readonly date: string;
  /** Whether sizes and rounds were cut. */
  readonly quick: boolean;
  readonly machine: Machine;
  /** Peaks by side. */
  readonly peaks: Readonly<Record<string, Peak>>;
  readonly comparisons: readonly Comparison[];
}

/** Share of the peak that a time of `ms` makes of work: the larger of the shares of arithmetic and of bandwidth. */
export function shareOfPeak(work: Work, ms: number, peak: Peak): number {
  const rate = (amount = 0) => amount / ms / 1e6;
  return Math.max(rate(work.flops) / peak.gflops, rate(work.bytes) / peak.gigabytes);
}

/** Turns timings into a comparison. */
export function compare(
  head: Pick<Comparison, "suite" | "name" | "work">,
  timed: readonly Timed[],
  extra: (name: string) => Partial<SideResult> & { peak?: Peak } = () => ({}),
): Comparison {
  const first = timed[0];
  const sides = timed.map((side): SideResult => {
    const { name, ms, error } = side, { peak, ...rest } = extra(name);
    if (ms.length === 0) return { name, error: error ?? "no timings" };
    const summary = summarise(ms);
    return {
      name,
      ms: summary,
      ...first && first !== side && first.ms.length > 0 ? { ratio: ratioOf(ms, first.ms) } : {},
      ...peak ? { roofline: shareOfPeak(head.work, summary.median, peak) } : {},
      ...rest,
      ...error === undefined ? {} : { error },
    };
  });
  return { ...head, sides };
}
