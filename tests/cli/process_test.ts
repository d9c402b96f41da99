/// Commands as processes: signals, several jobs, permissions.
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import project from "../../deno.json" with { type: "json" };
import { main } from "../../cli/program.ts";
import { openStore } from "../../experiments/store.ts";

const root = new URL("../../", import.meta.url).pathname;

const SLOW = (steps: number) => `
name: slow
seeds: [0]
backend: cpu
data: { train: { reader: synthetic-faces, identities: 3, perIdentity: 4, size: [8, 8], channels: 1 } }
backbone: { name: convnet, blocks: 1, width: 2, embedding: 4 }
head: { name: norm-softmax, s: 8 }
schedule: { name: step, lr: 0.01 }
train: { steps: ${steps}, batchSize: 4 }
output: { logEvery: 1000000 }
evaluate:
  - name: unseen
    protocol: verification
    data: { reader: synthetic-face-pairs, identities: 4, perIdentity: 3, folds: 2, perFold: 4, size: [8, 8], channels: 1 }
ablation:
  rows:
    - { label: NS, head: { name: norm-softmax, s: 8 } }
    - { label: ArcFace, head: { name: arcface, m: 0.3, s: 8 } }
`;

/** Starts a command with the flags that its task has in `deno.json`, writing below `folder` alone. */
function start(folder: string, command: "run" | "ablate", ...args: string[]): Deno.ChildProcess {
  return spawn(folder, command, args, "null");
}

function spawn(folder: string, command: "run" | "ablate", args: string[], stdin: "null" | "piped"): Deno.ChildProcess {
  const [program, ...flags] = project.tasks[command].command.split(" ").slice(0, -2);
  const narrowed = flags.map((flag) => flag === "--allow-write=results" ? `--allow-write=${folder}` : flag);
  assert(narrowed.includes(`--allow-write=${folder}`), "the task may write");
  return new Deno.Command(program!, {
    args: [...narrowed, `${root}cli.ts`, command, ...args, "--out", `${folder}/results`],
    stdin,
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

async function inFolder(steps: number, fn: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${folder}/slow.yaml`, SLOW(steps));
    await fn(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Sends a signal, and two copies of it, as a terminal and `deno task` both hand one Ctrl-C on. */
async function press(child: Deno.ChildProcess, signal: Deno.Signal): Promise<void> {
  for (let copy = 0; copy < 3; copy++) {
    try {
      child.kill(signal);
    } catch {
      return; // It has saved its work and ended.
    }
    // The kernel keeps one signal of a kind waiting: a copy must come later to arrive as one.
    await new Promise((resolve) => setTimeout(resolve, 15));
  }
}

/** Presses once `text` has been printed on standard error; gives the exit code and all that was printed. */
async function signalAt(child: Deno.ChildProcess, text: string, signal: Deno.Signal): Promise<[number, string]> {
  let printed = "", sent = false, pressed: Promise<void> | undefined;
  const drain = child.stdout.pipeTo(new WritableStream());
  for await (const part of child.stderr.pipeThrough(new TextDecoderStream())) {
    printed += part;
    if (!sent && printed.includes(text)) {
      sent = true;
      pressed = press(child, signal);
    }
  }
  await Promise.all([drain, pressed]);
  return [(await child.status).code, printed];
}

const MANY = 200_000;

for (const [signal, jobs] of [["SIGINT", 1], ["SIGTERM", 2]] as const) {
  Deno.test(`ablate --jobs ${jobs} on ${signal} writes checkpoints and exits 75`, () =>
    inFolder(MANY, async (folder) => {
      const child = start(folder, "ablate", `${folder}/slow.yaml`, "--jobs", String(jobs));
      const [code, printed] = await signalAt(child, `${MANY} steps`, signal);
      assertEquals(code, 75, printed);
      assertStringIncludes(printed, "checkpoint written");
      const store = openStore(`${folder}/results`);
      const plan = (await store.readPlan("slow"))!;
      // Another job may not have begun yet.
      const checkpoints = await Promise.all(
        plan.runs.map(async ({ id }) => await (await store.folder("slow", id)).readCheckpoint()),
      );
      assert(checkpoints.some((bytes) => bytes !== undefined && bytes.length > 0));
      assertEquals(await store.records("slow"), { records: [], problems: [] });
      let out = "";
      const io = { out: (text: string) => void (out += text), err: () => {}, terminal: false };
      await main(["plan", `${folder}/slow.yaml`, "--out", `${folder}/results`], io, () => {});
      assertStringIncludes(out, "interrupted");
    }));
}

Deno.test("a child saves its work once where the end of its input and signals ask for the same", () =>
  inFolder(MANY, async (folder) => {
    const args = [`${folder}/slow.yaml`, "--row", "NS", "--child", "--json"];
    const child = spawn(folder, "run", args, "piped"), log = new Response(child.stderr).text();
    let printed = "", pressed: Promise<unknown> | undefined;
    for await (const part of child.stdout.pipeThrough(new TextDecoderStream())) {
      printed += part;
      if (!pressed && printed.includes('"start"')) {
        pressed = Promise.all([press(child, "SIGINT"), child.stdin.close()]);
      }
    }
    await pressed;
    assertEquals((await child.status).code, 75, printed + await log);
    assertStringIncludes(printed, '"interrupted"');
  }));

Deno.test("ablate on SIGINT exits 70 where a run failed before", () =>
  inFolder(MANY, async (folder) => {
    const text = await Deno.readTextFile(`${folder}/slow.yaml`);
    const wild = "{ label: NS, schedule: { lr: 99 }, optimizer: { name: sgd, weightDecay: 1 }, train: { steps: 200 },";
    await Deno.writeTextFile(`${folder}/slow.yaml`, text.replace("{ label: NS,", wild));
    const child = start(folder, "ablate", `${folder}/slow.yaml`);
    const [code, printed] = await signalAt(child, `${MANY} steps`, "SIGINT");
    assertEquals(code, 70, printed);
    assertStringIncludes(printed, "checkpoint written");
  }));

Deno.test("ablate --jobs 2 on SIGKILL leaves no process behind, and the runs have saved their work", () =>
  inFolder(MANY, async (folder) => {
    const child = start(folder, "ablate", `${folder}/slow.yaml`, "--jobs", "2");
    await signalAt(child, `${MANY} steps`, "SIGKILL");
    const store = openStore(`${folder}/results`), plan = (await store.readPlan("slow"))!;
    const folders = await Promise.all(plan.runs.map(({ id }) => store.folder("slow", id)));
    const saved = () => Promise.all(folders.map((one) => one.hasCheckpoint()));
    for (let tries = 0; tries < 500 && !(await saved()).includes(true); tries++) await pause();
    assert((await saved()).includes(true), "a run wrote a checkpoint after its parent was killed");
    for (const one of folders) {
      // Nobody holds it any more.
      for (let tries = 0; tries < 500 && !await one.claim().then(() => true, () => false); tries++) await pause();
      await one.release();
    }
    assertEquals((await store.records("slow")).records, []);
  }));

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 20));
}

Deno.test("ablate --jobs 2 gives the same weights as ablate, with the permissions of a task", () =>
  inFolder(4, async (folder) => {
    const weights: (string | null)[][] = [];
    for (const jobs of ["1", "2"]) {
      const { code, stderr, stdout } = await start(folder, "ablate", `${folder}/slow.yaml`, "--jobs", jobs).output();
      assertEquals(code, 0, new TextDecoder().decode(stderr));
      assertStringIncludes(new TextDecoder().decode(stdout), "| ArcFace");
      const { records } = await openStore(`${folder}/results`).records("slow");
      weights.push(records.map(({ diagnostics }) => diagnostics.weightsSha256));
      await Deno.remove(`${folder}/results`, { recursive: true });
    }
    assertEquals(weights[0]!.length, 2);
    assertEquals(weights[1], weights[0]);
  }));

Deno.test("a folder that may not be written is one clear message, exit 2", () =>
  inFolder(4, async (folder) => {
    const args = [
      "run",
      "--quiet",
      "--no-prompt",
      "--allow-read",
      "--allow-env",
      `${root}cli.ts`,
      "ablate",
      `${folder}/slow.yaml`,
    ];
    const { code, stderr } = await new Deno.Command("deno", { args, stdin: "null" }).output();
    const text = new TextDecoder().decode(stderr);
    assertEquals(code, 2, text);
    assertStringIncludes(text, "--allow-write");
    assert(!/^\s+at /m.test(text), text);
  }));
