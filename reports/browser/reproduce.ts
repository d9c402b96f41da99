/**
 * Trains a published run again and judges it, wherever the core runs: nothing here names Deno or a page.
 *
 * @module
 */
import type { Files } from "../../datasets/mod.ts";
import type { RunRecord } from "../../experiments/record.ts";
import type { ResolvedRun } from "../../experiments/resolved.ts";
import { executeRun, type RunEvent } from "../../experiments/run.ts";
import { builtins } from "../../registry/builtins.ts";
import type { WasmPath } from "../../tensor/backend.ts";
import { tf } from "../../tensor/tf.ts";
import { type Agreement, judgeRun, type VerifiedFigure, worst } from "../verify/verdict.ts";
import type { Cells } from "./cells.ts";
import { memoryStore } from "./memory_store.ts";

/** Lines of history that a curve is drawn from, at most. */
const LINES = 200;

/** Where a run is trained again. */
export interface ReproduceOptions {
  /** What computes. */
  readonly backend: ResolvedRun["backend"];
  /** Where the WASM binaries are; by default in the installed package. */
  readonly wasmPath?: WasmPath;
  /** The data. */
  readonly files: Files;
  /** How the machine calls itself. */
  readonly machine: string;
  /** Aborted to end after the current step. */
  readonly stop?: AbortSignal;
}

/** The last thing that is told: what the run says of each published figure. */
export interface VerdictEvent {
  /** Which event this is. */
  readonly type: "verdict";
  /** Of all of them: the worst counts. */
  readonly verdict: Agreement;
  /** Why figures are not identical, and what else is to be known. */
  readonly notes: readonly string[];
  /** The published figures and those of here. */
  readonly figures: readonly VerifiedFigure[];
  /** The run that was trained here. */
  readonly record: RunRecord;
}

/**
 * Trains one run of a page and judges each of its figures as `verify` does.
 *
 * @param index Which of the page's runs.
 * @throws {RangeError} if it is not there, cannot be trained here, or the backend is not available.
 * @throws {MissingDataError} if its data does not lie beside the page.
 */
export async function* reproduce(
  { experiment, program, tolerance, receipt, runs }: Cells,
  index: number,
  { backend, wasmPath, files, machine, stop }: ReproduceOptions,
): AsyncGenerator<RunEvent | VerdictEvent> {
  const cell = runs[index];
  if (!cell) throw new RangeError(`Cannot train run ${index}: this page has ${runs.length}`);
  if (cell.unable !== null) throw new RangeError(cell.unable);
  const { id, row, seed, manifest, identity } = cell.record, run = { ...manifest, backend };
  const events = executeRun({
    planned: { id, row, seed, run, identity, missing: [] },
    registries: builtins(),
    plugins: [],
    files,
    output: {
      logEvery: Math.max(1, Math.ceil(run.train.steps / LINES)),
      checkpointEvery: 0,
      weights: false,
      ...receipt === undefined ? {} : { receipt },
    },
    store: memoryStore(),
    environment: {
      deno: "none",
      v8: "none",
      typescript: "none",
      tfjs: tf.version.tfjs,
      marginlab: program.version,
      os: machine,
      arch: "unknown",
      cpu: "unknown",
      git: null,
      code: program.code,
    },
    experiment,
    ...wasmPath === undefined ? {} : { wasmPath },
    ...stop ? { stop } : {},
  });
  for await (const event of events) {
    yield event;
    if (event.type !== "end") continue;
    const published = runs.flatMap(({ record }) => record.row === row ? [record] : []);
    const figures = judgeRun(cell.record, event.record, { tolerance, published });
    yield {
      type: "verdict",
      verdict: worst(figures.map(({ verdict }) => verdict)),
      notes: [...reasonsOf(figures), ...aboutProgram(cell.record, program)],
      figures,
      record: event.record,
    };
  }
}

/** Each reason once, with the figures that it is of. */
function reasonsOf(figures: readonly VerifiedFigure[]): string[] {
  const groups = new Map<string, string[]>();
  for (const { figure, reason } of figures) groups.set(reason, [...groups.get(reason) ?? [], figure]);
  return [...groups].map(([reason, names]) => `${names.join(", ")}: ${reason}`);
}

/** Says that the program is not the one that made the record, where it is another one. */
function aboutProgram({ environment: { code } }: RunRecord, program: Cells["program"]): string[] {
  if (code === program.code || code == null || program.code === null) return [];
  return [
    `The program has changed since the run was published: its sources were ${code.slice(0, 12)}, and are ` +
    program.code.slice(0, 12),
  ];
}
