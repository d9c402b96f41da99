/**
 * Everything that is published of one experiment, read once: figures, the report, the live view and the package are made
 * from it, and read nothing else of the results folder.
 *
 * @module
 */
import type { LoadedOutcomes } from "../experiments/outcomes.ts";
import type { Plane } from "../experiments/plane.ts";
import type { RunRecord } from "../experiments/record.ts";
import type { MeasureLine } from "../experiments/store/measures.ts";
import type { RungLine } from "../experiments/store/rungs.ts";
import type { FrozenPlan, Store } from "../experiments/store.ts";
import type { Registries } from "../registry/builtins.ts";
import { tableOfExperiment } from "./experiment.ts";
import { checkpointSteps, outcomesOf } from "./load.ts";
import type { Table } from "./table.ts";

/** What a results folder says of one experiment. */
export interface Exhibit {
  /** Name of the experiment. */
  readonly experiment: string;
  /** What was planned, where it is stored. */
  readonly plan: FrozenPlan | undefined;
  /** Labels of the rows, in the planned order. */
  readonly rows: readonly string[];
  /** Records of the planned runs, failed ones too, by row and seed, under the labels that the plan gives them. */
  readonly records: readonly RunRecord[];
  /** Records of other plans that lie in the folder. */
  readonly others: readonly RunRecord[];
  /** What runs said of each pair, as far as it is stored. */
  readonly outcomes: LoadedOutcomes;
  /** The table. */
  readonly table: Table;
  /** A message for each file that cannot be read. */
  readonly problems: readonly string[];
  /** The lines of a run's `history.jsonl`; none where it has no such file. */
  history(id: string): Promise<readonly Readonly<Record<string, unknown>>[]>;
  /** What a run measured in the middle of training (`output.evaluateEvery`), by step; nothing where it is absent. */
  measures?(id: string): Promise<readonly MeasureLine[]>;
  /** Embeddings of a run's training images, where they have two dimensions. */
  plane?(id: string): Promise<Plane | undefined>;
  /** What a run measured at the rungs of a rule that stops early. */
  rungs?(id: string): Promise<readonly RungLine[]>;
}

/** Where an exhibit is read, and how far. */
export interface ExhibitSources {
  /** Where the records' protocols are found. */
  readonly registries: Registries;
  /** Whether to read per-pair scores however many runs there are, or not at all; by default up to 128 runs. */
  readonly pairs?: boolean | undefined;
}

/**
 * Reads an experiment.
 *
 * @throws {RangeError} if the folder has neither a plan nor a record that can be read.
 */
export async function loadExhibit(
  store: Store,
  experiment: string,
  { registries, pairs }: ExhibitSources,
): Promise<Exhibit> {
  const plan = await store.readPlan(experiment), { records, problems } = await store.records(experiment);
  if (!plan && records.length === 0) {
    throw new RangeError(
      `Cannot read experiment "${experiment}" in ${store.root}: found no plan.json and no readable record; ` +
        "train it with ablate",
    );
  }
  const byId = new Map(records.map((record) => [record.id, record]));
  const planned = plan
    ? plan.runs.flatMap(({ id, row, seed }) => {
      const record = byId.get(id);
      return record ? [{ ...record, row, seed }] : [];
    })
    : records;
  const ids = new Set(planned.map(({ id }) => id));
  const outcomes = await outcomesOf(planned, { store, experiment, registries, pairs });
  const checkpoints = await checkpointSteps(plan, records, { store, experiment });
  return Object.freeze({
    experiment,
    plan,
    rows: plan ? plan.rows.map(({ label }) => label) : [...new Set(records.map(({ row }) => row))],
    records: planned,
    others: records.filter(({ id }) => !ids.has(id)),
    outcomes,
    table: tableOfExperiment({
      plan,
      records,
      checkpoints,
      problems,
      ...plan?.table.baseline == null ? {} : { outcomes },
    }),
    problems,
    history: async (id: string) => await (await store.folder(experiment, id)).readHistory(),
    plane: async (id: string) => await (await store.folder(experiment, id)).readPlane(),
    rungs: async (id: string) => await (await store.folder(experiment, id)).readRungs(),
    measures: async (id: string) => await (await store.folder(experiment, id)).readMeasures(),
  });
}
