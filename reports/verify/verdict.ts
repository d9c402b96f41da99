/**
 * What a run that was done again says about a published figure.
 *
 * @module
 */
import canonicalize from "canonicalize";
import type { RecordedMetric, RunRecord } from "../../experiments/record.ts";
import { predictionInterval } from "../statistics/mod.ts";

/** From best to worst: of several, the worst counts. */
export const AGREEMENTS = ["identical", "tolerance", "consistent", "inconclusive", "drifted"] as const;

/** What is said of a figure. */
export type Agreement = typeof AGREEMENTS[number];

/** A figure of a cell, then and now. */
export interface VerifiedFigure {
  /** Name as `evaluation.metric`. */
  readonly figure: string;
  /** In the record. */
  readonly published: number | null;
  /** Of the run that was done again; `null` where it gave none. */
  readonly now: number | null;
  /** Unit of both. */
  readonly unit: string | null;
  /** What is said of it. */
  readonly verdict: Agreement;
  /** Why, for people. */
  readonly reason: string;
}

/** What a figure is held to. */
export interface VerdictOptions {
  /** Largest difference that is let pass, by figure. */
  readonly tolerance: Readonly<Record<string, number>>;
  /** Completed records of the row, the verified one among them: one a seed. */
  readonly published: readonly RunRecord[];
}

/** The name of a metric in tables. */
export function figureName({ evaluation, name }: Pick<RecordedMetric, "evaluation" | "name">): string {
  return `${evaluation}.${name}`;
}

/** The worst of several verdicts; `inconclusive` of none. */
export function worst(verdicts: readonly Agreement[]): Agreement {
  return verdicts.length === 0
    ? "inconclusive"
    : AGREEMENTS[Math.max(...verdicts.map((one) => AGREEMENTS.indexOf(one)))]!;
}

/**
 * Why bits of two runs cannot be the same, or `undefined` where the same arithmetic gave both: the same backend on the
 * same adapter, our own kernels, or one library with as many threads on one processor.
 */
export function otherArithmetic(before: RunRecord, now: RunRecord): string | undefined {
  const [a, b] = [before.backend, now.backend];
  if (!a || !b) return "a record does not say what computed it";
  if (a.name !== b.name) return `it was made on ${a.name}, here ${b.name} computes`;
  if (a.blas !== b.blas) {
    return `its products are those of ${a.blas ?? "our kernels"}, here ${b.blas ?? "our kernels"} multiplies`;
  }
  if (a.blas !== null && before.environment.cpu !== now.environment.cpu) {
    return `${a.blas} chooses kernels by the processor, which was ${before.environment.cpu}, and is ${now.environment.cpu}`;
  }
  if (a.adapter !== b.adapter && a.name === "webgpu") return `its adapter is ${a.adapter}, here it is ${b.adapter}`;
  if (canonicalize(a.flags) !== canonicalize(b.flags)) {
    return `its backend's flags are ${canonicalize(a.flags)}, here ${canonicalize(b.flags)}`;
  }
  const shaky = [before, now].some(({ diagnostics: { receipt } }) => receipt?.identical === false);
  return shaky ? "by its receipt such a machine does not give the same bits twice" : undefined;
}

/** Judges every figure of a record by that of the same run, done again. */
export function judgeRun(before: RunRecord, now: RunRecord, options: VerdictOptions): VerifiedFigure[] {
  const other = otherArithmetic(before, now);
  const after = new Map(now.metrics.map((metric) => [figureName(metric), metric]));
  return before.metrics.map((metric) => {
    const figure = figureName(metric), found = after.get(figure), value = found?.value ?? null;
    const base = { figure, published: metric.value, now: value, unit: metric.unit };
    if (now.status !== "completed") {
      const verdict = now.status === "diverged" ? "drifted" : "inconclusive";
      return { ...base, verdict, reason: `the run ${now.status} here: ${now.error}` };
    }
    return { ...base, ...judge(metric, found, { before, now, other, ...options }) };
  });
}

function judge(
  metric: RecordedMetric,
  found: RecordedMetric | undefined,
  { before, now, other, tolerance, published }: VerdictOptions & {
    before: RunRecord;
    now: RunRecord;
    other: string | undefined;
  },
): Pick<VerifiedFigure, "verdict" | "reason"> {
  const figure = figureName(metric);
  if (!found) return { verdict: "drifted", reason: "the program no longer gives this figure" };
  if (found.definition !== metric.definition) {
    return { verdict: "drifted", reason: `its definition was ${metric.definition}, and is ${found.definition}` };
  }
  const same = found.value === metric.value && found.std === metric.std;
  const bits = now.diagnostics.weightsSha256 === before.diagnostics.weightsSha256;
  if (same && bits) return { verdict: "identical", reason: "weights and figure are equal bit for bit" };
  if (metric.value === null || found.value === null) {
    return { verdict: same ? "inconclusive" : "drifted", reason: "it is not finite" };
  }
  const difference = Math.abs(found.value - metric.value), allowed = tolerance[figure];
  if (allowed !== undefined && difference <= allowed) {
    return { verdict: "tolerance", reason: `within the declared ${allowed}` };
  }
  const what = bits ? "the weights are equal, the figure is not" : "the trained weights are others";
  const seeds = published.map((record) => ({
    seed: record.seed,
    value: record.metrics.find((one) => figureName(one) === figure)?.value ?? null,
  })).filter((one): one is { seed: number; value: number } => one.value !== null);
  const interval = predictionInterval(seeds.map(({ value }) => value));
  const inside = interval && found.value >= interval.low && found.value <= interval.high;
  const held = interval
    ? `${inside ? "inside" : "outside of"} the 95 % prediction interval ${show(interval.low)} to ${
      show(interval.high)
    } of ` +
      `${seeds.length} published seeds, seed ${before.seed} among them`
    : `a prediction interval wants two published seeds of the row, there is ${seeds.length}`;
  // The same arithmetic must give the same bits: then a spread over seeds excuses nothing.
  if (other === undefined) {
    return { verdict: "drifted", reason: `${what}, though the same arithmetic computed both; ${held}` };
  }
  if (!interval) return { verdict: "inconclusive", reason: `${other}; ${held}` };
  return { verdict: inside ? "consistent" : "drifted", reason: `${other}; ${held}` };
}

function show(value: number): string {
  return String(Number(value.toPrecision(6)));
}
