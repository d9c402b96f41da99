/**
 * One run on its way to MLflow: a queue, and who empties it.
 *
 * @module
 */
import { figuresOf, flatten, numbersOf } from "../names.ts";
import type { LoggedEnd, LoggedRun, LoggedStep, Sink, SinkMeans } from "../sink.ts";
import { type Entry, type Metric, MlflowClient, RefusedError, type ServerRun } from "./client.ts";

/** Parameters of the sink. */
export interface MlflowParams {
  readonly uri: string;
  readonly experiment: string | null;
  readonly patience: number;
}

/** Tags by which a run is found again, and which say what the server was sent: parameters, the last step, and how it ended. */
const TAG = {
  run: "marginlab_run",
  params: "marginlab_params",
  step: "marginlab_step",
  end: "marginlab_end",
} as const;
/** Metrics of a request; MLflow takes 1000 entries, tags among them. */
const METRICS = 900;
/** Parameters of a request. */
const PARAMS = 100;
/** Characters of a parameter that every version takes. */
const LONGEST = 500;
/** Steps that wait at most. */
const MOST_WAITING = 200_000;
/** Milliseconds before a request is made again: doubled from the first to the last. */
const AGAIN = { first: 500, last: 30_000 } as const;

/** A run on its way. */
export class MlflowLog implements Sink {
  readonly #params: MlflowParams;
  readonly #means: SinkMeans;
  readonly #client: MlflowClient;
  readonly #giveUp = new AbortController();
  readonly #steps: LoggedStep[] = [];
  #work: Promise<void> | undefined;
  #there: ServerRun | undefined;
  #end: LoggedEnd | undefined;
  #closing = false;
  #done = false;
  /** Steps for which the queue had no room. */
  #lost = 0;
  /** Why the newest request failed. */
  #trouble: string | undefined;
  #wake: () => void = () => {};

  /** Opens nothing yet. */
  constructor(params: MlflowParams, means: SinkMeans) {
    this.#params = params;
    this.#means = means;
    this.#client = new MlflowClient(params.uri, means.fetch, this.#giveUp.signal);
  }

  /** Begins to send. */
  begin(run: LoggedRun): void {
    this.#steps.push(...run.history);
    this.#work = this.#send(run);
  }

  /** Queues a step. */
  step(step: LoggedStep): void {
    // Behind a gap nothing is sent, so that the tag of the last step tells what the server lacks.
    if (this.#steps.length < MOST_WAITING && this.#lost === 0) this.#steps.push(step);
    else this.#lost++;
    this.#wake();
  }

  /** Queues the figures, which are sent when the sink is closed. */
  end(end: LoggedEnd): void {
    this.#end = end;
  }

  /** Waits for the server to take what is left, as long as the sink has patience, and tells what it has not taken. */
  async close(): Promise<void> {
    this.#closing = true;
    this.#wake();
    const settled = new AbortController();
    const late = this.#means.wait(1000 * this.#params.patience, settled.signal);
    await Promise.race([this.#work, late]);
    settled.abort();
    this.#giveUp.abort();
    await Promise.all([this.#work, late]);
    if (!this.#work || this.#done && this.#lost === 0) return;
    const left = this.#steps.length + this.#lost;
    this.#means.tell(
      `${left} steps${this.#done ? "" : " and how the run ended"} were not sent to ${this.#params.uri}, ` +
        `${this.#trouble ?? "it is slow"}; deno task log-net sends them from the run's history`,
    );
  }

  async #send(run: LoggedRun): Promise<void> {
    const { signal } = this.#giveUp, { uri } = this.#params;
    for (let pause: number = AGAIN.first; !this.#done && !signal.aborted;) {
      try {
        await this.#sendAll(run);
        pause = AGAIN.first;
        if (!this.#closing && this.#steps.length === 0) await new Promise<void>((wake) => this.#wake = wake);
      } catch (error) {
        if (signal.aborted) return;
        const why = reasonOf(error), first = this.#trouble === undefined;
        this.#trouble = why;
        if (error instanceof RefusedError) return this.#means.tell(`${why}; training goes on without it`);
        if (first) {
          this.#means.tell(
            `Cannot reach ${uri} (${why}); training goes on, and what is missed is sent when it answers`,
          );
        }
        await this.#means.wait(pause, signal);
        pause = Math.min(2 * pause, AGAIN.last);
      }
    }
  }

  /** Sends all that waits, and how the run ended if it has. */
  async #sendAll(run: LoggedRun): Promise<void> {
    const { id, start, tags } = this.#there ??= await this.#connect(run), sent = Number(tags.get(TAG.step) ?? 0);
    while (this.#steps.length > 0) {
      const metrics: Metric[] = [];
      let taken = 0;
      for (; taken < this.#steps.length; taken++) {
        const step = this.#steps[taken]!,
          more = step.step > sent ? metricsOf(numbersOf(step), step.step, start + 1000 * step.seconds) : [];
        if (metrics.length + more.length > METRICS && metrics.length > 0) break;
        metrics.push(...more);
      }
      const last = Math.max(sent, this.#steps[taken - 1]!.step);
      if (metrics.length > 0) await this.#client.log(id, { metrics, tags: [{ key: TAG.step, value: `${last}` }] });
      this.#steps.splice(0, taken);
    }
    if (!this.#closing) return;
    await this.#sendEnd(id, tags.get(TAG.end));
    this.#done = true;
  }

  async #sendEnd(id: string, known: string | undefined): Promise<void> {
    const end = this.#end;
    if (!end) return await this.#client.update(id, { status: "KILLED" });
    const { status, error, step, finishedAt } = end, value = `${status} ${finishedAt}`, time = 1000 * finishedAt;
    if (known !== value) {
      const told = error === null ? [] : [{ key: "marginlab_error", value: error.slice(0, LONGEST) }];
      const tags: Entry[] = [{ key: TAG.end, value }, ...told];
      await this.#client.log(id, { metrics: metricsOf(figuresOf(end), step, time), tags });
      this.#there = { ...this.#there!, tags: new Map([...this.#there!.tags, [TAG.end, value]]) };
    }
    const ended = status === "completed" || status === "stopped" ? "FINISHED" : "FAILED";
    await this.#client.update(id, { status: ended, end_time: Math.round(time) });
  }

  /** Finds or makes the run, with its parameters. */
  async #connect({ experiment, id, row, seed, startedAt, manifest, backend, commit }: LoggedRun): Promise<ServerRun> {
    const client = this.#client, home = await client.experiment(this.#params.experiment ?? experiment);
    const known = await client.find(home, { key: TAG.run, value: id });
    const tags = [
      { key: TAG.run, value: id },
      { key: "mlflow.source.name", value: "marginlab" },
      ...commit === null ? [] : [{ key: "mlflow.source.git.commit", value: commit }],
    ];
    const name = { run_name: `${row}, seed ${seed}`, start_time: Math.round(1000 * startedAt) };
    const run = known ?? await client.create({ experiment_id: home, ...name, tags });
    const own = flatten(manifest).filter(([name]) => name !== "seed");
    const params = [["row", row], ["seed", seed], ["backend.used", backend], ...own].map(([key, value]) => ({
      key: nameOf(String(key)),
      value: String(value).slice(0, LONGEST) || '""',
    }));
    // Sent once: a value that has changed since, as the label of its row, would be refused.
    if (!run.tags.has(TAG.params)) {
      for (let at = 0; at < params.length; at += PARAMS) {
        await client.log(run.id, { params: params.slice(at, at + PARAMS) });
      }
      await client.log(run.id, { tags: [{ key: TAG.params, value: "sent" }] });
    }
    if (known) await client.update(run.id, { status: "RUNNING" });
    return run;
  }
}

/** Numbers as metrics; MLflow takes those that are finite. */
function metricsOf(numbers: readonly (readonly [name: string, value: number])[], step: number, time: number): Metric[] {
  return numbers.filter(([, value]) => Number.isFinite(value)).map(([name, value]) => ({
    key: nameOf(name),
    value,
    timestamp: Math.round(time),
    step,
  }));
}

/** Why a request failed: beneath "fetch failed" stands what the system said. */
function reasonOf(error: unknown): string {
  const { message, cause } = error as Error;
  return cause instanceof Error ? reasonOf(cause) : message;
}

/** A name that MLflow takes. */
function nameOf(name: string): string {
  return name.replace(/[^\w./ -]/g, "_").slice(0, 250);
}
