/// Runs sent to a strict tracking server: what arrives, once, and what becomes of a server that is away.
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { sinkMeans } from "../../experiments/sink_means.ts";
import { type LoggedRun, type LoggedStep, mlflow } from "../../sinks/mod.ts";
import { inTemporary, trainLogged } from "./logged_run.ts";
import { type MockServer, startMlflow } from "./mlflow_server.ts";

async function withServer(act: (server: MockServer) => Promise<void>): Promise<void> {
  const server = startMlflow();
  try {
    await act(server);
  } finally {
    await server.close();
  }
}

const section = (uri: string, patience = 20) => ({ name: "mlflow", uri, experiment: null, patience });

const run: LoggedRun = {
  ...{
    experiment: "my margins",
    id: "0123456789ab",
    row: "ArcFace",
    seed: 0,
    steps: 5000,
    backend: "wasm",
    commit: null,
  },
  manifest: { head: { name: "arcface", m: 0.5 }, note: "", seed: 0 },
  startedAt: 1_700_000_000.25,
  history: [],
};
const step = (step: number): LoggedStep => ({
  ...{ step, loss: 1 / step, learningRate: 0.1, gradientNorm: step === 2 ? Infinity : 1, seconds: step / 2 },
  statistics: { "far@1e-3": step },
});
const end = { ...{ status: "completed", error: null, step: 3, finishedAt: 1_700_000_009 }, targetAngles: [] };
const metrics = [{ evaluation: "unseen", name: "tar@1e-3", value: 0.5 }, {
  evaluation: "unseen",
  name: "x",
  value: null,
}];

/** Opens the sink on one run, for which time runs fast; gives what it told. */
function open(uri: string, patience = 5000) {
  const told: string[] = [], files = { read: () => Promise.resolve(undefined), write: nothing, append: nothing };
  const means = sinkMeans(files, (text) => told.push(text));
  const wait = (milliseconds: number, signal?: AbortSignal) => means.wait(milliseconds / 500, signal);
  return { told, sink: mlflow.open({ uri, experiment: null, patience }, { ...means, wait }) };
}
const nothing = () => Promise.resolve();

Deno.test("mlflow sends a run that trains, and the training is the same as without it", () =>
  withServer((server) =>
    inTemporary(async (root) => {
      const logged = await trainLogged(`${root}/with`, [section(server.uri)]),
        plain = await trainLogged(`${root}/without`, []);
      assertEquals(logged.events.filter(({ type }) => type === "sink"), []);
      const [sent, ...others] = server.runs, record = (await logged.folder.readRecord())!;
      assertEquals([others, sent!.status, sent!.name], [[], "FINISHED", "../Arc/Face, seed 0"]);
      assertEquals([...server.experiments.keys()], ["test"]);
      assertEquals([sent!.params.get("head.m"), sent!.params.get("row")], ["0.3", "../Arc/Face"]);
      const losses = sent!.metrics.filter(({ key }) => key === "train/loss").map(({ step, value }) => [step, value]);
      assertEquals(losses, (await logged.folder.readHistory()).map(({ step, loss }) => [step, loss]));
      const accuracy = record.metrics.find(({ name }) => name === "accuracy")!.value;
      assertEquals(sent!.metrics.find(({ key }) => key === "unseen/accuracy")?.value, accuracy);
      assertEquals((await plain.folder.readRecord())!.diagnostics, record.diagnostics);
    })
  ));

Deno.test("mlflow takes names, times and numbers that MLflow takes, in batches that it takes", () =>
  withServer(async (server) => {
    const { told, sink } = open(server.uri), history = Array.from({ length: 2000 }, (_, i) => step(i + 1));
    await sink.begin({ ...run, history });
    await sink.end({ ...end, step: 2000, metrics });
    await sink.close!();
    assertEquals(told, []);
    const [{ metrics: sent, start, end: ended, params }] = server.runs as [typeof server.runs[0]];
    assertEquals(sent.length, 4 * 2000 - 1 + 1);
    assertEquals(sent[0], { key: "train/loss", value: 1, timestamp: 1_700_000_000_750, step: 1 });
    assertEquals(sent.at(-1), { key: "unseen/tar_1e-3", value: 0.5, timestamp: 1_700_000_009_000, step: 2000 });
    assertEquals([start, ended], [1_700_000_000_250, 1_700_000_009_000]);
    assertEquals([params.get("note"), params.has("head.m")], ['""', true]);
    assertEquals(server.requests.filter((request) => request === "POST runs/log-batch").length < 20, true);
  }));

Deno.test("mlflow sends each step once where a run goes on, and says that it was interrupted meanwhile", () =>
  withServer(async (server) => {
    const first = open(server.uri);
    await first.sink.begin(run);
    for (const n of [1, 2]) await first.sink.step(step(n));
    await first.sink.close!();
    assertEquals(server.runs[0]!.status, "KILLED");
    for (const again of [0, 1]) {
      const next = open(server.uri);
      await next.sink.begin({ ...run, row: "renamed", startedAt: run.startedAt + 1000, history: [1, 2].map(step) });
      await next.sink.step(step(3));
      await next.sink.end({ ...end, metrics });
      await next.sink.close!();
      assertEquals([next.told, again], [[], again]);
    }
    const losses = server.runs[0]!.metrics.filter(({ key }) => key === "train/loss");
    assertEquals(losses.map(({ step, timestamp }) => [step, timestamp - server.runs[0]!.start]), [[1, 500], [2, 1000], [
      3,
      1500,
    ]]);
    assertEquals(server.runs[0]!.metrics.filter(({ key }) => key === "unseen/tar_1e-3").length, 1);
    assertEquals([server.runs.length, server.runs[0]!.status], [1, "FINISHED"]);
  }));

Deno.test("mlflow goes on with a server that was in trouble, tells it once, and makes no second run", () =>
  withServer(async (server) => {
    const failed = new Set<string>(), lost = new Set<string>();
    // The first request of each kind fails, and the answer to the second one is lost.
    server.trouble = (request) => failed.size < failed.add(request).size ? 503 : undefined;
    server.loses = (request) => lost.size < lost.add(request).size;
    const { told, sink } = open(server.uri);
    await sink.begin(run);
    await sink.step(step(1));
    await sink.end({ ...end, metrics });
    await sink.close!();
    assertEquals([server.runs.length, server.runs[0]!.status], [1, "FINISHED"]);
    assertEquals(server.runs[0]!.params.get("head.m"), "0.5");
    assertEquals(told.length, 1);
    assertMatch(told[0]!, /^Cannot reach .* \(Cannot send: the server says 503 in trouble\); training goes on/);
  }));

Deno.test("mlflow never holds a run up: a server that is not there costs its patience at the end, and is told", () =>
  inTemporary(async (root) => {
    const server = startMlflow(), { uri } = server;
    await server.close();
    const begin = performance.now();
    const { events } = await trainLogged(root, [section(uri, 0.2)]), last = events.at(-1)!;
    const told = events.flatMap((event) => event.type === "sink" ? [event.text] : []);
    assertEquals(last.type === "end" && last.record.status, "completed");
    assertEquals(told.length, 2);
    assertMatch(
      told[0]!,
      /^Cannot reach http:.*refused.*training goes on, and what is missed is sent when it answers$/,
    );
    assertMatch(told[1]!, /^3 steps and how the run ended were not sent to http:.*deno task log-net sends them/);
    assert(performance.now() - begin < 60_000);
  }));

Deno.test("mlflow gives up a request that is never answered", () =>
  withServer(async (server) => {
    const stuck = Promise.withResolvers<number>();
    server.trouble = () => stuck.promise;
    const { told, sink } = open(server.uri, 50);
    await sink.begin(run);
    await sink.step(step(1));
    await sink.close!();
    assertMatch(told.join("\n"), /^1 steps and how the run ended were not sent to .*, it is slow; /);
    stuck.resolve(503);
  }));

Deno.test("mlflow stops at what the server refuses, and says what that is", () =>
  withServer(async (server) => {
    server.trouble = (request) => request === "POST runs/create" ? 403 : undefined;
    const { told, sink } = open(server.uri);
    await sink.begin(run);
    await sink.close!();
    assertEquals(told[0], "Cannot send to MLflow: the server says 403 in trouble; training goes on without it");
    assertStringIncludes(told[1]!, "were not sent");
    const other = open(`${server.uri}/elsewhere`);
    await other.sink.begin(run);
    await other.sink.close!();
    assertStringIncludes(other.told[0]!, "the server says 404 Not Found");
  }));

Deno.test("mlflow refuses addresses with credentials, which would stand in plan.json, and names its host", () => {
  for (const uri of ["127.0.0.1:5000", "ftp://host", "http://me:secret@host", "http://host/?token=1"]) {
    assertEquals(mlflow.params.safeParse({ uri }).success, false, uri);
  }
  const hosts = ["http://127.0.0.1:5000", "https://mlflow.example/base", "http://host"].map((uri) =>
    mlflow.hosts!(mlflow.params.parse({ uri }))
  );
  assertEquals(hosts, [["127.0.0.1:5000"], ["mlflow.example:443"], ["host:80"]]);
});
