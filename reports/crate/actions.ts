/**
 * Runs as actions: what made what, from what, when, and how it ended.
 *
 * @module
 */
import type { RunRecord, RunStatus } from "../../experiments/record.ts";
import type { CrateFile, CratePlugin } from "./contents.ts";
import { type Entity, fileId, once, refer, type Reference } from "./entity.ts";
import { dataEntity, programId, valueEntity } from "./things.ts";
import { uuidOf } from "./uuid.ts";

/** What an action is made from. */
export interface ActionSource {
  /** The record of the run, or of one of its tries. */
  readonly record: RunRecord;
  /** Labels of the rows that it stands in. */
  readonly rows: readonly string[];
  /** Every file of the package. */
  readonly files: readonly CrateFile[];
  /** Paths of the files that it made. */
  readonly made: readonly string[];
  /** Users' plugins in the package. */
  readonly plugins: readonly CratePlugin[];
  /** Who ran it. */
  readonly agent: Reference;
}

/** The action of a run, and the entities that it alone may refer to. */
export function runAction(source: ActionSource): { action: Entity; others: Entity[] } {
  const { record, rows, files, made, plugins, agent } = source;
  const { id, seed, status, error, environment, backend } = record;
  const inputs = ["manifest.yaml", "plan.json"].filter((path) => files.some((file) => file.path === path));
  const used = plugins.filter(({ names }) =>
    record.plugins.some(({ kind, name }) => names.includes(`${kind} "${name}"`))
  );
  const read = [...inputs, ...used.map(({ path }) => path)].map((path) => ({ "@id": fileId(path) }));
  const data = once(record.data.map(dataEntity)), values = [valueEntity("seed", seed)];
  if (record.weights) values.push(valueEntity("SHA-256 of the first weights", record.weights.digest));
  const where = [
    valueEntity("Deno", environment.deno),
    valueEntity("operating system", environment.os),
    valueEntity("processor", environment.cpu),
    ...backend ? [valueEntity("backend", `${backend.name}${backend.adapter ? `, ${backend.adapter}` : ""}`)] : [],
    ...backend?.blas ? [valueEntity("matrix products", backend.blas)] : [],
    ...environment.code ? [valueEntity("SHA-256 of the program's sources", environment.code)] : [],
  ];
  const failed = status === "failed" || status === "diverged";
  const action: Entity = {
    "@id": `#${uuidOf(`${record.experiment} ${id} ${record.startedAt}`)}`,
    "@type": "CreateAction",
    name: `${rows.join(", ")}, seed ${seed}: ${ENDED[status]}`,
    description: `marginlab run manifest.yaml --row ${JSON.stringify(rows[0])} --seed ${seed}` +
      (record.stopped ? `; ${record.stopped.reason}` : ""),
    identifier: id,
    instrument: { "@id": programId(environment.marginlab) },
    agent,
    startTime: offset(record.startedAt),
    endTime: offset(record.finishedAt),
    object: [...read, ...refer(data), ...refer(values)],
    result: made.map((path) => ({ "@id": fileId(path) })),
    environment: refer(where),
    actionStatus: `http://schema.org/${failed ? "FailedActionStatus" : "CompletedActionStatus"}`,
    ...failed && error !== null ? { error } : {},
  };
  return { action, others: [...data, ...values, ...where] };
}

const ENDED: Readonly<Record<RunStatus, string>> = {
  completed: "completed",
  failed: "failed",
  diverged: "diverged",
  stopped: "stopped early by the plan's rule",
};

/** A time in UTC with its offset written out, as validators of the profile want it. */
function offset(time: string): string {
  return time.replace(/Z$/, "+00:00");
}
