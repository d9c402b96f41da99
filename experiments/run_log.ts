/**
 * The sinks of one run: hands them its events, and keeps their failures from it.
 *
 * @module
 */
import type { Registries } from "../registry/registries.ts";
import type { LoggedEnd, LoggedStep, Sink, SinkMeans } from "../sinks/sink.ts";
import type { RunRecord } from "./record.ts";
import type { OutputSettings } from "./resolved.ts";
import { describeBackend } from "./resume.ts";
import type { RunOptions } from "./run.ts";
import type { ProgressEvent, RunEvent, SinkEvent } from "./run_events.ts";
import { sinkMeans } from "./sink_means.ts";
import type { RunFolder } from "./store.ts";

/** What the sinks of a run are opened with. */
export type LoggedOptions =
  & Pick<RunOptions, "planned" | "output" | "environment" | "experiment">
  & {
    readonly registries: Pick<Registries, "sink">;
    readonly store: Pick<RunFolder, "readHistory" | "sinkFiles">;
    /** When the run began, seconds since 1970; by default now. */
    readonly startedAt?: number;
  };

/** The sinks of one run. */
export class RunLog {
  readonly #options: LoggedOptions;
  readonly #told: SinkEvent[] = [];
  /** Sinks that have not failed, by name. */
  readonly #open = new Map<string, Sink>();

  /** Opens the sinks that the output settings name. */
  constructor(options: LoggedOptions) {
    this.#options = options;
    const { output: { log = [] }, registries, store } = options;
    for (const { name: named, ...params } of log) {
      const name = String(named), tell = (text: string) => void this.#told.push({ type: "sink", name, text });
      const means: SinkMeans = sinkMeans(store.sinkFiles(name), tell);
      this.#try(name, () => void this.#open.set(name, registries.sink.get(name).open(params, means)));
    }
  }

  /** Tells the sinks that the run begins, with the steps that its history has. */
  async begin(backend: string): Promise<void> {
    if (this.#open.size === 0) return;
    const { store, output: { logEvery }, planned: { id, row, seed, run: manifest } } = this.#options;
    const { experiment, environment: { git }, startedAt = Date.now() / 1000 } = this.#options,
      { steps } = manifest.train;
    const lines = (await store.readHistory()) as unknown as LoggedStep[];
    const history = lines.filter(({ step }) => isLogged(step, steps, logEvery)).map(stepOf);
    const known = { experiment, id, row, seed, steps, backend, startedAt, history, commit: git?.commit ?? null };
    await this.#each((sink) => sink.begin({ ...known, manifest: { ...manifest } }));
  }

  /** Hands an event to the sinks; gives what they have to tell. With the last event of a run they are closed. */
  async hear(event: RunEvent): Promise<SinkEvent[]> {
    const { output: { logEvery } } = this.#options;
    if (event.type === "start") {
      await this.begin(describeBackend(event.backend));
    } else if (event.type === "step" && isLogged(event.step, event.steps, logEvery)) {
      await this.#each((sink) => sink.step(stepOf(event)));
    } else if (event.type === "end") {
      await this.#each((sink) => sink.end(endOf(event.record)));
      await this.close();
    } else if (event.type === "interrupted" || event.type === "paused" || event.type === "refused") {
      await this.close();
    }
    return this.#told.splice(0);
  }

  /** Closes the sinks. */
  async close(): Promise<void> {
    await this.#each((sink) => sink.close?.());
    this.#open.clear();
  }

  async #each(act: (sink: Sink) => Promise<void> | void): Promise<void> {
    for (const [name, sink] of [...this.#open]) await this.#try(name, () => act(sink));
  }

  async #try(name: string, act: () => Promise<void> | void): Promise<void> {
    try {
      await act();
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      this.#open.delete(name);
      this.#told.push({ type: "sink", name, text: `stopped logging, and training goes on without it: ${why}` });
    }
  }
}

/** Whether sinks hear of a step: lines of history at rungs and checkpoints, which depend on more than the run, are left out. */
function isLogged(step: number, steps: number, logEvery: number): boolean {
  return step % logEvery === 0 || step === steps;
}

function stepOf(line: LoggedStep | ProgressEvent): LoggedStep {
  const { step, loss, learningRate, gradientNorm, clipFactor, statistics, seconds } = line;
  const clipped = clipFactor === undefined ? {} : { clipFactor };
  return { step, loss, learningRate, gradientNorm, ...clipped, statistics, seconds };
}

function endOf({ status, error, cost, finishedAt, metrics, diagnostics }: RunRecord): LoggedEnd {
  return {
    ...{ status, error, step: cost?.steps ?? 0, metrics },
    finishedAt: Date.parse(finishedAt) / 1000,
    targetAngles: diagnostics?.targetAngles ?? [],
  };
}

/** What {@link tellAgain} needs beside the record. */
export interface TellOptions extends Pick<LoggedOptions, "registries" | "store"> {
  /** The sinks, and which lines of history they hear. */
  readonly output: Pick<OutputSettings, "log" | "logEvery">;
}

/** Tells sinks of a run that has ended, from its record and its history; gives what they have to tell. */
export async function tellAgain(record: RunRecord, options: TellOptions): Promise<SinkEvent[]> {
  const { id, row, seed, manifest: run, identity, experiment, environment, startedAt } = record;
  const planned = { id, row, seed, run, identity, missing: [] };
  const output = { checkpointEvery: 0, weights: false, ...options.output };
  const began = Date.parse(startedAt) / 1000 || 0;
  const log = new RunLog({ ...options, output, planned, experiment, environment, startedAt: began });
  await log.begin(record.backend ? describeBackend(record.backend) : "unknown");
  return await log.hear({ type: "end", record });
}
