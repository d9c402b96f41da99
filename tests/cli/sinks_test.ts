/// Sinks on the command line: children hear them too, runs that ended are told again, and the network is asked for.
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { commandsFor } from "../../cli/launch/command.ts";
import { loadPlan } from "../../cli/load.ts";
import { checkSinkHosts, withoutLog } from "../../cli/sinks.ts";
import { builtins } from "../../registry/mod.ts";
import { readEvents, stepsOf } from "../sinks/event_file.ts";
import { type MockServer, startMlflow } from "../sinks/mlflow_server.ts";
import { cli, inFolder, TINY } from "./in_folder.ts";

/** Works in a folder whose manifest logs to a server, at every step. */
async function withServer(act: (folder: string, server: MockServer) => Promise<void>): Promise<void> {
  const server = startMlflow();
  const log = `output: { logEvery: 1, log: [{ name: mlflow, uri: "${server.uri}", patience: 60 }] }\n`;
  try {
    await inFolder((folder) => act(folder, server), TINY + log);
  } finally {
    await server.close();
  }
}

const losses = ({ metrics }: MockServer["runs"][0]) =>
  metrics.filter(({ key }) => key === "train/loss").map(({ step }) => step);

Deno.test("ablate --jobs gives its children the hosts of the sinks, and log sends nothing twice", () =>
  withServer(async (folder, server) => {
    const flags = ["--out", `${folder}/results`],
      plain = await cli("ablate", `${folder}/tiny.yaml`, "--no-log", ...flags);
    assertEquals([plain.code, server.requests.length], [0, 0], plain.err);
    await Deno.remove(`${folder}/results`, { recursive: true });
    const { code, err } = await cli("ablate", `${folder}/tiny.yaml`, "--jobs", "1", "--blas", "none", ...flags);
    assertEquals([code, err.includes("mlflow:")], [0, false], err);
    assertEquals(server.runs.map(({ name, status }) => [name, status]).sort(), [
      ["ArcFace, seed 0", "FINISHED"],
      ["NS, seed 0", "FINISHED"],
    ]);
    const again = await cli("log", "tiny", ...flags);
    assertEquals([again.code, again.out], [0, "mlflow: 2 of 2 runs of tiny\n"], again.err);
    assertEquals(server.runs.map(losses), [[1, 2, 3], [1, 2, 3]]);
  }));

Deno.test("log writes for a sink that a sweep did not have, and fails where a server takes nothing", () =>
  inFolder(async (folder) => {
    const flags = ["--out", `${folder}/results`];
    assertEquals((await cli("ablate", `${folder}/tiny.yaml`, "--quiet", ...flags)).code, 0);
    const none = await cli("log", "tiny", ...flags);
    assertEquals(none.code, 2);
    assertStringIncludes(none.err, "its plan names no sink; name one with --sink");
    const { code, out, err } = await cli("log", "tiny", "--sink", "tensorboard", ...flags);
    assertEquals([code, out], [0, "tensorboard: 2 of 2 runs of tiny\n"], err);
    const [{ name: id }] = [...Deno.readDirSync(`${folder}/results/tiny`)].filter(({ name }) =>
      /^\w{12}$/.test(name)
    ) as [
      Deno.DirEntry,
    ];
    const place = `${folder}/results/tiny/${id}/tensorboard`,
      [{ name }] = [...Deno.readDirSync(place)] as [Deno.DirEntry];
    const events = readEvents(await Deno.readFile(`${place}/${name}/events.out.tfevents.${id}`));
    assertEquals(stepsOf(events, "train/loss"), [3]);
    assertEquals(stepsOf(events, "unseen/accuracy"), [3]);
    const server = startMlflow();
    await server.close();
    const away = await cli("log", "tiny", "--sink", `{ name: mlflow, uri: "${server.uri}", patience: 0.1 }`, ...flags);
    assertEquals([away.code, away.out], [70, "mlflow: 0 of 2 runs of tiny\n"]);
    assertStringIncludes(away.err, "NS, seed 0: mlflow: 1 steps and how the run ended were not sent");
  }));

Deno.test({
  name: "checkSinkHosts() says what to start where a process may not reach a host",
  permissions: { net: false },
  fn: async () => {
    const choose = (uri: string) => {
      const tensorboard = { name: "tensorboard", histograms: true, parameters: true };
      const section = { name: "mlflow", uri, experiment: null, patience: 1 };
      const output = { logEvery: 1, checkpointEvery: 0, weights: false, log: [tensorboard, section] };
      return { output, registries: builtins() };
    };
    const told = async (uri: string, args: string[]) =>
      (await assertRejects(() => checkSinkHosts(choose(uri), args))).message.split("\n  ");
    const [why, local] = await told("http://127.0.0.1:5000", ["ablate", "my own.yaml", "--jobs", "2"]);
    assertStringIncludes(why!, "Cannot log to mlflow: this process may not reach 127.0.0.1:5000; start this");
    assertEquals(local, "deno task ablate-net 'my own.yaml' --jobs 2");
    const [, far] = await told("https://mlflow.example", ["run", "--plan", "plan.json"]);
    assert(far!.startsWith("deno run --allow-net=mlflow.example:443 --no-prompt --allow-read"), far);
    assert(far!.endsWith(" cli.ts run --plan plan.json"), far);
    await checkSinkHosts({ ...choose("http://127.0.0.1:5000"), output: { ...choose("http://h").output, log: [] } });
  },
});

Deno.test("commandsFor() gives the tasks of a scheduler the hosts of the sinks, and no other network", () =>
  inFolder(async (folder) => {
    const plan = `${folder}/plan.json`, options = { set: [], data: "data", out: "results" };
    assertEquals((await cli("plan", `${folder}/tiny.yaml`, "--out", plan)).code, 0);
    const sweep = await loadPlan(plan, options), program = { deno: "deno", folder };
    const { run, collate } = await commandsFor(sweep, plan, options, program);
    const net = (words: readonly string[]) => words.filter((word) => /net|no-log/.test(word));
    assertEquals([net(run), net(collate)], [["--allow-net=127.0.0.1:5000"], []]);
    const output = withoutLog(sweep.output, { log: false });
    const silent = await commandsFor({ ...sweep, output }, plan, { ...options, log: false }, program);
    assertEquals([net(silent.run), net(silent.collate)], [["--no-log"], []]);
  }, `${TINY}output: { log: [{ name: mlflow, uri: "http://127.0.0.1:5000" }] }\n`));
