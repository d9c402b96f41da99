/**
 * A run as the plan freezes it: every section names its plugin and carries every parameter, defaults filled in.
 *
 * @module
 */
import type { ClipOptions } from "../training/clip.ts";

export type { LoadedPlugin } from "../registry/load.ts";

/** A resolved plugin section: the plugin's name under `name` (readers: `reader`) beside all its parameters. */
export type Section = Readonly<Record<string, unknown>>;

/** How long and on what batches a run trains. */
export interface TrainSection {
  /** Optimizer updates. */
  readonly steps: number;
  /** Images of one update. */
  readonly batchSize: number;
  /** Parts into which a batch is split, their gradients averaged. */
  readonly accumulate: number;
  /** Whether stages of the backbone are computed again in the backward pass. */
  readonly checkpointing: boolean;
  /** How activations are stored. */
  readonly precision: "f32" | "f16";
  /** How gradients are clipped, or `null`. */
  readonly clip: ClipOptions | null;
  /** Share of the average of weights that an update keeps; 0 for no average. */
  readonly ema: number;
  /** Augmentations, in the order in which they are applied. */
  readonly augment: readonly Section[];
  /** Order in which the images are seen. */
  readonly sampler: Section;
}

/** One evaluation after training. */
export interface EvaluateSection {
  /** Prefix of its metrics in tables: `unseen` gives `unseen.accuracy`. */
  readonly name: string;
  /** Resolved protocol: `{ protocol: "verification", … }` with every parameter. */
  readonly protocol: Section;
  /** Resolved reader section. */
  readonly data: Section;
}

/** One fully resolved run; with the data digests and the plugins' integrity it is what the run id hashes. */
export interface ResolvedRun {
  /** Backend as asked for; the record says which one ran. */
  readonly backend: "auto" | "webgpu" | "wasm" | "cpu";
  /** Seed of every random stream of the run. */
  readonly seed: number;
  /** Training data: a reader that gives labelled images. */
  readonly data: { readonly train: Section };
  /** Network from images to embeddings. */
  readonly backbone: Section;
  /** File of weights that the backbone starts from, a path in the data folder; `null` for its own first values. */
  readonly weights: string | null;
  /** Main loss. */
  readonly head: Section;
  /** Further losses, each with its `weight`. */
  readonly auxiliary: readonly Section[];
  /** How gradients become updates. */
  readonly optimizer: Section;
  /** Learning rate over the steps. */
  readonly schedule: Section;
  /** How long it trains, and on what batches. */
  readonly train: TrainSection;
  /** What is measured after training. */
  readonly evaluate: readonly EvaluateSection[];
}

/** Settings that change what is written and how often, never the result; they are not part of the identity. */
export interface OutputSettings {
  /** Write a history line every this many steps. */
  readonly logEvery: number;
  /** Write a checkpoint every this many steps; 0 for only when interrupted. */
  readonly checkpointEvery: number;
  /** Whether a completed run keeps its weights as `weights.safetensors`. */
  readonly weights: boolean;
  /** First steps that are done twice, to tell whether this machine gives the same bits; 0 for none, 2 where it is absent. */
  readonly receipt?: number;
  /** Evaluate every this many steps in the middle of training too; never where it is absent. */
  readonly evaluateEvery?: number;
  /** Names of the evaluations that are made then; all where it is absent. */
  readonly evaluateOnly?: readonly string[];
  /** Sinks that hear the run, each with every parameter; none where it is absent. */
  readonly log?: readonly Section[];
}

/** How the table is laid out. */
export interface TableSection {
  /** Metrics as `evaluation.metric`; empty for every metric. */
  readonly columns: readonly string[];
  /** Row that the others are compared with. */
  readonly baseline: string | null;
  /** `file.yaml#key` of published figures, or `null`. */
  readonly published: string | null;
  /** Largest difference that \`verify\` lets pass, by metric as \`evaluation.metric\`. */
  readonly tolerance?: Readonly<Record<string, number>>;
}

/** Successive halving: at each rung the best rows go on. */
export interface HalvingSection {
  /** Which rule this is. */
  readonly rule: "halving";
  /** Metric that ranks, as `evaluation.metric`. */
  readonly metric: string;
  /** Its direction. */
  readonly higherIsBetter: boolean;
  /** Steps after which rows are ranked, ascending. */
  readonly rungs: readonly number[];
  /** Share of the rows that goes on. */
  readonly keep: number;
  /** Labels of rows that go on whatever their rank. */
  readonly protect: readonly string[];
}

/** Early stopping: a run ends when it does not get better any more. */
export interface EarlySection {
  /** Which rule this is. */
  readonly rule: "early";
  /** Metric that is watched, as `evaluation.metric`. */
  readonly metric: string;
  /** Its direction. */
  readonly higherIsBetter: boolean;
  /** Steps between two evaluations. */
  readonly every: number;
  /** Evaluations without a gain after which the run ends. */
  readonly patience: number;
  /** What an evaluation must exceed the best one by to count as a gain. */
  readonly minDelta: number;
}

/** A rule that stops runs early; no part of a run's identity, as a run that it does not stop is the same run. */
export type StoppingSection = HalvingSection | EarlySection;

/** One run of a plan. */
export interface PlannedRun {
  /** First 12 hex digits of SHA-256 over the RFC 8785 form of `identity`. */
  readonly id: string;
  /** Row label. */
  readonly row: string;
  /** Seed of this replicate. */
  readonly seed: number;
  /** The run, every default filled in. */
  readonly run: ResolvedRun;
  /** What was hashed. */
  readonly identity: Readonly<Record<string, unknown>>;
  /** Paths of data that is not there; the id is provisional until they are. */
  readonly missing: readonly string[];
}
