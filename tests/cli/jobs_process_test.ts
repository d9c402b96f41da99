/// Sweeps in several processes: crashes with their logs, the first failure, the summary.
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { denoCommand } from "../../experiments/child_flags.ts";
import { openStore } from "../../experiments/store.ts";

const root = decodeURIComponent(new URL("../../", import.meta.url).pathname);

/** An augmentation that behaves as a file says: it fills the memory, fails, sleeps, or does nothing. */
const PLUGIN = (mood: string) => `
import { z } from "zod";
import { defineAugmentation } from "${root}datasets/mod.ts";
export const moody = defineAugmentation({
  name: "moody",
  version: "1.0.0",
  summary: "Fails when told to",
  reference: "https://example.org/moody",
  params: z.strictObject({}),
  create: () => (image) => {
    const text = Deno.readTextFileSync(${JSON.stringify(mood)});
    if (text === "fail") throw new Error("Cannot augment: it was told to fail");
    if (text === "calm") return image;
    if (text === "sleep") return Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 120_000), image;
    console.error("about to burst");
    const all = [];
    for (;;) all.push(new Array(1000).fill(0).map((x) => ({ x })));
  },
});
`;

const MANIFEST = (seeds: number) => `
name: moods
plugins: [./moody.ts]
seeds: ${JSON.stringify(Array.from({ length: seeds }, (_, i) => i))}
backend: cpu
data: { train: { reader: synthetic-faces, identities: 3, perIdentity: 4, size: [8, 8], channels: 1 } }
backbone: { name: convnet, blocks: 1, width: 2, embedding: 4 }
head: { name: norm-softmax, s: 8 }
schedule: { name: step, lr: 0.01 }
evaluate: []
ablation:
  rows:
    - { label: moody, train: { steps: 2, batchSize: 4, augment: [{ name: moody }] } }
    - { label: calm, train: { steps: 2, batchSize: 4 } }
`;

async function inFolder(
  seeds: number,
  body: (folder: string, mood: (text: string) => Promise<void>) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${folder}/moody.ts`, PLUGIN(`${folder}/mood.txt`));
    await Deno.writeTextFile(`${folder}/m.yaml`, MANIFEST(seeds));
    await body(folder, (text) => Deno.writeTextFile(`${folder}/mood.txt`, text));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** The command that trains the sweep of a folder. */
async function command(folder: string, flags: readonly string[]): Promise<Deno.Command> {
  const words = `--config=${root}deno.json ${root}cli.ts ablate ${folder}/m.yaml --workers 0`.split(" ");
  return new Deno.Command(await denoCommand(), {
    args: ["run", "-A", "--quiet", "--no-check", ...words, `--out=${folder}/results`, ...flags],
    env: { DENO_V8_FLAGS: "--max-old-space-size=160" },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  });
}

async function ablate(folder: string, ...flags: readonly string[]) {
  const { code, stdout, stderr } = await (await command(folder, flags)).output();
  return { code, out: new TextDecoder().decode(stdout), err: new TextDecoder().decode(stderr) };
}

Deno.test("ablate --jobs records a run that fills the memory as failed, with its log, until it is trained again", () =>
  inFolder(1, async (folder, mood) => {
    await mood("burst");
    const burst = await ablate(folder, "--jobs", "2");
    assertEquals(burst.code, 70, burst.err);
    assertStringIncludes(burst.err, "2 runs: 1 completed, 1 failed");
    const store = openStore(`${folder}/results`),
      record = async (row: string) => (await store.records("moods")).records.find((one) => one.row === row)!;
    const { id, status, error } = await record("moody");
    assertEquals([status, (await record("calm")).status], ["failed", "completed"]);
    assertMatch(error!, /^Cannot finish the run: its process .*, because JavaScript's heap was full: .*about to burst/);
    // The whole message, not only what a table has room for.
    assertStringIncludes(burst.err, `moody, seed 0: failed: ${error}`);
    const log = `${folder}/results/moods/${id}/log.txt`;
    assertMatch(await Deno.readTextFile(log), /^about to burst\n[^]*out of memory/);

    await mood("calm");
    const again = await ablate(folder, "--jobs", "2");
    assertEquals([again.code, (await record("moody")).status], [0, "completed"], again.err);
    assertEquals(await Deno.stat(log).catch((error) => error.name), "NotFound");
  }));

Deno.test("ablate says that runs fail in the same way, and --fail-fast stops at the first, with and without --jobs", () =>
  inFolder(4, async (folder, mood) => {
    await mood("fail");
    const all = await ablate(folder);
    assertEquals(all.code, 70);
    assertEquals(all.err.match(/Cannot augment: it was told to fail/g)?.length, 4);
    assertMatch(all.err, /3 runs have failed in the same way, one after the other, and 5 are still to end/);
    await Deno.remove(`${folder}/results`, { recursive: true });
    for (const flags of [["--fail-fast"], ["--fail-fast", "--jobs", "1", "--json"]]) {
      const first = await ablate(folder, ...flags), json = flags.includes("--json");
      assertEquals(first.code, 70, first.err);
      assertStringIncludes(first.err, "Stopping at the first failure");
      assertEquals((await openStore(`${folder}/results`).records("moods")).records.length, 1);
      if (!json) {
        assertStringIncludes(first.err, "8 runs: 1 failed, 7 not begun here");
        continue;
      }
      const events = first.out.trim().split("\n").map((line) => JSON.parse(line));
      assertEquals(events.at(-2), {
        type: "summary",
        runs: 8,
        ended: { failed: 1 },
        interrupted: 0,
        left: 7,
        code: 70,
      });
      assertEquals(events.at(-1).type, "table");
      assert(events.some(({ type, record }) => type === "end" && record.error.includes("told to fail")));
    }
  }));

Deno.test("ablate --jobs ends at once at a second signal that is no copy of the first, and so do runs that are deep in a step", () =>
  inFolder(1, async (folder, mood) => {
    await mood("sleep");
    const child = (await command(folder, ["--jobs", "1"])).spawn(), printed: string[] = [];
    const drained = child.stdout.pipeTo(new WritableStream());
    const sent = new Set<string>();
    for await (const part of child.stderr.pipeThrough(new TextDecoderStream())) {
      printed.push(part);
      for (const text of ["2 steps", "to stop at once"]) {
        if (sent.has(text) || !printed.join("").includes(text)) continue;
        if (sent.size > 0) await new Promise((resolve) => setTimeout(resolve, 2000));
        sent.add(text);
        child.kill("SIGINT");
      }
    }
    await drained;
    assertEquals([(await child.status).code, sent.size], [130, 2], printed.join(""));
    // The run is free again: whoever trained it is dead.
    const store = openStore(`${folder}/results`), plan = await store.readPlan("moods");
    const run = await store.folder("moods", plan!.runs[0]!.id);
    for (let tries = 0; tries < 200; tries++) {
      if (await run.claim().then(() => true, () => false)) break;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    await run.release();
    assertEquals(await run.claim(), undefined);
    await run.release();
  }));
