/// An array on a real Slurm, with a task that is preempted and one that is killed:
///
///     deno task test-slurm
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { type Cluster, startSlurm, wait, whyNoSlurm } from "./cluster.ts";

const root = new URL("../../", import.meta.url).pathname;

const MANIFEST = `
name: many
seeds: [0, 1, 2, 3]
backend: wasm
data: { train: { reader: synthetic-faces, identities: 8, perIdentity: 8, size: [16, 16], channels: 1 } }
backbone: { name: convnet, blocks: 2, width: 4, embedding: 8 }
head: { name: norm-softmax, s: 8 }
schedule: { name: step, lr: 0.05 }
train: { steps: 400, batchSize: 8 }
output: { logEvery: 10 }
evaluate:
  - name: unseen
    protocol: verification
    data: { reader: synthetic-face-pairs, identities: 8, perIdentity: 4, folds: 2, perFold: 8, size: [16, 16], channels: 1 }
ablation:
  rows:
    - { label: NS, head: { name: norm-softmax, s: 8 } }
    - { label: ArcFace, head: { name: arcface, m: 0.3, s: 8 } }
    - { label: CosFace, head: { name: cosface, m: 0.2, s: 8 } }
table: { columns: [unseen.accuracy], baseline: NS }
`;

interface Run {
  readonly index: number;
  readonly state: string;
  readonly step?: number;
  readonly holder?: string;
  readonly job?: string;
}

/** One command of ours in a folder; gives its output and messages. */
async function ours(folder: string, { env }: Cluster, ...args: string[]): Promise<string> {
  const words = ["run", "-A", "--quiet", `--config=${root}deno.json`, `${root}cli.ts`, ...args];
  const { code, stdout, stderr } = await new Deno.Command("deno", { args: words, cwd: folder, env, stdin: "null" })
    .output();
  const [out, err] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  assertEquals(code, 0, `${out}${err}`);
  return out! + err!;
}

/** Asks until there is an answer, three minutes at most. */
async function until<T>(ask: () => Promise<T | undefined>): Promise<T> {
  for (const end = Date.now() + 180_000; Date.now() < end; await wait(300)) {
    const found = await ask();
    if (found !== undefined) return found;
  }
  throw new Error("Cannot go on: what was waited for did not happen in three minutes");
}

const why = await whyNoSlurm();

Deno.test({
  name: `ablate --launcher slurm: preempted and killed tasks, then the full table, on a real Slurm${
    why ? ` (needs ${why})` : ""
  }`,
  ignore: why !== undefined,
  async fn() {
    const scratch = await Deno.makeTempDir(), folder = `${scratch}/it's a "dir"`;
    await Deno.mkdir(folder);
    await Deno.writeTextFile(`${folder}/many.yaml`, MANIFEST);
    const cluster = await startSlurm(scratch);
    try {
      await check(folder, cluster);
    } finally {
      await cluster.stop();
      await Deno.remove(scratch, { recursive: true });
    }
  },
});

async function check(folder: string, cluster: Cluster): Promise<void> {
  const submit = () =>
    ours(
      folder,
      cluster,
      "ablate",
      "many.yaml",
      "--launcher",
      "slurm",
      "--blas",
      "none",
      "--time",
      "30",
      "--out",
      "my out",
    );
  const status = async (): Promise<Run[]> =>
    JSON.parse(await ours(folder, cluster, "status", "my out/many", "--json")).runs;
  const ended = async () => (await cluster.run("squeue", "--noheader")).trim() === "" || undefined;
  const table = async () => {
    for await (const { name } of Deno.readDir(`${folder}/my out/many/launch`)) {
      return await Deno.readTextFile(`${folder}/my out/many/launch/${name}/collate.out`);
    }
  };

  assertStringIncludes(await submit(), "12 to submit");
  assertStringIncludes(await submit(), "12 queued or running, 0 to submit");

  const training = (run: Run) => run.holder !== undefined && (run.step ?? 0) > 0;
  const preempted = await until(async () => (await status()).find(training));
  await cluster.run("scontrol", "requeue", preempted.job!);
  const killed = await until(async () =>
    (await status()).find((run) => training(run) && run.index !== preempted.index)
  );
  Deno.kill(Number(/\bpid (\d+)/.exec(killed.holder!)![1]), "SIGKILL");
  // Slurm holds a task that was put back for two minutes.
  await until(async () =>
    (await cluster.run("squeue", "--noheader", "--array", "--states=PENDING", "--format=%i"))
      .split("\n").includes(preempted.job!) || undefined
  );
  await cluster.run("scontrol", "update", `jobid=${preempted.job}`, "StartTime=now");
  await until(ended);

  const after = await status();
  assertEquals(after.filter(({ state }) => state !== "done").map(({ index }) => index), [killed.index]);
  assertStringIncludes((await table())!, `1 of 12 runs to do: --array=${killed.index}\n`);

  const again = await submit();
  assertStringIncludes(again, "12 runs, 11 done, 0 queued or running, 1 to submit");
  await until(ended);
  assert((await status()).every(({ state }) => state === "done"));
  const text = (await table())!;
  for (const row of ["NS", "ArcFace", "CosFace"]) assertStringIncludes(text, `| ${row} `);
  assert(!text.includes("runs to do"), text);

  const before = await cluster.run("squeue", "--noheader", "--states=all", "--array");
  assertStringIncludes(await submit(), "all 12 runs are done, nothing to submit");
  assertEquals(await cluster.run("squeue", "--noheader", "--states=all", "--array"), before);
}
