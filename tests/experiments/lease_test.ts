import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { RunBusyError } from "../../experiments/store.ts";
import { startBeat } from "../../experiments/store/beat_thread.ts";
import { RunFolder } from "../../experiments/store/folder.ts";
import { holderOf } from "../../experiments/store/holder.ts";
import { takeLease } from "../../experiments/store/lease.ts";
import { leaseElsewhere } from "./lease_elsewhere.ts";
import { sampleRecord } from "./sample_record.ts";

/** Runs a test on the folder of a run. */
async function inRun(fn: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await fn(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const leases = (folder: string) => [...Deno.readDirSync(`${folder}/lease`)].map(({ name }) => name).sort();

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

const busyOf = async (claim: Promise<void>): Promise<RunBusyError> =>
  await claim.then(() => {
    throw new Error("Cannot go on: the run was taken, wanted it busy");
  }, (error) => error);

Deno.test("claim() takes a lease and gives it back, and the next one takes the next", () =>
  inRun(async (path) => {
    const run = new RunFolder(path);
    for (const number of ["000001", "000002"]) {
      await run.claim();
      assertEquals(leases(path), [number, `${number}.beat`]);
      await run.release();
      assertEquals(leases(path), [`${number}.free`]);
    }
  }));

Deno.test("claim() takes over from another machine after as long a silence, not before", () =>
  inRun(async (path) => {
    await leaseElsewhere(path);
    const run = new RunFolder(path);
    for (let look = 0; look < 2; look++) {
      const error = await busyOf(run.claim(500));
      assertEquals([error instanceof RunBusyError, error.unsure], [true, true]);
      assertMatch(
        error.message,
        /^Cannot take the run in .* yet: another process \(pid 7 on node7 since noon\) has it/,
      );
    }
    assertEquals(await holderOf(path), "pid 7 on node7 since noon");
    await pause(550);
    await run.claim(500);
    assertEquals(leases(path), ["000002", "000002.beat"]);
    await run.release();
  }));

Deno.test("claim() leaves a run to another machine whose heartbeat goes on", () =>
  inRun(async (path) => {
    await leaseElsewhere(path);
    const run = new RunFolder(path);
    assertEquals((await busyOf(run.claim(1))).unsure, true);
    await pause(5);
    await Deno.writeTextFile(`${path}/lease/000001.beat`, "4");
    const error = await busyOf(run.claim(1));
    assertEquals(error.unsure, false);
    assertMatch(error.message, /another process \(pid 7 on node7 since noon\) has it now$/);
    assertEquals(leases(path), ["000001", "000001.beat"]);
  }));

Deno.test("claim() takes over at once from a process of this machine, which left its lock", () =>
  inRun(async (path) => {
    await Deno.mkdir(`${path}/lease`);
    await Deno.writeTextFile(
      `${path}/lease/000004`,
      JSON.stringify({ holder: "pid 1", host: Deno.hostname(), token: "x" }),
    );
    await Deno.writeTextFile(`${path}/lock`, "pid 1\n");
    assertEquals(await holderOf(path), undefined);
    const run = new RunFolder(path);
    await run.claim();
    assertEquals(leases(path), ["000005", "000005.beat"]);
    await run.release();
  }));

Deno.test("where machines cannot be told apart, the lock alone decides", () =>
  inRun(async (path) => {
    await leaseElsewhere(path);
    await (await takeLease(path, { holder: "pid 9", host: null, silence: 1e9 })).release();
    assertEquals(leases(path), ["000002.free"]);
  }));

Deno.test("a lease that its maker died over is taken over after a silence", () =>
  inRun(async (path) => {
    await Deno.mkdir(`${path}/lease`);
    await Deno.writeTextFile(`${path}/lease/000001`, '{"holder":');
    const run = new RunFolder(path);
    assertMatch((await busyOf(run.claim(0))).message, /another process \(unknown\) has it/);
    await run.claim(0);
    await run.release();
  }));

Deno.test("who was taken over writes nothing more, and does not give the other's lease back", () =>
  inRun(async (path) => {
    const run = new RunFolder(path), taker = { holder: "pid 9 on node9", host: "node9", silence: 0 };
    await run.claim();
    await run.writeRecord(sampleRecord());
    await run.writeCheckpoint(new Uint8Array(3));
    await run.writeLog("the end of a try");
    await busyOf(takeLease(path, taker).then(() => {}));
    const other = await takeLease(path, taker);
    const before = await Deno.readTextFile(`${path}/record.json`), none = new Int32Array();
    for (
      const write of [
        () => run.writeRecord(sampleRecord({ seed: 5 })),
        () => run.writeCheckpoint(new Uint8Array(4)),
        () => run.appendHistory({ step: 1 }),
        () => run.removeCheckpoint(),
        () => run.appendRung({ step: 1, metric: "unseen.auc", value: 0.5 }),
        () => run.writePairs("0".repeat(64), { same: none, fold: none, left: none, right: none } as never),
        () => run.setRecordAside(),
        () => run.removeLog(),
      ]
    ) await assertRejects(write, RunBusyError, "another process (pid 9 on node9) took the run over");
    await run.release();
    assertEquals(leases(path), ["000002", "000002.beat"]);
    assertEquals(await Deno.readTextFile(`${path}/record.json`), before);
    assertEquals((await run.readCheckpoint())?.length, 3);
    const left = [...Deno.readDirSync(path)].map(({ name }) => name).sort();
    assertEquals(left, ["checkpoint", "lease", "lock", "log.txt", "record.json"]);
    await other.check();
    await other.release();
  }));

Deno.test("who is slow and makes a lease again that others left behind does not get the run", () =>
  inRun(async (path) => {
    await leaseElsewhere(path, "000003");
    const slow = { holder: "slow", host: "node1", silence: 0 }, open = Deno.open;
    await busyOf(takeLease(path, slow).then(() => {}));
    // Between its look and its lease, others take the run, and give it back.
    Deno.open = async (name, options) => {
      Deno.open = open;
      for (const name of leases(path)) await Deno.remove(`${path}/lease/${name}`);
      await Deno.writeTextFile(`${path}/lease/000004.free`, "");
      return await open(name, options);
    };
    try {
      await assertRejects(() => takeLease(path, slow), RunBusyError);
    } finally {
      Deno.open = open;
    }
    assertEquals(leases(path), ["000004.free"]);
  }));

Deno.test("of many who want a run one has it at a time", () =>
  inRun(async (path) => {
    let holding = 0, taken = 0;
    const want = async (host: string) => {
      while (taken < 6) {
        const lease = await takeLease(path, { holder: host, host, silence: 1e9 }).catch((error) => {
          if (!(error instanceof RunBusyError)) throw error;
        });
        if (lease) {
          taken++;
          assertEquals(++holding, 1);
          await pause(5);
          await lease.check();
          holding--;
          await lease.release();
        }
        await pause(10);
      }
    };
    await Promise.all(Array.from({ length: 4 }, (_, i) => want(`node${i}`)));
    assert(taken >= 6);
  }));

Deno.test("a heartbeat goes on while a step keeps the thread, and makes no file again that is gone", () =>
  inRun(async (path) => {
    const file = `${path}/beat`;
    await Deno.writeTextFile(file, "000000000000");
    const stop = startBeat({ path: file, every: 10 });
    try {
      for (let tries = 0; tries < 200 && Number(await Deno.readTextFile(file)) < 1; tries++) await pause(20);
      const before = Number(Deno.readTextFileSync(file)), from = performance.now();
      while (performance.now() - from < 300);
      const after = Number(Deno.readTextFileSync(file));
      assert(before >= 1 && after > before, `${before}, then ${after}`);
      await Deno.remove(file);
      await pause(50);
      assertEquals([...Deno.readDirSync(path)], []);
    } finally {
      stop();
    }
  }));

Deno.test("a heartbeat goes on in this thread where one of its own cannot start, until it is stopped", () =>
  inRun(async (path) => {
    const file = `${path}/beat`, { Worker } = globalThis;
    await Deno.writeTextFile(file, "000000000000");
    globalThis.Worker = class extends Worker {
      constructor() {
        super("data:text/javascript,throw new Error('no thread')", { type: "module" });
      }
    };
    const stop = startBeat({ path: file, every: 10 });
    globalThis.Worker = Worker;
    const count = async () => Number(await Deno.readTextFile(file));
    try {
      for (let tries = 0; tries < 200 && await count() < 1; tries++) await pause(20);
      assert(await count() >= 1, "no beat");
    } finally {
      stop();
    }
    await pause(30);
    const last = await count();
    await pause(50);
    assertEquals(await count(), last);
  }));

Deno.test("claim() does not take a lock that went with its folder", () =>
  inRun(async (root) => {
    const path = `${root}/run`, first = new RunFolder(path), second = new RunFolder(path);
    await first.claim();
    const claim = busyOf(second.claim());
    await pause(20);
    await first.remove();
    await first.release();
    assertEquals((await claim) instanceof RunBusyError, true);
    assertEquals([...Deno.readDirSync(root)], []);
  }));

Deno.test("a run whose folder is moved while it is at work stops, and makes no folder in the old place", () =>
  inRun(async (root) => {
    const run = new RunFolder(`${root}/run`);
    await run.claim();
    await Deno.rename(`${root}/run`, `${root}/moved`);
    await assertRejects(
      () => run.appendHistory({ step: 1 }),
      RunBusyError,
      "its lease is gone, wanted the folder left",
    );
    await run.release();
    assertEquals([...Deno.readDirSync(root)].map(({ name }) => name), ["moved"]);
    const moved = new RunFolder(`${root}/moved`);
    await moved.claim();
    await moved.release();
  }));
