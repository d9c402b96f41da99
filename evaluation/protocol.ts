/**
 * The contract of a protocol: embeddings in, metrics out.
 *
 * @module
 */
import { definePlugin, type ParamsOf, type ParamsSchema, type Plugin } from "../plugin/mod.ts";
import type { EmbeddingSource } from "../tensor/embedding_source.ts";

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
  /** Spread over folds or searches (ddof 0), where the protocol defines one. */
  readonly std?: number;
  /** What `std` is the spread over; folds where it is left out. */
  readonly over?: "folds" | "searches";
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

/** What stored scores are judged with: the kind and the fold of each pair. */
export type ScoredPairs = Pick<Pairs, "same" | "fold" | "folds">;

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

/** Templates: several images that stand for one subject. Arrays of entries are parallel. */
export interface Templates {
  /** Which image is in which template, and on which medium. */
  readonly entries: {
    /** Image of each entry. */
    readonly image: Int32Array;
    /** Template of each entry, `0 … count − 1`. */
    readonly template: Int32Array;
    /** Medium (photograph or video) of each entry, told apart within its template. */
    readonly medium: Int32Array;
  };
  /** Number of templates. */
  readonly count: number;
  /** Subject of each template; −1 for distractors. */
  readonly subjects: Int32Array;
  /** Score of the face detector for each image. */
  readonly detection?: Float32Array;
  /** 1 for templates that a published list of noise names. */
  readonly noise?: Uint8Array;
  /** Pairs of templates; without `fold` there is one. */
  readonly pairs?: Omit<Pairs, "fold"> & Partial<Pick<Pairs, "fold">>;
  /** Galleries, and the probes that are looked for in each. */
  readonly searches?: readonly TemplateSearch[];
}

/** One gallery, and what is looked for in it. */
export interface TemplateSearch {
  /** Name, such as `G1`. */
  readonly name: string;
  /** Templates of the gallery. */
  readonly gallery: Int32Array;
  /** Templates that are looked for. */
  readonly probes: Int32Array;
}

/** What a protocol is handed that asks for embeddings as it needs them. */
export interface StreamedInput {
  /** The embeddings; their indices are those of the labels. */
  readonly embeddings: EmbeddingSource;
  /** Class of each image. */
  readonly labels: Int32Array;
  /** Pairs of images, where the data gives them. */
  readonly pairs?: Pairs;
  /** Templates, where the data gives them. */
  readonly templates?: Templates;
}

/** A curve of an evaluation, thinned out to what a figure can show. */
export interface Curve {
  /** Name within the evaluation, such as `roc`, `det`, `cmc`. */
  readonly name: string;
  /** What the horizontal axis shows: name and unit. */
  readonly x: { readonly name: string; readonly unit: string };
  /** What the vertical axis shows: name and unit. */
  readonly y: { readonly name: string; readonly unit: string };
  /** Points, ascending along x. */
  readonly points: readonly (readonly [x: number, y: number])[];
}

/** What a protocol gives. */
export interface Evaluation {
  /** Id that pins the definition of every metric (distance, grid, tie rule, folds, flip rule). */
  readonly definition: string;
  /** The figures, in the order of {@link ProtocolPlugin.metrics}. */
  readonly metrics: readonly Metric[];
  /** Per-pair scores in the order of the pairs, so that protocols can be re-scored; lower is closer. */
  readonly scores?: Float32Array;
  /** Curves, for figures. */
  readonly curves?: readonly Curve[];
  /** Lists of images by name, as indices into the labels, such as the images that a cleaner data set would keep. */
  readonly lists?: Readonly<Record<string, Int32Array>>;
}

/** What protocols of both kinds have. */
export interface ProtocolBase<Params> extends Plugin {
  /** Always `protocol`. */
  readonly kind: "protocol";
  /** What its `data` must give. */
  readonly wants: "images" | "pairs" | "templates";
  /** The metrics that these parameters will produce, in order. */
  metrics(params: Params): readonly MetricDefinition[];
  /** Whether embeddings of mirrored images are needed. */
  mirrored(params: Params): boolean;
  /** Whether the main head's class weights are needed, by default not; the evaluation's data has then to be `data.train`. */
  classWeights?(params: Params): boolean;
  /**
   * Which pairs were judged rightly (1) behind the metric `accuracy`, told from stored scores; `undefined` where scores
   * do not tell under these parameters. Their share must be the recorded accuracy, or nothing may rest on it.
   *
   * @param scores As {@link Evaluation.scores}, in the order of the pairs.
   */
  outcomes?(params: Params, scores: Float64Array, pairs: ScoredPairs): Uint8Array | undefined;
  /** The metrics that stored scores decide, measured again; those that want embeddings are left out. */
  rescore?(params: Params, scores: Float64Array, pairs: ScoredPairs): readonly Metric[];
  /** Whether it multiplies on the backend, which is then started even where no network runs; by default not. */
  readonly onBackend?: boolean;
}

/** A protocol as a plugin value: it is handed all embeddings. */
export interface ProtocolPlugin extends ProtocolBase<Record<string, unknown>> {
  /** Measures. */
  evaluate(params: Record<string, unknown>, input: ProtocolInput): Evaluation;
}

/** A protocol that asks for embeddings as it needs them, for more than can be held. */
export interface StreamedProtocolPlugin extends ProtocolBase<Record<string, unknown>> {
  /** Measures. */
  evaluateStream(params: Record<string, unknown>, input: StreamedInput): Promise<Evaluation>;
}

/** A protocol of either kind. */
export type AnyProtocol = ProtocolPlugin | StreamedProtocolPlugin;

/** A {@link ProtocolPlugin} as written, with typed parameters. */
export interface ProtocolDefinition<S extends ParamsSchema> extends Omit<ProtocolBase<ParamsOf<S>>, "kind" | "params"> {
  /** Strict schema of the parameters. */
  readonly params: S;
  /** Measures. */
  evaluate(params: ParamsOf<S>, input: ProtocolInput): Evaluation;
}

/** A {@link StreamedProtocolPlugin} as written, with typed parameters. */
export interface StreamedProtocolDefinition<S extends ParamsSchema>
  extends Omit<ProtocolBase<ParamsOf<S>>, "kind" | "params"> {
  /** Strict schema of the parameters. */
  readonly params: S;
  /** Measures. */
  evaluateStream(params: ParamsOf<S>, input: StreamedInput): Promise<Evaluation>;
}

/** Declares a protocol; see {@link ProtocolPlugin}. */
export function defineProtocol<S extends ParamsSchema>(definition: ProtocolDefinition<S>): ProtocolPlugin {
  return definePlugin({ ...definition, kind: "protocol" } as unknown as ProtocolPlugin);
}

/** Declares a protocol that takes embeddings in chunks; see {@link StreamedProtocolPlugin}. */
export function defineStreamedProtocol<S extends ParamsSchema>(
  definition: StreamedProtocolDefinition<S>,
): StreamedProtocolPlugin {
  return definePlugin({ ...definition, kind: "protocol" } as unknown as StreamedProtocolPlugin);
}
