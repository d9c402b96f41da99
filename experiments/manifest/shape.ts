/**
 * The plain parts of a manifest: the keys that are no plugin's, with the words that editors show.
 *
 * @module
 */
import { z } from "zod";

/** Sections that describe a run; rows, grids and zips may change these and nothing else. */
export const RUN_SECTIONS: readonly RunSectionName[] = [
  "data",
  "backbone",
  "weights",
  "head",
  "auxiliary",
  "optimizer",
  "schedule",
  "train",
  "evaluate",
];

/** Name of a section that describes a run. */
export type RunSectionName =
  | "data"
  | "backbone"
  | "weights"
  | "head"
  | "auxiliary"
  | "optimizer"
  | "schedule"
  | "train"
  | "evaluate";

/** What each section that describes a run is for. */
export const SECTION_HELP: Readonly<Record<RunSectionName, string>> = {
  data: "what training reads, such as data: { train: { reader: image-folder, path: faces.zip } }",
  backbone: "the network from images to embeddings, such as backbone: { name: convnet, embedding: 128 }",
  weights:
    "weights that the backbone starts from, a .safetensors file in the data folder, such as weights: r50.safetensors",
  head: "the margin head, from embeddings and labels to the loss, such as head: { name: arcface, m: 0.5 }",
  auxiliary: "further losses, added with their weights, such as auxiliary: [{ name: softmax, weight: 0.1 }]",
  optimizer: "how gradients change the weights; sgd by default",
  schedule: "the learning rate by step, such as schedule: { name: step, lr: 0.1, milestones: [800] }",
  train: "how long and on what batches a run trains, such as train: { steps: 1200, batchSize: 128 }",
  evaluate: "what is measured after training, each with a name, a protocol and its data; [] for nothing",
};

/** The keys beside the sections. */
export const headerShape: z.ZodObject = z.strictObject({
  name: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/, {
    error: "a name is letters, digits, dots, hyphens and underscores, for it names a folder",
  }).describe("Name of the experiment; its records are in a folder of this name"),
  description: z.string().default("").describe("One sentence: the question that the experiment answers"),
  cite: z.array(z.string()).default([]).describe("What to cite, such as arXiv:1801.07698"),
  extends: z.string().min(1).optional().describe(
    "Manifest to inherit from, relative to this one; a section that names another plugin replaces the inherited " +
      "one, otherwise keys merge; ablation and lists replace",
  ),
  plugins: z.array(z.string().min(1)).default([]).describe(
    "Modules with plugins of your own: ./my_head.ts, relative to this file, or npm:@me/heads@1.2.3",
  ),
  backend: z.enum(["auto", "webgpu", "wasm", "cpu"]).default("auto").describe(
    "Where tensors live; auto takes WebGPU when its adapter is hardware, else WASM",
  ),
  seeds: z.array(z.int().min(0)).min(1).default([0]).refine((seeds) => new Set(seeds).size === seeds.length, {
    error: "which names a seed twice",
  }).describe("Replicates: one run for each row and seed"),
});

/** The plain keys of `train`; `augment` and `sampler` name plugins. */
export const trainShape: z.ZodObject = z.strictObject({
  steps: z.int().min(0).max(1e9).describe("Optimizer updates; 0 evaluates without training"),
  batchSize: z.int().min(1).max(1e6).describe("Images of each update"),
  accumulate: z.int().min(1).max(1e4).default(1).describe(
    "Parts into which a batch is split to save memory, their gradients averaged; batch norms, triplets and centres see one part at a time",
  ),
  checkpointing: z.boolean().default(false).describe(
    "Compute each stage of the backbone again in the backward pass instead of keeping it: less memory, about a third more work, same result",
  ),
  precision: z.enum(["f32", "f16"]).default("f32").describe(
    "How activations are stored: f16 halves their memory, with float32 weights and sums and a dynamic loss scale; WebGPU only",
  ),
  clip: z.strictObject({
    norm: z.number().gt(0).max(1e6).describe("Largest Euclidean norm c"),
    of: z.enum(["all", "backbone"]).default("all").describe(
      "Whose gradients are measured and scaled together: those of all parameters, or of the backbone's alone",
    ),
  }).nullable().default(null).describe(
    "Clip gradients, { norm: 5 }: g ← g · min(1, c / (‖g‖ + 1e-6)); null for none",
  ),
  ema: z.number().min(0).lt(1).default(0).describe(
    "Decay d of a moving average of the backbone's weights, a ← d a + (1 − d) p after every update, which is evaluated " +
      "in their place, such as 0.999 for many thousand steps, as it begins at the first weights; 0 for none",
  ),
});

/** What `augment` and `sampler` are for. */
export const TRAIN_HELP = {
  augment: "Augmentations of each training image, applied in this order",
  sampler: "Order in which training sees the images; shuffle by default",
} as const;

/** The plain keys of an evaluation; its protocol's parameters stand beside them. */
export const evaluateShape: z.ZodObject = z.strictObject({
  name: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/, {
    error: "a name is letters, digits, hyphens and underscores, for columns are written name.metric",
  }).describe("Prefix of its metrics in tables: unseen gives unseen.accuracy"),
});

/** The plain key of an auxiliary loss; its head's parameters stand beside it. */
export const auxiliaryShape: z.ZodObject = z.strictObject({
  weight: z.number().gt(0).max(1e6).default(1).describe("Factor of this loss in the sum"),
});

/** The keys of `ablation`, for messages. */
export const ABLATION_HELP = {
  rows: "Rows of the table, each a label and the sections that it replaces",
  grid: "One row for every combination of values: { head.m: [0.4, 0.5], head.s: [16, 64] } gives four",
  zip: "One row for each position in lists of one length: { head.m: [0.4, 0.5], head.s: [16, 64] } gives two",
} as const;

/** The keys of `table`. */
export const tableShape: z.ZodObject = z.strictObject({
  columns: z.array(z.string()).default([]).describe("Metrics as evaluation.metric; every metric when empty"),
  baseline: z.string().nullable().default(null).describe("Label of the row that the others are compared with"),
  published: z.string().regex(/^[^#\s]+\.ya?ml#[A-Za-z0-9_-]+$/, {
    error: "write it as file.yaml#key, such as published/arcface.yaml#table2",
  }).nullable().default(null).describe("Published figures to print beside ours, as file.yaml#key"),
  tolerance: z.record(z.string(), z.number().min(0).max(1e6)).optional().describe(
    "Largest difference that verify lets pass for a figure on another machine, { unseen.accuracy: 0.002 }",
  ),
});

/** What `stopping` is for. */
export const STOPPING_HELP =
  "a rule that stops runs early, such as stopping: { rule: halving, metric: unseen.accuracy, rungs: [300, 600] }; " +
  "none when left out";

/** The metric of a rule that stops runs early. */
const stoppingMetric = z.string().min(1).describe(
  "Metric that decides, as evaluation.metric; the evaluation is made in the middle of training and changes nothing in it",
);

/** The keys of `stopping`, by rule; none is part of a run's identity, as a run that is not stopped is the same run. */
export const stoppingShapes = {
  halving: z.strictObject({
    rule: z.literal("halving").describe("Successive halving: at each rung the best rows go on"),
    metric: stoppingMetric,
    rungs: z.array(z.int().min(1)).min(1).refine((rungs) => rungs.every((rung, i) => i === 0 || rung > rungs[i - 1]!), {
      error: "write the steps in ascending order, each once",
    }).describe("Steps after which rows are ranked by the mean of the metric over their seeds"),
    keep: z.number().gt(0).lt(1).default(0.5).describe("Share of the rows that goes on: the best ⌈keep · n⌉ of n"),
    protect: z.array(z.string()).refine((labels) => new Set(labels).size === labels.length, {
      error: "which names a row twice",
    }).nullable().default(null).describe("Labels of rows that always go on; the baseline of the table when left out"),
  }),
  early: z.strictObject({
    rule: z.literal("early").describe("Early stopping: a run ends when its metric does not get better any more"),
    metric: stoppingMetric,
    every: z.int().min(1).describe("Steps between two evaluations"),
    patience: z.int().min(1).default(3).describe("Evaluations in a row without a gain after which the run ends"),
    minDelta: z.number().min(0).default(0).describe("A gain is more than this over the best evaluation so far"),
  }),
} as const satisfies Record<string, z.ZodObject>;

/** The keys of `output`; none changes a result, so none is part of a run's identity. */
export const outputShape: z.ZodObject = z.strictObject({
  logEvery: z.int().min(1).default(10).describe("Write a line of history every this many steps"),
  checkpointEvery: z.int().min(0).default(0).describe(
    "Write a checkpoint every this many steps; 0 for only when interrupted",
  ),
  weights: z.boolean().default(true).describe(
    "Keep the weights of a completed run as weights.safetensors, for export and for runs that start from them",
  ),
  receipt: z.int().min(0).max(1000).default(2).describe(
    "First steps that a run does twice, to record whether this machine gives the same bits; 0 for none",
  ),
  evaluateEvery: z.int().min(1).optional().describe(
    "Make the evaluations every this many steps too, into measures.jsonl of the run, which changes nothing in training; " +
      "never when left out",
  ),
  evaluateOnly: z.array(z.string()).min(1).optional().describe(
    "Names of the evaluations that evaluateEvery makes; all when left out",
  ),
});

/** What `log` of `output` is for. */
export const LOG_HELP =
  "Sinks that hear each run and write it for other programs, such as log: [{ name: tensorboard }]; none by default";
