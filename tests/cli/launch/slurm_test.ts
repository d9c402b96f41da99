/// `--launcher slurm` against a Slurm in memory; tests/slurm/ has the real one.
import { assert, assertEquals, assertMatch, assertRejects, assertStringIncludes } from "@std/assert";
import type { Context } from "../../../cli/context.ts";
import { launch } from "../../../cli/launch/launch.ts";
import type { Processes } from "../../../cli/launch/processes.ts";
import { UsageError } from "../../../cli/exit.ts";
import type { FrozenPlan } from "../../../experiments/store.ts";
import { isThere } from "../../../experiments/store/atomic.ts";
import type { LaunchOptions } from "../../../cli/launch/options.ts";
import { loadSweep } from "../../../cli/load.ts";
import { readStatus } from "../../../cli/status_runs.ts";
import { LaunchBusyError, launchFolder } from "../../../experiments/launch/folder.ts";
import { sampleRecord } from "../../experiments/sample_record.ts";
import { FakeSlurm } from "./fake_slurm.ts";

const MANIFEST = `
name: faces
seeds: [0, 1, 2]
backend: wasm
data: { train: { reader: synthetic-faces, identities: 3, perIdentity: 4, size: [8, 8], channels: 1 } }
backbone: { name: convnet, blocks: 1, width: 2, embedding: 4 }
head: { name: norm-softmax, s: 8 }
schedule: { name: step, lr: 0.05 }
train: { steps: 3, batchSize: 4 }
evaluate:
  - name: unseen
    protocol: verification
    data: { reader: synthetic-face-pairs, identities: 4, perIdentity: 3, folds: 2, perFold: 4, size: [8, 8], channels: 1 }
ablation:
  rows:
    - { label: NS, head: { name: norm-softmax, s: 8 } }
    - { label: ArcFace, head: { name: arcface, m: 0.3, s: 8 } }
`;

interface Cluster {
  readonly slurm: FakeSlurm;
  readonly out: string;
  /** The command; gives what it printed on standard error and output. */
  submit(options?: Partial<LaunchOptions>): Promise<{ readonly err: string; readonly out: string }>;
  sweep(): ReturnType<typeof loadSweep>;
  /** Stores a final record of the run at a position. */
  finish(at: number): Promise<void>;
  /** States of the plan's runs, as `status` gives them. */
  states(): Promise<string[]>;
}

async function onCluster(fn: (cluster: Cluster) => Promise<void>, manifest = MANIFEST): Promise<void> {
  const folder = await Deno.makeTempDir(), out = `${folder}/it's results`, slurm = new FakeSlurm();
  const base: LaunchOptions = { set: [], data: "data", out, launcher: "slurm", blas: "none" };
  const quiet = { err: () => {} };
  const sweep = () => loadSweep(`${folder}/faces.yaml`, base, quiet);
  try {
    await Deno.writeTextFile(`${folder}/faces.yaml`, manifest);
    await fn({
      slurm,
      out,
      sweep,
      async submit(options = {}) {
        const told = { err: "", out: "" };
        const io = {
          out: (text: string) => void (told.out += text),
          err: (text: string) => void (told.err += text),
          terminal: false,
        };
        const context: Context = { io, exit: () => {}, code: 0 };
        const loaded = await sweep();
        const keep = async (plan: NonNullable<typeof loaded.frozen>) => await loaded.store.writePlan(plan);
        await launch(loaded, { ...base, ...options }, context, { processes: slurm.processes, keep });
        return told;
      },
      async finish(at) {
        const { store, runs } = await sweep(), { id, row, seed, run, identity } = runs[at]!;
        await (await store.folder("faces", id)).writeRecord(
          sampleRecord({ id, row, seed, manifest: run, identity, experiment: "faces" }),
        );
      },
      async states() {
        const { store, frozen } = await sweep();
        const { runs } = await readStatus({ store, experiment: "faces" }, frozen!, {
          processes: slurm.processes,
          now: 0,
        });
        return runs.map(({ state, slurm }) => slurm ? `${state} ${slurm}` : state);
      },
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("--launcher slurm submits an array of the missing runs, and the table after it", () =>
  onCluster(async ({ slurm, submit, finish, out, sweep }) => {
    await finish(1);
    const { err } = await submit({ arrayLimit: 2, time: "30" });
    assertStringIncludes(err, "6 runs, 1 done, 0 queued or running, 5 to submit");
    const [array, collate] = slurm.jobs;
    assertEquals(slurm.jobs.length, 2);
    assertEquals([...array!.tasks.keys()], [0, 2, 3, 4, 5]);
    assertEquals(array!.args, ["--parsable"]);
    assertStringIncludes(array!.script, "#SBATCH --array=0,2-5%2\n");
    assertStringIncludes(array!.script, "export DENO_DIR='/cache/deno dir'\n");
    assertEquals(collate!.args, ["--parsable", "--dependency=afterany:100", "--kill-on-invalid-dep=yes"]);
    // Runs read the plan under its digest, which no later plan replaces.
    const { frozen, store } = await sweep(), digest = frozen!.digest.slice(0, 12);
    assertStringIncludes(array!.script, `it'\\''s results/faces/plans/${digest}.json' `);
    assertEquals((await store.readPlan("faces"))?.digest, frozen!.digest);
    const command = array!.script.split("\n").find((line) => line.includes("cli.ts run"))!;
    assertStringIncludes(command, "--cached-only --frozen");
    assert(!command.includes("--allow-net") && !command.includes("--allow-all") && !/ -A /.test(command), command);
    assert(!/--allow-write (?!=)/.test(command), "writes below the results folder alone");
    assert(!(await Deno.readTextFile(`${out}/faces/launch/${digest}/jobs.json`)).includes(out), "no absolute path");
  }));

Deno.test("--launcher slurm with halving sets failed records aside, so that no task decides a rung without the others", () =>
  onCluster(async ({ submit, finish, sweep }) => {
    await finish(0);
    const { store, runs } = await sweep(), { id, row, seed } = runs[1]!;
    const failed = sampleRecord({ id, row, seed, experiment: "faces", status: "failed", error: "no", metrics: [] });
    await (await store.folder("faces", id)).writeRecord(failed);
    await submit({ dryRun: true });
    assertEquals((await store.find("faces", id))?.status, "failed");
    await submit();
    assertEquals(await store.find("faces", id), undefined);
    assertEquals((await store.find("faces", runs[0]!.id))?.status, "completed");
  }, `${MANIFEST}stopping: { rule: halving, metric: unseen.accuracy, rungs: [2], keep: 0.5 }\n`));

Deno.test("--launcher slurm again submits nothing while runs are queued, and only what fell out of the queue", () =>
  onCluster(async ({ slurm, submit, finish, states }) => {
    await submit();
    assertStringIncludes((await submit()).err, "6 queued or running, 0 to submit");
    assertEquals(slurm.jobs.length, 2);

    const { tasks } = slurm.jobs[0]!;
    await finish(0);
    for (const [task, state] of [[0, "COMPLETED"], [1, "RUNNING"], [2, "FAILED"], [4, "TIMEOUT"]] as const) {
      tasks.set(task, state);
    }
    assertEquals(await states(), [
      "done",
      "running RUNNING",
      "waiting FAILED",
      "queued PENDING",
      "waiting TIMEOUT",
      "queued PENDING",
    ]);
    assertStringIncludes((await submit()).err, "1 done, 3 queued or running, 2 to submit");
    assertEquals(slurm.arrays.map(({ tasks }) => [...tasks.keys()]), [[0, 1, 2, 3, 4, 5], [2, 4]]);
    // The new table waits for the tasks of both arrays.
    assertEquals(slurm.jobs.at(-1)!.args[1], "--dependency=afterany:100:102");
    assertEquals((await states())[2], "queued PENDING");

    for (let at = 1; at < 6; at++) await finish(at);
    assertStringIncludes((await submit()).err, "all 6 runs are done, nothing to submit");
    assertEquals(slurm.jobs.length, 4);
  }));

Deno.test("--launcher slurm submits the table again where that alone is gone", () =>
  onCluster(async ({ slurm, submit }) => {
    await submit();
    slurm.jobs[1]!.tasks.set(null, "CANCELLED");
    await submit();
    assertEquals(slurm.arrays.length, 1);
    assertEquals(slurm.jobs[2]!.args[1], "--dependency=afterany:100");
  }));

Deno.test("--launcher slurm splits past MaxArraySize; a limit holds for the parts together", () =>
  onCluster(async ({ slurm, submit }) => {
    slurm.maxArraySize = 4;
    await submit({ arrayLimit: 3 });
    assertEquals(slurm.arrays.map(({ tasks }) => [...tasks.keys()]), [[0, 1, 2, 3], [0, 1]]);
    assertStringIncludes(slurm.jobs[1]!.script, "index=$((SLURM_ARRAY_TASK_ID + 4))\n");
    assertEquals(slurm.jobs[1]!.args[1], "--dependency=afterany:100");
    assertEquals(slurm.jobs[2]!.args[1], "--dependency=afterany:100:101");
    assertStringIncludes((await submit({ arrayLimit: 3 })).err, "6 queued or running, 0 to submit");
  }));

Deno.test("--launcher slurm --dry-run prints the scripts and the commands, and leaves nothing behind", () =>
  onCluster(async ({ slurm, submit, out }) => {
    const { out: printed, err } = await submit({ dryRun: true });
    assertStringIncludes(printed, "#SBATCH --array=0-5\n");
    assertStringIncludes(printed, "$ sbatch --parsable --dependency=afterany:JOB1 --kill-on-invalid-dep=yes ");
    assertStringIncludes(err, "Nothing was written or submitted");
    assertEquals(slurm.jobs, []);
    await assertRejects(() => Deno.stat(out), Deno.errors.NotFound);
  }));

Deno.test("--launcher slurm tells what sbatch refused, and the same command submits it later", () =>
  onCluster(async ({ slurm, submit }) => {
    slurm.refusal = { code: 1, out: "", err: "sbatch: error: Invalid account\n" };
    await assertRejects(() => submit(), Error, "Invalid account");
    slurm.refusal = undefined;
    assertStringIncludes((await submit()).err, "0 queued or running, 6 to submit");
    assertEquals(slurm.jobs.length, 2);
  }));

Deno.test("--launcher slurm submits no run twice that sbatch called failed and Slurm has taken", () =>
  onCluster(async ({ slurm, submit, states }) => {
    slurm.lateness = { code: 1, out: "", err: "sbatch: error: Socket timed out on send/recv operation\n" };
    const error = await submit().then(() => undefined, (error) => error);
    assertMatch(
      error.message,
      /Socket timed out .*; the same command asks squeue whether Slurm has taken "faces-.*-0"/,
    );
    slurm.lateness = undefined;
    assertEquals((await states())[0], "queued PENDING");
    const { err } = await submit();
    assertMatch(err, /Slurm has faces-[0-9a-f]{12}-0 as job 100, though sbatch did not say so/);
    assertStringIncludes(err, "6 queued or running, 0 to submit");
    assertEquals(slurm.arrays.length, 1);
    // The table was not submitted the first time, and waits for the job that was found.
    assertEquals(slurm.jobs.map(({ args }) => args[1]), [undefined, "--dependency=afterany:100"]);
    assert(!(await submit()).err.includes("though sbatch"), "it is said once");
  }));

Deno.test("--launcher slurm says which runs it submits again, where Slurm knows nothing of a failed submission", () =>
  onCluster(async ({ slurm, submit }) => {
    slurm.refusal = { code: 1, out: "", err: "sbatch: error: Socket timed out on send/recv operation\n" };
    await assertRejects(() => submit(), Error, "Socket timed out");
    slurm.refusal = undefined;
    assertMatch((await submit()).err, /Slurm knows nothing of faces-[0-9a-f]{12}-0: runs 0-5 are submitted again/);
    // A name is used once, so that a job which turns up late is not taken for another.
    assertEquals(slurm.jobs.map(({ name }) => name.replace(/^faces-[0-9a-f]{12}-/, "")), ["1", "2-collate"]);
    assert(!(await submit()).err.includes("knows nothing"));
  }));

Deno.test("--launcher slurm finds a job whose id it could not note down", () =>
  onCluster(async ({ slurm, submit, sweep, out }) => {
    await submit();
    const { frozen } = await sweep();
    const path = `${out}/faces/launch/${frozen!.digest.slice(0, 12)}/jobs.json`;
    const journal = JSON.parse(await Deno.readTextFile(path));
    for (const one of journal.submissions) one.job = null;
    await Deno.writeTextFile(path, JSON.stringify(journal));
    assertStringIncludes((await submit()).err, "6 queued or running, 0 to submit");
    assertEquals(slurm.jobs.length, 2);
    // A job that Slurm never got is forgotten.
    slurm.jobs.length = 0;
    assertStringIncludes((await submit()).err, "6 to submit");
  }));

Deno.test("--launcher slurm says which runs were refused last time, with their logs", () =>
  onCluster(async ({ slurm, submit, sweep, out }) => {
    await submit();
    const { frozen } = await sweep(), folder = `${out}/faces/launch/${frozen!.digest.slice(0, 12)}`;
    slurm.jobs[0]!.tasks.set(3, "FAILED");
    await Deno.writeTextFile(`${folder}/3.exit`, "3\n");
    const { err } = await submit();
    assertStringIncludes(
      err,
      `Run 3 ended with status 3 last time, its data was missing or changed: ${folder}/100_3.out`,
    );
    assertEquals([...slurm.arrays[1]!.tasks.keys()], [3]);
    await assertRejects(() => Deno.stat(`${folder}/3.exit`), Deno.errors.NotFound);
  }));

Deno.test("--launcher slurm refuses to submit beside another process", () =>
  onCluster(async ({ submit, sweep, out }) => {
    const { frozen } = await sweep();
    const free = await (await launchFolder(out, "faces", frozen!.digest)).claim();
    await assertRejects(() => submit(), LaunchBusyError, "another process submits");
    free();
  }));

Deno.test("--launcher slurm writes nothing where there is no Slurm", () =>
  onCluster(async ({ slurm, sweep, out }) => {
    const context: Context = { io: { out: () => {}, err: () => {}, terminal: false }, exit: () => {}, code: 0 };
    const options: LaunchOptions = { set: [], data: "data", out, launcher: "slurm" };
    for (const absent of ["sbatch", "squeue"]) {
      const processes: Processes = (program, args) =>
        program === absent ? Promise.resolve(undefined) : slurm.processes(program, args);
      const loaded = await sweep(), keep = (plan: FrozenPlan) => loaded.store.writePlan(plan);
      await assertRejects(
        async () => await launch(loaded, options, context, { processes, keep }),
        UsageError,
        `Cannot submit: "${absent}" is not there`,
      );
      assertEquals(await isThere(out), false);
    }
  }));
