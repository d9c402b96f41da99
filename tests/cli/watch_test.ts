/// The live view: what a page is told while a sweep runs, and who is told nothing.
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { readPlan } from "../../experiments/store.ts";
import { openStore } from "../../experiments/store.ts";
import { type LiveServer, serveLive } from "../../cli/watch/server.ts";
import { SweepWatcher } from "../../cli/watch/watcher.ts";
import { listenTo } from "./event_stream.ts";
import { cli, inFolder, TINY } from "./in_folder.ts";

const LABEL = '"<img src=x onerror=alert(1)>"';
const HOSTILE = TINY.replace("label: NS,", `label: ${LABEL},`).replace("baseline: NS", `baseline: ${LABEL}`);

interface Watched {
  readonly folder: string;
  readonly server: LiveServer;
  readonly url: string;
  /** Stores the plan; gives the folders of its runs. */
  plan(): Promise<string[]>;
}

/** Serves the results folder of `tiny`, which is not there yet. */
async function watching(act: (watched: Watched) => Promise<void>, manifest = TINY): Promise<void> {
  await inFolder(async (folder) => {
    const store = openStore(`${folder}/results`), watcher = new SweepWatcher(store, "tiny");
    const server = serveLive({ experiment: "tiny", look: () => watcher.look(), port: 0, interval: 20 });
    const plan = async () => {
      await cli("plan", `${folder}/tiny.yaml`, "--out", `${folder}/plan.json`);
      const frozen = (await readPlan(`${folder}/plan.json`))!;
      await store.writePlan(frozen);
      const folders = frozen.runs.map(({ id }) => `${folder}/results/tiny/${id}`);
      for (const path of folders) await Deno.mkdir(path, { recursive: true });
      return folders;
    };
    try {
      await act({ folder, server, url: `http://127.0.0.1:${server.port}`, plan });
    } finally {
      await server.close();
    }
  }, manifest);
}

const line = (step: number) => JSON.stringify({ step, loss: 4 / step, seconds: step }) + "\n";

Deno.test("watch tells of a plan that appears, of what a run writes, and of what it takes back", () =>
  watching(async ({ url, plan }) => {
    const events = await listenTo(`${url}/events`);
    assertEquals((await events.next()).data.head.plan, null);
    const [first, second] = await plan() as [string, string];
    const planned = (await events.next()).data;
    assertEquals([planned.head.counts, planned.runs.length], [{ waiting: 2 }, 2]);
    await Deno.writeTextFile(`${first}/history.jsonl`, line(1) + line(2) + '{"step":3,');
    const { runs } = (await events.next()).data;
    assertEquals(
      runs.map(({ id, step, steps, curve }: { id: string; step: number; steps: number; curve: unknown }) => [
        first.endsWith(id),
        step,
        steps,
        curve,
      ]),
      [[true, 2, 3, [[1, 4], [2, 2]]]],
    );
    await Deno.remove(`${first}/history.jsonl`);
    await Deno.writeTextFile(`${first}/history.jsonl`, line(1));
    let step = 2;
    while (step !== 1) step = (await events.next()).data.runs[0].step;
    await Deno.writeTextFile(`${second}/history.jsonl`, "garbage\n");
    assertStringIncludes((await events.next()).data.runs[0].error, "Cannot read a line of history.jsonl");
    await events.close();
  }));

Deno.test("watch shows how runs ended, with the table so far, and what a record says as text", () =>
  watching(async ({ folder, url }) => {
    assertEquals((await cli("ablate", `${folder}/tiny.yaml`, "--quiet", "--out", `${folder}/results`)).code, 0);
    const events = await listenTo(`${url}/events`), { head, runs, table } = (await events.next()).data;
    assertEquals(head.counts, { done: 2 });
    assertEquals(runs.map(({ state, step }: { state: string; step: number }) => [state, step]), [["done", 3], [
      "done",
      3,
    ]]);
    assertStringIncludes(table, "&lt;img src=x onerror=alert(1)&gt;");
    assert(!table.includes("<img"));
    const record = `${folder}/results/tiny/${runs[1].id}/record.json`, text = await Deno.readTextFile(record);
    const failed = { ...JSON.parse(text), status: "failed", error: "the <b>disk</b> is full", metrics: [] };
    await Deno.writeTextFile(record, JSON.stringify(failed));
    const news = (await events.next()).data;
    assertEquals([news.head.counts, news.runs.length], [{ done: 1, failed: 1 }, 1]);
    assertEquals(news.runs[0].error, "the <b>disk</b> is full");
    await Deno.writeTextFile(record, "{");
    assertStringIncludes((await events.next()).data.head.problems[0], "record.json");
    await events.close();
  }, HOSTILE));

Deno.test("watch gives one that comes back what it has missed, and everything after a restart", () =>
  watching(async ({ url, plan }) => {
    const [first] = await plan(), before = await listenTo(`${url}/events`), { id } = await before.next();
    await before.close();
    await Deno.writeTextFile(`${first}/history.jsonl`, line(1));
    const back = await listenTo(`${url}/events`, id), missed = (await back.next()).data;
    assertEquals([missed.runs.length, "table" in missed], [1, false]);
    await back.close();
    const other = await listenTo(`${url}/events`, id!.replace(/^\w+/, "00000000")),
      { runs, table } = (await other.next()).data;
    assertEquals([runs.length, typeof table], [2, "string"]);
    await other.close();
  }));

Deno.test("watch answers GET for its own name alone, with a policy that lets the page do nothing else", () =>
  watching(async ({ url, server: { port } }) => {
    const page = await fetch(url), text = await page.text();
    assertStringIncludes(page.headers.get("content-security-policy")!, "default-src 'none'");
    for (const [, path] of text.matchAll(/(?:src|href)="(\/[^"]+)"/g)) {
      const file = await fetch(url + path);
      assertEquals([path, file.status, (await file.text()).length > 100], [path, 200, true]);
    }
    for (const method of ["POST", "PUT", "DELETE"]) {
      const refused = await fetch(`${url}/events`, { method });
      assertEquals([refused.status, refused.headers.get("allow")], [405, "GET"]);
      await refused.body?.cancel();
    }
    const absent = await fetch(`${url}/..%2f..%2fetc/passwd`);
    assertEquals(absent.status, 404);
    await absent.body?.cancel();
    assertEquals([await statusFor(port, `127.0.0.1:${port}`), await statusFor(port, `localhost:${port}`)], [200, 200]);
    assertEquals([await statusFor(port, "evil.example"), await statusFor(port, `evil.example:${port}`)], [403, 403]);
  }));

/** The status of an answer to a request under another name. */
async function statusFor(port: number, host: string): Promise<number> {
  using connection = await Deno.connect({ hostname: "127.0.0.1", port });
  await connection.write(new TextEncoder().encode(`GET / HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`));
  let text = "";
  for await (const part of connection.readable) text += new TextDecoder().decode(part);
  return Number(text.split(" ")[1]);
}

Deno.test("watch says what to do where the port is taken", () =>
  watching(async ({ server: { port } }) => {
    const { code, err } = await cli("watch", "tiny", "--port", `${port}`);
    assertEquals(code, 2);
    assertStringIncludes(err, `Cannot serve: port ${port} is taken; name another with --port, or 0`);
  }));

Deno.test("the task watch may do what it needs, and serves at the address that it tells", () =>
  inFolder(async (folder) => {
    const root = new URL("../../", import.meta.url).pathname;
    const { tasks } = JSON.parse(await Deno.readTextFile(`${root}deno.json`));
    const [, ...flags] = tasks.watch.command.replace("cli.ts", `--config=${root}deno.json ${root}cli.ts`).split(" ");
    const child = new Deno.Command("deno", { args: [...flags, "soon", "--port", "0"], cwd: folder, stdout: "piped" })
      .spawn();
    const lines = child.stdout.pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>);
    const reader = lines.getReader(), told = (await reader.read()).value ?? "";
    const url = /http:\/\/127\.0\.0\.1:\d+/.exec(told)?.[0];
    assertStringIncludes(told, "Watching results/soon at http://127.0.0.1:");
    const events = await listenTo(`${url}/events`);
    assertEquals((await events.next()).data.head.plan, null);
    await events.close();
    child.kill("SIGKILL");
    await child.status;
    await reader.cancel();
  }));
