/**
 * The contract of a protocol: embeddings in, metrics out.
 *
 * @module
 */
import { definePlugin, type ParamsOf, type ParamsSchema, type Plugin } from "../plugin/mod.ts";

/** What a metric is, known before anything runs. */
export interface MetricDefinition {
  /** Name within the evaluation, such as `accuracy` or `tar@1e-3`. */
  readonly name: string;
  /** Unit: `fraction` (printed as percent), `norm`, `count`, … */
  readonly unit: string;
  /** Direction; `null` where neither is better. */
  readonly higherIsBetter: boolean | null;
  /** One line: what is measured. */
  readonly summary: string;
}

/** A measured figure. */
export interface Metric {
  /** Name within the evaluation. */
  readonly name: string;
  /** The figure, in `unit`. */
  readonly value: number;
  /** Spread over folds (ddof 0), where the protocol defines one. */
  readonly std?: number;
  /** How many units (pairs, probes) the value rests on. */
  readonly n: number;
  /** Unit, as in the {@link MetricDefinition}. */
  readonly unit: string;
  /** Direction, as in the {@link MetricDefinition}. */
  readonly higherIsBetter: boolean | null;
}

/** Embeddings of `count` images, unnormalised, row-major `[count, dimension]`. */
export interface Embeddings {
  /** Number of images. */
  readonly count: number;
  /** Length of each embedding. */
  readonly dimension: number;
  /** Embeddings of the images as they are. */
  readonly original: Float32Array;
  /** Embeddings of the mirrored images, where the protocol asked for them. */
  readonly mirrored?: Float32Array;
}

/** Pairs of embedded images, in folds. */
export interface Pairs {
  /** First image of each pair. */
  readonly first: Int32Array;
  /** Second image of each pair. */
  readonly second: Int32Array;
  /** 1 where both images are of one class, else 0. */
  readonly same: Uint8Array;
  /** Fold of each pair, `0 … folds − 1`. */
  readonly fold: Int32Array;
  /** Number of folds. */
  readonly folds: number;
}

/** Class weights of the main head, `[classes · perClass, dimension]`, row-major; `W_j` has rows from `j · perClass` on. */
export interface ClassWeights {
  /** Number of training classes. */
  readonly classes: number;
  /** Rows of each class; more than 1 for heads with sub-centres. */
  readonly perClass: number;
  /** Length of each row. */
  readonly dimension: number;
  /** The rows, not normalised. */
  readonly values: Float32Array;
}

/** What a protocol is handed. */
export interface ProtocolInput {
  /** Embeddings of the images. */
  readonly embeddings: Embeddings;
  /** Class of each image. */
  readonly labels: Int32Array;
  /** Pairs, for protocols that want them. */
  readonly pairs?: Pairs;
  /** Class weights, where the protocol asked for them; the labels are then training classes. */
  readonly classWeights?: ClassWeights;
}

/** What a protocol gives. */
export interface Evaluation {
  /** Id that pins the definition of every metric (distance, grid, tie rule, folds, flip rule). */
  readonly definition: string;
  /** The figures, in the order of {@link ProtocolPlugin.metrics}. */
  readonly metrics: readonly Metric[];
  /** Per-pair scores in the order of the pairs, so that protocols can be re-scored; lower is closer. */
  readonly scores?: Float32Array;
  /** Lists of images by name, as indices into the labels, such as the images that a cleaner data set would keep. */
  readonly lists?: Readonly<Record<string, Int32Array>>;
}

/** A protocol as a plugin value. */
export interface ProtocolPlugin extends Plugin {
  /** Always `protocol`. */
  readonly kind: "protocol";
  /** What its `data` must give. */
  readonly wants: "images" | "pairs";
  /** The metrics that these parameters will produce, in order. */
  metrics(params: Record<string, unknown>): readonly MetricDefinition[];
  /** Whether embeddings of mirrored images are needed. */
  mirrored(params: Record<string, unknown>): boolean;
  /** Whether the main head's class weights are needed, by default not; the evaluation's data has then to be `data.train`. */
  classWeights?(params: Record<string, unknown>): boolean;
  /** Measures. */
  evaluate(params: Record<string, unknown>, input: ProtocolInput): Evaluation;
}

/** A {@link ProtocolPlugin} as written, with typed parameters. */
export interface ProtocolDefinition<S extends ParamsSchema> extends Omit<Plugin, "kind" | "params"> {
  /** Strict schema of the parameters. */
  readonly params: S;
  /** What its `data` must give. */
  readonly wants: "images" | "pairs";
  /** The metrics that these parameters will produce, in order. */
  metrics(params: ParamsOf<S>): readonly MetricDefinition[];
  /** Whether embeddings of mirrored images are needed. */
  mirrored(params: ParamsOf<S>): boolean;
  /** See {@link ProtocolPlugin.classWeights}. */
  classWeights?(params: ParamsOf<S>): boolean;
  /** Measures. */
  evaluate(params: ParamsOf<S>, input: ProtocolInput): Evaluation;
}

/** Declares a protocol; see {@link ProtocolPlugin}. */
export function defineProtocol<S extends ParamsSchema>(definition: ProtocolDefinition<S>): ProtocolPlugin {
  return definePlugin({ ...definition, kind: "protocol" } as unknown as ProtocolPlugin);
}
