/**
 * Requests to MLflow's REST interface, version 2.0.
 *
 * @module
 */
import type { SinkMeans } from "../sink.ts";

/** A number of a run at a step. */
export interface Metric {
  readonly key: string;
  readonly value: number;
  /** Milliseconds since 1970. */
  readonly timestamp: number;
  readonly step: number;
}

/** A parameter or a tag. */
export interface Entry {
  readonly key: string;
  readonly value: string;
}

/** A run as the server has it. */
export interface ServerRun {
  readonly id: string;
  /** Milliseconds since 1970. */
  readonly start: number;
  readonly tags: ReadonlyMap<string, string>;
}

/** The server has answered, and says no: asking again would not help. */
export class RefusedError extends Error {
  /** Name of the class. */
  override readonly name = "RefusedError";
  /** MLflow's code of the error, such as `RESOURCE_ALREADY_EXISTS`. */
  readonly code: string;

  /** @param code MLflow's code of the error. */
  constructor(message: string, code: string) {
    super(message);
    this.code = code;
  }
}

/** Milliseconds after which a request that has no answer is given up. */
const TIMEOUT = 20_000;

/** A server. */
export class MlflowClient {
  readonly #uri: string;
  readonly #fetch: SinkMeans["fetch"];
  readonly #signal: AbortSignal;

  /** @param signal Aborted to give up what is under way. */
  constructor(uri: string, fetch: SinkMeans["fetch"], signal: AbortSignal) {
    this.#uri = uri.replace(/\/+$/, "");
    this.#fetch = fetch;
    this.#signal = signal;
  }

  /** Id of an experiment, which is made where it is not there. */
  async experiment(name: string): Promise<string> {
    const found = async () => {
      const query = `experiments/get-by-name?experiment_name=${encodeURIComponent(name)}`;
      return textOf((await this.#ask("GET", query))["experiment"], "experiment_id");
    };
    try {
      return await found();
    } catch (error) {
      if (!(error instanceof RefusedError) || error.code !== "RESOURCE_DOES_NOT_EXIST") throw error;
    }
    try {
      return textOf(await this.#ask("POST", "experiments/create", { name }), "experiment_id");
    } catch (error) {
      // Another run of the sweep was faster.
      if (error instanceof RefusedError && error.code === "RESOURCE_ALREADY_EXISTS") return await found();
      throw error;
    }
  }

  /** The run of an experiment that has a tag, or `undefined`. */
  async find(experiment: string, tag: Entry): Promise<ServerRun | undefined> {
    const { runs } = await this.#ask("POST", "runs/search", {
      experiment_ids: [experiment],
      filter: `tags.${tag.key} = '${tag.value}'`,
      max_results: 1,
    });
    return Array.isArray(runs) && runs.length > 0 ? runOf(runs[0]) : undefined;
  }

  /** Makes a run. */
  async create(
    run: { experiment_id: string; run_name: string; start_time: number; tags: Entry[] },
  ): Promise<ServerRun> {
    return runOf((await this.#ask("POST", "runs/create", run))["run"]);
  }

  /** Adds metrics, parameters and tags to a run: 1000 in all at most, 100 of them parameters. */
  async log(run: string, batch: { metrics?: readonly Metric[]; params?: readonly Entry[]; tags?: readonly Entry[] }) {
    await this.#ask("POST", "runs/log-batch", { run_id: run, ...batch });
  }

  /** Says how a run stands. */
  async update(run: string, status: { status: string; end_time?: number }): Promise<void> {
    await this.#ask("POST", "runs/update", { run_id: run, ...status });
  }

  async #ask(method: "GET" | "POST", path: string, body?: unknown): Promise<Record<string, unknown>> {
    const response = await this.#fetch(`${this.#uri}/api/2.0/mlflow/${path}`, {
      method,
      signal: AbortSignal.any([this.#signal, AbortSignal.timeout(TIMEOUT)]),
      redirect: "error",
      ...body === undefined ? {} : { headers: { "content-type": "application/json" }, body: JSON.stringify(body) },
    });
    const text = await response.text(), answer = parse(text);
    if (response.ok) return answer;
    const { error_code: code, message } = answer;
    const said = `${response.status} ${String(message ?? text).replace(/\s+/g, " ").trim().slice(0, 200)}`;
    const again = response.status >= 500 || response.status === 429 || response.status === 408;
    if (again) throw new Error(`Cannot send: the server says ${said}`);
    throw new RefusedError(`Cannot send to MLflow: the server says ${said}`, String(code));
  }
}

function runOf(run: unknown): ServerRun {
  const { info, data } = run as { info: Record<string, unknown>; data?: { tags?: Entry[] } };
  const tags = new Map((data?.tags ?? []).map(({ key, value }) => [key, value]));
  return { id: textOf(info, "run_id"), start: Number(info["start_time"]), tags };
}

function textOf(value: unknown, key: string): string {
  const text = (value as Record<string, unknown> | undefined)?.[key];
  if (typeof text === "string") return text;
  throw new RefusedError(`Cannot understand the server: its answer has no ${key}; is it MLflow?`, "");
}

function parse(text: string): Record<string, unknown> {
  try {
    const value = JSON.parse(text);
    return typeof value === "object" && value !== null ? value : {};
  } catch {
    return {};
  }
}
