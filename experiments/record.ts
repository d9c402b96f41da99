/**
 * The record of one run: everything a stranger needs to check a figure, in one JSON file.
 *
 * Numbers that are not finite cannot be written in JSON; they stand as `null`.
 *
 * @module
 */
import type { Curve, MetricDefinition } from "../evaluation/protocol.ts";
import type { Provenance } from "../datasets/reader.ts";
import type { TargetLogitCurve } from "../losses/mod.ts";
import type { BackendInfo } from "../tensor/backend.ts";
import type { LoadedPlugin, ResolvedRun } from "./resolved.ts";

/** Version of the record's form; part of every run's identity. */
export const RECORD_SCHEMA_VERSION = 4;

/**
 * How a run ended: `diverged` is final (a re-run gives the same), `failed` is tried again by the next `ablate`,
 * `stopped` is final for plans that have the rule which stopped it.
 */
export type RunStatus = "completed" | "failed" | "diverged" | "stopped";

/** The machine and the programs that ran. */
export interface Environment {
  /** Version of Deno. */
  readonly deno: string;
  /** Version of V8. */
  readonly v8: string;
  /** Version of TypeScript. */
  readonly typescript: string;
  /** Version of tfjs. */
  readonly tfjs: string;
  /** Version of this package. */
  readonly marginlab: string;
  /** Operating system, with its release where it may be read. */
  readonly os: string;
  /** Instruction set, such as `x86_64`. */
  readonly arch: string;
  /** Processor model and number of logical cores, or `unknown`. */
  readonly cpu: string;
  /** Checked-out commit of the working directory; `dirty` is `null` where git may not be run. */
  readonly git: { readonly commit: string; readonly dirty: boolean | null } | null;
  /** SHA-256 of the program's sources; `null` where they cannot be read, absent in records from before it was kept. */
  readonly code?: string | null;
}

/** What computed the run. */
export interface RecordedBackend extends BackendInfo {
  /** Library of matrix products with its threads (`OpenBLAS 0.3.21, 2 threads`); `null` where our kernels multiplied. */
  readonly blas: string | null;
}

/** One data set that the run opened. */
export interface RecordedData extends Provenance {
  /** `train`, or the name of the evaluation. */
  readonly role: string;
  /** Number of pairs, for pair sets. */
  readonly pairs?: number;
  /** Number of templates, for template sets. */
  readonly templates?: number;
}

/** A curve of an evaluation. */
export interface RecordedCurve extends Curve {
  /** Name of the evaluation. */
  readonly evaluation: string;
}

/** The weights that the run started from. */
export interface RecordedWeights {
  /** Lower-case hexadecimal SHA-256 of the file. */
  readonly digest: string;
  /** Tensors that the backbone took. */
  readonly tensors: number;
  /** Tensors of the file that it has no use for, such as a classifier. */
  readonly unused: readonly string[];
}

/** What the run trained. */
export interface RecordedBackbone {
  /** Name of the plugin. */
  readonly name: string;
  /** All parameters, running statistics not counted. */
  readonly parameters: number;
  /** Parameters that gradients update. */
  readonly trainableParameters: number;
  /** Of one image. */
  readonly multiplyAdds: number;
  /** Dimension of the embedding. */
  readonly embedding: number;
}

/** What the run cost. */
export interface RecordedCost {
  /** Optimizer updates done. */
  readonly steps: number;
  /** Wall time of everything, summed over interruptions. */
  readonly seconds: number;
  /** Wall time of the training loop, summed over interruptions. */
  readonly trainSeconds: number;
  /** Training throughput, or `null` where nothing was timed. */
  readonly imagesPerSecond: number | null;
  /** Peak resident memory of the process, or `null` where it cannot be known. */
  readonly peakMemoryBytes: number | null;
}

/** One figure. */
export interface RecordedMetric {
  /** Name of the evaluation. */
  readonly evaluation: string;
  /** Name within the evaluation, such as `accuracy`. */
  readonly name: MetricDefinition["name"];
  /** `null` where the measured value is not finite. */
  readonly value: number | null;
  /** Spread over folds or searches (ddof 0), where the protocol defines one. */
  readonly std?: number | null;
  /** What `std` is the spread over; folds where it is left out. */
  readonly over?: "folds" | "searches";
  /** How many units (pairs, probes) the value rests on. */
  readonly n: number;
  /** Unit: `fraction`, `count`, … */
  readonly unit: string;
  /** Direction; `null` where neither is better. */
  readonly higherIsBetter: boolean | null;
  /** Id of the protocol's definition. */
  readonly definition: string;
}

/** A histogram of θ_y, the angle of samples to the weight of their own class, over some steps of training. */
export interface RecordedWindow {
  /** When the steps were. */
  readonly window: "start" | "middle" | "end";
  /** First step, from 1. */
  readonly from: number;
  /** Last step. */
  readonly to: number;
  /** Samples of these steps. */
  readonly samples: number;
  /** Share of the samples whose margined angle passes π; `null` for heads without a margin that reaches it. */
  readonly pastBoundary: number | null;
  /** Samples in each bin of one degree, from 0 to 180. */
  readonly bins: readonly number[];
}

/** What the first steps of a run gave when they were done twice. */
export interface RecordedReceipt {
  /** How many steps were done twice. */
  readonly steps: number;
  /** Largest absolute difference of their losses. */
  readonly loss: number | null;
  /** Largest absolute difference of the trained parameters after them. */
  readonly weights: number | null;
  /** Whether both times gave the same bits. */
  readonly identical: boolean;
}

/** What was planned, and what was found when the run began; `null` where it was not there. */
export interface Drifted {
  /** SHA-256 in the plan. */
  readonly planned: string | null;
  /** SHA-256 now. */
  readonly found: string | null;
}

/** What had changed since the plan was frozen, for a run that was told to go on. */
export interface RecordedDrift {
  /** The program's sources. */
  readonly code?: Drifted;
  /** Data, by path. */
  readonly data?: Readonly<Record<string, Drifted>>;
  /** Users' modules, by specifier. */
  readonly plugins?: Readonly<Record<string, Drifted>>;
}

/** Why a run was stopped before its last step. */
export interface RecordedStop {
  /** Steps done. */
  readonly step: number;
  /** SHA-256 over the RFC 8785 form of the plan's stopping rule. */
  readonly rule: string;
  /** Metric that decided, `evaluation.metric`. */
  readonly metric: string | null;
  /** Its value at that step; no result of the run. */
  readonly value: number | null;
  /** The decision in words. */
  readonly reason: string;
}

/** What training looked like. */
export interface RecordedDiagnostics {
  /** Loss of the last step. */
  readonly finalLoss: number | null;
  /** Gradient norm of the last step. */
  readonly gradientNorm: number | null;
  /** The head's statistics at the last step. */
  readonly statistics: Readonly<Record<string, number | null>>;
  /** SHA-256 of the trained weights: two runs of one identity and adapter agree on it. */
  readonly weightsSha256: string | null;
  /** First tensor that was not finite, for a diverged run. */
  readonly firstBadTensor?: string;
  /** Step of the first loss or gradient that was not finite, from 1. */
  readonly divergedAtStep?: number;
  /** Histograms of θ_y, for heads that give it. */
  readonly targetAngles?: readonly RecordedWindow[];
  /** Target logit of unit scale over θ_y in degrees, for heads with a margin on the target cosine. */
  readonly targetLogit?: TargetLogitCurve;
  /** The first steps, done twice. */
  readonly receipt?: RecordedReceipt;
  /** Parameters at their defaults that no code read, as dotted paths such as `head.m2`. */
  readonly unread?: readonly string[];
}

/** The content of `record.json`. */
export interface RunRecord {
  /** {@link RECORD_SCHEMA_VERSION}. */
  readonly schemaVersion: 4;
  /** First 12 hexadecimal digits of SHA-256 over the RFC 8785 form of `identity`. */
  readonly id: string;
  /** Name of the experiment. */
  readonly experiment: string;
  /** Label of the row that the run was first made for. */
  readonly row: string;
  /** Seed of every random stream of the run. */
  readonly seed: number;
  /** How the run ended. */
  readonly status: RunStatus;
  /** Why the run did not complete, or `null`. */
  readonly error: string | null;
  /** The fully resolved run. */
  readonly manifest: ResolvedRun;
  /** What was hashed. */
  readonly identity: Readonly<Record<string, unknown>>;
  /** `null` where the run failed before a backend was chosen. */
  readonly backend: RecordedBackend | null;
  /** The machine and the programs that ran. */
  readonly environment: Environment;
  /** Users' plugins that the manifest loaded. */
  readonly plugins: readonly LoadedPlugin[];
  /** Every data set that the run opened. */
  readonly data: readonly RecordedData[];
  /** `null` where the backbone started from its own first values, or failed before it had the file's. */
  readonly weights: RecordedWeights | null;
  /** `null` where the run failed before it was built. */
  readonly backbone: RecordedBackbone | null;
  /** `null` where the run failed before it trained. */
  readonly cost: RecordedCost | null;
  /** Every figure; empty unless the run completed. */
  readonly metrics: readonly RecordedMetric[];
  /** Curves of the evaluations, where their protocols draw some. */
  readonly curves?: readonly RecordedCurve[];
  /** What had changed since the plan was frozen. */
  readonly drift?: RecordedDrift;
  /** Why it was stopped early, for a run of status `stopped`. */
  readonly stopped?: RecordedStop;
  /** What training looked like. */
  readonly diagnostics: RecordedDiagnostics;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  /** ISO 8601, UTC. */
  readonly finishedAt: string;
}

/** A number as a record holds it: `null` where it is not finite. */
export function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}

export { checkRecord, recordJsonSchema, recordSchema } from "./record_schema.ts";
