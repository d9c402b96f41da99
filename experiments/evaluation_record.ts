/**
 * The record of an evaluation without training: everything that a stranger needs to check its figures, in one JSON file.
 *
 * @module
 */
import { z } from "zod";
import type {
  Environment,
  RecordedBackend,
  RecordedCurve,
  RecordedData,
  RecordedMetric,
  RecordedWeights,
} from "./record.ts";
import { plainSchema, RECORD_PARTS } from "./record_schema.ts";
import type { EvaluateSection, LoadedPlugin, Section } from "./resolved.ts";

/** The network whose embeddings were measured. */
export interface RecordedNetwork {
  /** The backbone with every parameter. */
  readonly backbone: Section;
  /** Height, width and channels of an image. */
  readonly shape: readonly [number, number, number];
  /** Dimension of the embedding. */
  readonly embedding: number;
  /** All parameters, running statistics not counted. */
  readonly parameters: number;
  /** Of one image. */
  readonly multiplyAdds: number;
  /** Its weights: SHA-256 of the file, tensors that were taken and those that were not. */
  readonly weights: RecordedWeights;
  /** Id of the run that trained it, where the file tells. */
  readonly run: string | null;
}

/** A file of stored embeddings. */
export interface RecordedEmbeddings {
  /** Path in the data folder, or the name alone of what lies elsewhere: a record holds no path of a machine. */
  readonly path: string;
  /** Lower-case hexadecimal SHA-256. */
  readonly digest: string;
  /** File of the mirrored images' embeddings, where it is one of its own. */
  readonly mirrored?: { readonly path: string; readonly digest: string };
}

/** One evaluation, resolved. */
export interface RecordedEvaluation extends EvaluateSection {
  /** Stored embeddings that were measured; `null` for those of the network or of the reader. */
  readonly embeddings: RecordedEmbeddings | null;
}

/** A figure that is not that of the run's record. */
export interface RecordedDifference {
  /** Name of the evaluation. */
  readonly evaluation: string;
  /** Name of the metric. */
  readonly metric: string;
  /** What was measured now. */
  readonly value: number | null;
  /** What the record of the run says. */
  readonly recorded: number | null;
  /** The spreads, where these differ; `null` for none, or one that is not finite. */
  readonly std?: { readonly value: number | null; readonly recorded: number | null };
}

/** The content of `evaluation.json`. */
export interface EvaluationRecord {
  /** Version of this form. */
  readonly schemaVersion: 1;
  /** Name of the list of evaluations. */
  readonly name: string;
  /** `null` where stored embeddings alone were measured. */
  readonly network: RecordedNetwork | null;
  /** `null` where no network was run. */
  readonly backend: RecordedBackend | null;
  /** The machine and the programs that ran. */
  readonly environment: Environment;
  /** Users' plugins that were loaded. */
  readonly plugins: readonly LoadedPlugin[];
  /** What was measured. */
  readonly evaluations: readonly RecordedEvaluation[];
  /** The data set of each evaluation; its `role` is the evaluation's name. */
  readonly data: readonly RecordedData[];
  /** Every figure. */
  readonly metrics: readonly RecordedMetric[];
  /** Curves, where protocols draw some. */
  readonly curves?: readonly RecordedCurve[];
  /** Where a run's own evaluations were repeated: how many of its figures were compared, and those that differ. */
  readonly comparison: { readonly compared: number; readonly differences: readonly RecordedDifference[] } | null;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  /** ISO 8601, UTC. */
  readonly finishedAt: string;
}

const { backend, environment, data, weights, metric, curve, plugins, section, sha256, time } = RECORD_PARTS;
const name = z.string().min(1), count = z.int().min(0), file = z.strictObject({ path: name, digest: sha256 });

const network = z.strictObject({
  backbone: section,
  shape: z.tuple([count, count, count]).readonly(),
  embedding: count,
  parameters: count,
  multiplyAdds: count,
  weights,
  run: name.nullable(),
});

const evaluation = z.strictObject({
  name,
  protocol: section,
  data: section,
  embeddings: file.extend({ mirrored: file.exactOptional() }).nullable(),
});

const difference = z.strictObject({
  evaluation: name,
  metric: name,
  value: z.number().nullable(),
  recorded: z.number().nullable(),
  std: z.strictObject({ value: z.number().nullable(), recorded: z.number().nullable() }).exactOptional(),
});

/** Schema of {@link EvaluationRecord}. */
export const evaluationRecordSchema: z.ZodType<EvaluationRecord> = z.strictObject({
  schemaVersion: z.literal(1),
  name,
  network: network.nullable(),
  backend: backend.nullable(),
  environment,
  plugins,
  evaluations: z.array(evaluation).readonly(),
  data: z.array(data).readonly(),
  metrics: z.array(metric).readonly(),
  curves: z.array(curve).readonly().exactOptional(),
  comparison: z.strictObject({ compared: count, differences: z.array(difference).readonly() }).nullable(),
  startedAt: time,
  finishedAt: time,
});

/**
 * Checks a value against {@link evaluationRecordSchema}.
 *
 * @throws {TypeError} naming every field that is wrong.
 */
export function checkEvaluationRecord(value: unknown, source: string): EvaluationRecord {
  const result = evaluationRecordSchema.safeParse(value);
  if (result.success) return result.data;
  const problems = result.error.issues.map(({ path, message }) => `${path.join(".") || "record"}: ${message}`);
  throw new TypeError(`Cannot accept ${source} as a record of an evaluation: ${problems.join("; ")}`);
}

/** {@link evaluationRecordSchema} as JSON Schema, draft-07. */
export function evaluationRecordJsonSchema(): Record<string, unknown> {
  const title = "marginlab record of an evaluation";
  return { ...plainSchema(evaluationRecordSchema), $id: "evaluation_record.schema.json", title };
}
