/**
 * A tracking server as strict as MLflow's, for tests: it keeps what it is sent, and refuses what MLflow refuses.
 *
 * @module
 */

interface Entry {
  readonly key: string;
  readonly value: string;
}
interface Metric {
  readonly key: string;
  readonly value: number;
  readonly timestamp: number;
  readonly step: number;
}

/** A run that was made. */
export interface MockRun {
  readonly id: string;
  readonly experiment: string;
  readonly name: string;
  readonly start: number;
  status: string;
  end: number | undefined;
  readonly tags: Map<string, string>;
  readonly params: Map<string, string>;
  readonly metrics: Metric[];
}

/** The server. */
export interface MockServer {
  readonly uri: string;
  /** Ids of experiments by their names. */
  readonly experiments: Map<string, string>;
  readonly runs: MockRun[];
  /** Requests, as `POST runs/create`. */
  readonly requests: string[];
  /** Called before each request; a status that it gives is answered, for a server that is in trouble. */
  trouble: (request: string) => number | Promise<number | undefined> | undefined;
  /** Called after each request that was done; where it says so, the answer is lost. */
  loses: (request: string) => boolean;
  close(): Promise<void>;
}

/** The answer of MLflow to what it refuses. */
class Refusal extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

const NAME = /^[\w./ :-]{1,250}$/;

/** Starts the server on a free port of this machine. */
export function startMlflow(): MockServer {
  const experiments = new Map<string, string>(), runs: MockRun[] = [], requests: string[] = [];
  const invalid = (what: string): never => {
    throw new Refusal("INVALID_PARAMETER_VALUE", what);
  };
  const text = (value: unknown, what: string): string => typeof value === "string" ? value : invalid(`${what}: a text`);
  const runOf = (id: unknown): MockRun =>
    runs.find((run) => run.id === id) ?? (() => {
      throw new Refusal("RESOURCE_DOES_NOT_EXIST", `Run '${id}' not found`);
    })();
  const shown = ({ id, experiment, name, start, status, tags }: MockRun) => ({
    info: { run_id: id, experiment_id: experiment, run_name: name, start_time: start, status },
    data: { tags: [...tags].map(([key, value]) => ({ key, value })) },
  });
  const setTags = (run: MockRun, tags: Entry[]) => {
    if (tags.length > 100) invalid("at most 100 tags");
    for (const { key, value } of tags) run.tags.set(NAME.test(key) ? key : invalid(`tag ${key}`), text(value, key));
  };
  // deno-lint-ignore no-explicit-any -- what a client may send
  const answers: Record<string, (body: any) => unknown> = {
    "GET experiments/get-by-name": ({ experiment_name: name }) => {
      const id = experiments.get(name);
      if (id === undefined) {
        throw new Refusal("RESOURCE_DOES_NOT_EXIST", `Could not find experiment with name '${name}'`);
      }
      return { experiment: { experiment_id: id, name } };
    },
    "POST experiments/create": ({ name }) => {
      if (experiments.has(text(name, "name"))) throw new Refusal("RESOURCE_ALREADY_EXISTS", `'${name}' exists`);
      experiments.set(name, `${experiments.size + 1}`);
      return { experiment_id: experiments.get(name) };
    },
    "POST runs/search": ({ experiment_ids, filter }) => {
      const [, key, value] = /^tags\.(\w+) = '([^']*)'$/.exec(filter) ?? invalid(`filter ${filter}`);
      const found = runs.filter(({ experiment, tags }) =>
        experiment_ids.includes(experiment) && tags.get(key!) === value
      );
      return found.length > 0 ? { runs: found.map(shown) } : {};
    },
    "POST runs/create": ({ experiment_id, run_name, start_time, tags }) => {
      if (![...experiments.values()].includes(experiment_id)) invalid("experiment_id");
      if (!Number.isSafeInteger(start_time)) invalid("start_time");
      const known = { id: crypto.randomUUID().replaceAll("-", ""), experiment: experiment_id, start: start_time };
      const empty = { status: "RUNNING", end: undefined, tags: new Map(), params: new Map(), metrics: [] };
      const run: MockRun = { ...known, ...empty, name: text(run_name, "run_name") };
      setTags(run, tags);
      runs.push(run);
      return { run: shown(run) };
    },
    "POST runs/log-batch": ({ run_id, metrics = [], params = [], tags = [] }) => {
      const run = runOf(run_id);
      if (metrics.length > 1000 || params.length > 100) invalid("too many entries");
      if (metrics.length + params.length + tags.length > 1000) invalid("more than 1000 entries in all");
      for (const { key, value } of params as Entry[]) {
        if (!NAME.test(key) || text(value, key) === "" || value.length > 500) invalid(`param ${key}`);
        if ((run.params.get(key) ?? value) !== value) invalid(`Changing param values is not allowed: ${key}`);
        run.params.set(key, value);
      }
      for (const metric of metrics as Metric[]) {
        if (!NAME.test(metric.key) || typeof metric.value !== "number") invalid(`metric ${metric.key}`);
        if (!Number.isSafeInteger(metric.timestamp) || !Number.isSafeInteger(metric.step)) {
          invalid(`when of ${metric.key}`);
        }
        run.metrics.push(metric);
      }
      setTags(run, tags);
      return {};
    },
    "POST runs/update": ({ run_id, status, end_time }) => {
      if (!["RUNNING", "FINISHED", "FAILED", "KILLED"].includes(status)) invalid(`status ${status}`);
      const run = runOf(run_id);
      Object.assign(run, { status, end: end_time });
      return { run_info: shown(run).info };
    },
  };
  const json = (value: unknown, status = 200) => Response.json(value, { status });
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
    const { pathname, searchParams } = new URL(request.url),
      [, path] = /^\/api\/2\.0\/mlflow\/(.*)$/.exec(pathname) ?? [];
    const name = `${request.method} ${path}`, body = request.method === "GET" ? null : await request.text();
    requests.push(name);
    const status = await mock.trouble(name);
    if (status !== undefined) return json({ error_code: "TEMPORARILY_UNAVAILABLE", message: "in trouble" }, status);
    const answer = answers[name];
    if (!answer) return new Response("Not Found", { status: 404 });
    if ((body?.length ?? 0) > 2 ** 20) return json({ error_code: "BAD_REQUEST", message: "more than 1 MB" }, 400);
    try {
      const done = answer(body === null ? Object.fromEntries(searchParams) : JSON.parse(body));
      return mock.loses(name) ? json({ error_code: "BAD_GATEWAY" }, 502) : json(done);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      return json(
        { error_code: error.code, message: error.message },
        error.code === "RESOURCE_DOES_NOT_EXIST" ? 404 : 400,
      );
    }
  });
  const mock: MockServer = {
    uri: `http://127.0.0.1:${server.addr.port}`,
    experiments,
    runs,
    requests,
    trouble: () => undefined,
    loses: () => false,
    close: () => server.shutdown(),
  };
  return mock;
}
