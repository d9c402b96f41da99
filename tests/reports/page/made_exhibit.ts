/**
 * An experiment that nobody ran, for reports: every text in it is handed in.
 *
 * @module
 */
import type { RunRecord } from "../../../experiments/record.ts";
import type { FrozenPlan } from "../../../experiments/store.ts";
import type { Exhibit } from "../../../reports/exhibit.ts";
import { tableOfExperiment } from "../../../reports/experiment.ts";
import { sampleRecord } from "../../experiments/sample_record.ts";

/** How large an experiment is, and the text that stands wherever a text can. */
export interface Made {
  /** Number of rows. */
  readonly rows: number;
  /** Number of seeds. */
  readonly seeds: number;
  /** A text for a place; each place has its own number, so that labels differ. */
  text(place: number): string;
}

const STATES = ["completed", "failed", "diverged"] as const;

/** Makes an exhibit; with more than two rows one run failed, one diverged and one is missing. */
export function madeExhibit({ rows, seeds, text }: Made): Exhibit {
  const labels = Array.from({ length: rows }, (_, i) => text(i)), numbers = Array.from({ length: seeds }, (_, i) => i);
  const planned = labels.flatMap((row, r) =>
    numbers.map((seed) => ({ id: (r * 1000 + seed + 1).toString(16).padStart(12, "0"), row, seed }))
  );
  const records = planned.slice(0, rows > 2 ? -1 : undefined).map((run, i) =>
    madeRecord(run, i, { rows, seeds, text })
  );
  const plan = madePlan(labels, numbers, { planned, text, run: records[0]!.manifest });
  return {
    experiment: "made",
    plan,
    rows: labels,
    records,
    others: [],
    outcomes: { runs: new Map(), notes: [] },
    table: tableOfExperiment({ plan, records, problems: [text(900)] }),
    problems: [text(900)],
    history: (id) =>
      Promise.resolve(
        [0, 1, 2].map((step) => ({ step, loss: 3 - step + Number.parseInt(id, 16) / 1e4, learningRate: 0.1 })),
      ),
  };
}

function madeRecord(run: { id: string; row: string; seed: number }, i: number, { rows, text }: Made): RunRecord {
  const sample = sampleRecord(run), status = rows > 2 ? STATES[i] ?? "completed" : "completed";
  const metric = { evaluation: "unseen", n: 6000, unit: "fraction", higherIsBetter: true, definition: text(100) };
  return {
    ...sample,
    status,
    error: status === "completed" ? null : text(101),
    metrics: status === "completed"
      ? ["accuracy", "tar@1e-3", "auc", "eer", text(102)].map((name, k) => ({
        ...metric,
        name,
        value: 0.9 + 0.0001 * ((i * 37 + k * 11) % 100),
      }))
      : [],
    environment: {
      ...sample.environment,
      cpu: text(103),
      os: text(104),
      git: { commit: "c".repeat(40), dirty: true },
      code: "e".repeat(64),
    },
    backend: { ...sample.backend!, adapter: text(105), reason: text(106), kernels: [text(107)], blas: text(108) },
    data: sample.data.map((data) => ({
      ...data,
      reader: text(109),
      license: text(110),
      citation: text(111),
      decoder: text(112),
      skipped: [{ path: text(113), reason: text(114) }],
    })),
    drift: { data: { [text(115)]: { planned: "a".repeat(64), found: null } } },
    diagnostics: {
      ...sample.diagnostics,
      firstBadTensor: text(116),
      weightsSha256: run.id.padEnd(64, "0"),
      receipt: { steps: 2, loss: 0, weights: 1e-7, identical: i % 2 === 0 },
    },
  };
}

function madePlan(
  labels: readonly string[],
  seeds: readonly number[],
  { planned, text, run }: {
    readonly planned: FrozenPlan["runs"];
    readonly text: Made["text"];
    readonly run: RunRecord["manifest"];
  },
): FrozenPlan {
  const { seed: _, ...rest } = run;
  return {
    schemaVersion: 2,
    digest: "d".repeat(64),
    experiment: "made",
    description: text(200),
    cite: [text(201)],
    recordSchemaVersion: 4,
    code: { marginlab: "0.1.0", sha256: "e".repeat(64) },
    plugins: [],
    output: { logEvery: 10, checkpointEvery: 0, weights: false },
    table: { columns: [], baseline: labels[0]!, published: text(202) },
    published: { [labels[0]!]: { "unseen.accuracy": 0.99 } },
    seeds,
    rows: labels.map((label, i) => ({
      label,
      run: { ...rest, head: { name: text(203), m: i, [text(204)]: i } },
      plugins: [],
      data: {},
    })),
    runs: planned,
  };
}
