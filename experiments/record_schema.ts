/**
 * The schema of `record.json`, for checking on write and on read, and as JSON Schema (draft-07) for others.
 *
 * @module
 */
import { z } from "zod";
import type { RunRecord } from "./record.ts";

const text = z.string();
const name = z.string().min(1);
const count = z.int().min(0);
const seconds = z.number().min(0);
const maybe = z.number().nullable();
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const time = z.iso.datetime();
const section = z.record(z.string(), z.unknown()).readonly();

/** Schema of a resolved run. */
export const runSchema = z.strictObject({
  backend: z.enum(["auto", "webgpu", "wasm", "cpu"]),
  seed: z.int(),
  data: z.strictObject({ train: section }),
  backbone: section,
  weights: name.nullable(),
  head: section,
  auxiliary: z.array(section).readonly(),
  optimizer: section,
  schedule: section,
  train: z.strictObject({
    steps: count,
    batchSize: count,
    accumulate: count,
    checkpointing: z.boolean(),
    precision: z.enum(["f32", "f16"]),
    clip: z.strictObject({ norm: z.number(), of: z.enum(["all", "backbone"]) }).nullable(),
    ema: z.number(),
    augment: z.array(section).readonly(),
    sampler: section,
  }),
  evaluate: z.array(z.strictObject({ name, protocol: section, data: section })).readonly(),
});

const backend = z.strictObject({
  name: z.enum(["webgpu", "wasm", "cpu"]),
  adapter: text.nullable(),
  software: z.boolean(),
  reason: text,
  kernels: z.array(text).readonly(),
  blas: name.nullable(),
  flags: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).readonly(),
});

const environment = z.strictObject({
  deno: text,
  v8: text,
  typescript: text,
  tfjs: text,
  marginlab: text,
  os: text,
  arch: text,
  cpu: text,
  git: z.strictObject({ commit: z.string().regex(/^[0-9a-f]{40,64}$/), dirty: z.boolean().nullable() }).nullable(),
  code: sha256.nullable().exactOptional(),
});

const data = z.strictObject({
  role: name,
  reader: name,
  classes: count,
  images: count,
  digest: sha256,
  license: text.nullable(),
  citation: text.nullable(),
  decoder: text,
  skipped: z.array(z.strictObject({ path: text, reason: text })).readonly(),
  pairs: count.exactOptional(),
  templates: count.exactOptional(),
});

const weights = z.strictObject({ digest: sha256, tensors: count, unused: z.array(text).readonly() });

const backbone = z.strictObject({
  name,
  parameters: count,
  trainableParameters: count,
  multiplyAdds: count,
  embedding: count,
});

const cost = z.strictObject({
  steps: count,
  seconds,
  trainSeconds: seconds,
  imagesPerSecond: seconds.nullable(),
  peakMemoryBytes: count.nullable(),
});

const metric = z.strictObject({
  evaluation: name,
  name,
  value: maybe,
  std: maybe.exactOptional(),
  over: z.enum(["folds", "searches"]).exactOptional(),
  n: count,
  unit: text,
  higherIsBetter: z.boolean().nullable(),
  definition: name,
});

const axis = z.strictObject({ name, unit: text });
const curve = z.strictObject({
  evaluation: name,
  name,
  x: axis,
  y: axis,
  points: z.array(z.tuple([z.number(), z.number()]).readonly()).readonly(),
});

const angleWindow = z.strictObject({
  window: z.enum(["start", "middle", "end"]),
  from: count,
  to: count,
  samples: count,
  pastBoundary: maybe,
  bins: z.array(count).length(180).readonly(),
});

const diagnostics = z.strictObject({
  finalLoss: maybe,
  gradientNorm: maybe,
  statistics: z.record(z.string(), maybe).readonly(),
  weightsSha256: sha256.nullable(),
  firstBadTensor: name.exactOptional(),
  divergedAtStep: count.exactOptional(),
  targetAngles: z.array(angleWindow).readonly().exactOptional(),
  targetLogit: z.strictObject({ degrees: z.array(z.number()).readonly(), values: z.array(z.number()).readonly() })
    .exactOptional(),
  receipt: z.strictObject({ steps: count, loss: maybe, weights: maybe, identical: z.boolean() }).exactOptional(),
  unread: z.array(name).readonly().exactOptional(),
});

const planned = z.strictObject({ planned: text.nullable(), found: text.nullable() });
const drift = z.strictObject({
  code: planned.exactOptional(),
  data: z.record(z.string(), planned).readonly().exactOptional(),
  plugins: z.record(z.string(), planned).readonly().exactOptional(),
});

const stopped = z.strictObject({
  step: count,
  rule: name,
  metric: name.nullable(),
  value: maybe,
  reason: name,
});

const plugins = z.array(z.strictObject({ kind: name, name, version: name, specifier: name, sha256 })).readonly();

/** Parts that the records of evaluations have as well. */
export const RECORD_PARTS = {
  backend,
  environment,
  data,
  weights,
  metric,
  curve,
  plugins,
  section,
  sha256,
  time,
} as const;

// What zod says by `refine` and JSON Schema by `if`: a completed run has every part and no error, any other has one.
const completed = z.looseObject({
  status: z.literal("completed"),
  error: z.null(),
  backend: z.unknown().refine((value) => value !== null, "a completed run has a backend"),
  backbone: z.unknown().refine((value) => value !== null, "a completed run has a backbone"),
  cost: z.unknown().refine((value) => value !== null, "a completed run has a cost"),
});
const present = { not: { type: "null" } };
const statusRule = {
  if: { properties: { status: { const: "completed" } } },
  then: { properties: { error: { type: "null" }, backend: present, backbone: present, cost: present } },
  else: { properties: { error: { type: "string", minLength: 1 } } },
};

/** Schema of {@link RunRecord}. */
export const recordSchema: z.ZodType<RunRecord> = z.strictObject({
  schemaVersion: z.literal(4),
  id: z.string().regex(/^[0-9a-f]{12}$/),
  experiment: name,
  row: name,
  seed: z.int(),
  status: z.enum(["completed", "failed", "diverged", "stopped"]),
  error: z.string().min(1).nullable(),
  manifest: runSchema,
  identity: section,
  backend: backend.nullable(),
  environment,
  plugins,
  data: z.array(data).readonly(),
  weights: weights.nullable(),
  backbone: backbone.nullable(),
  cost: cost.nullable(),
  metrics: z.array(metric).readonly(),
  curves: z.array(curve).readonly().exactOptional(),
  drift: drift.exactOptional(),
  stopped: stopped.exactOptional(),
  diagnostics,
  startedAt: time,
  finishedAt: time,
}).superRefine((record, context) => {
  if (record.status !== "completed") {
    if (record.error === null) {
      context.addIssue({ code: "custom", path: ["error"], message: "a run that did not complete says why" });
    }
    return;
  }
  for (const issue of completed.safeParse(record).error?.issues ?? []) {
    context.addIssue({ code: "custom", path: issue.path, message: issue.message });
  }
}).meta(statusRule);

/**
 * Checks a value against {@link recordSchema}.
 *
 * @param source Where the value comes from, for the message.
 * @throws {TypeError} naming every field that is wrong.
 */
export function checkRecord(value: unknown, source: string): RunRecord {
  const result = recordSchema.safeParse(value);
  if (result.success) return result.data;
  const problems = result.error.issues.map(({ path, message }) => `${path.join(".") || "record"}: ${message}`);
  throw new TypeError(`Cannot accept ${source} as a run record: ${problems.join("; ")}`);
}

/** {@link recordSchema} as JSON Schema, draft-07. */
export function recordJsonSchema(): Record<string, unknown> {
  return { ...plainSchema(recordSchema), $id: "record.schema.json", title: "marginlab run record" };
}

/** A schema of what is stored as JSON Schema, draft-07. */
export function plainSchema(schema: z.ZodType): Record<string, unknown> {
  return z.toJSONSchema(schema, {
    target: "draft-7",
    override: ({ jsonSchema }) => {
      delete jsonSchema.readOnly;
    },
  }) as Record<string, unknown>;
}
