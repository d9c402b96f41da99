import { assert, assertEquals, assertMatch, assertRejects, assertThrows } from "@std/assert";
import { explain } from "../../cli/exit.ts";
import { historyUpTo } from "../../experiments/store/history.ts";
import { isRefusedWrite } from "../../experiments/store/refused_write.ts";
import { RunBusyError } from "../../experiments/store.ts";
import { holderOf } from "../../experiments/store/holder.ts";
import { checkExperimentName, openStore } from "../../experiments/store.ts";
import { decodeFloats, encodeFloats } from "../../experiments/store/npy.ts";
import { planDigest } from "../../experiments/store/plan.ts";
import { sampleRecord } from "./sample_record.ts";

const ID = "0123456789ab";

/** Runs a test on a fresh results folder. */
async function inStore(fn: (root: string) => Promise<void>): Promise<void> {
  const root = await Deno.makeTempDir();
  try {
    await fn(`${root}/results`);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

Deno.test("openStore() reads back what writeRecord() wrote, and leaves no temporary file", () =>
  inStore(async (root) => {
    const store = openStore(root);
    assertEquals(await store.experiments(), []);
    assertEquals(await store.find("sample", ID), undefined);
    const folder = await store.folder("sample", ID);
    await folder.writeRecord(sampleRecord());
    assertEquals(await store.find("sample", ID), sampleRecord());
    assertEquals(await store.experiments(), ["sample"]);
    assertEquals(await store.records("sample"), { records: [sampleRecord()], problems: [] });
    assertEquals([...Deno.readDirSync(folder.path)].map(({ name }) => name), ["record.json"]);
  }));

Deno.test("writeRecord() refuses a bad record and keeps the one before", () =>
  inStore(async (root) => {
    const folder = await openStore(root).folder("sample", ID);
    await folder.writeRecord(sampleRecord());
    await assertRejects(() => folder.writeRecord(sampleRecord({ seed: NaN })), TypeError, "seed: ");
    assertEquals(await folder.readRecord(), sampleRecord());
  }));

Deno.test("records() reports a damaged, a foreign and an invalid record by name", () =>
  inStore(async (root) => {
    const store = openStore(root);
    for (
      const [id, text] of [["aaaaaaaaaaaa", "{"], ["bbbbbbbbbbbb", "{}"], [ID, JSON.stringify(sampleRecord())]] as const
    ) {
      await Deno.mkdir(`${root}/sample/${id}`, { recursive: true });
      await Deno.writeTextFile(`${root}/sample/${id}/record.json`, text);
    }
    await Deno.mkdir(`${root}/sample/cccccccccccc`);
    await Deno.copyFile(`${root}/sample/${ID}/record.json`, `${root}/sample/cccccccccccc/record.json`);
    const { records, problems } = await store.records("sample");
    assertEquals(records.map(({ id }) => id), [ID]);
    assertEquals(problems.length, 3);
    assertMatch(problems[0]!, /aaaaaaaaaaaa\/record\.json/);
    assertMatch(problems[1]!, /bbbbbbbbbbbb\/record\.json/);
    assertMatch(problems[2]!, /cccccccccccc\/record\.json: it says its id is "0123456789ab"/);
    await assertRejects(() => store.find("sample", "aaaaaaaaaaaa"), SyntaxError, "aaaaaaaaaaaa");
  }));

Deno.test("history is kept line by line, and truncateHistory() drops what a resumed run writes again", () =>
  inStore(async (root) => {
    const folder = await openStore(root).folder("sample", ID);
    assertEquals(await folder.readHistory(), []);
    for (const step of [1, 2, 3, 4]) await folder.appendHistory({ step, loss: 1 / step });
    await Deno.writeTextFile(`${folder.path}/history.jsonl`, '{"step": 5, "lo', { append: true });
    assertEquals((await folder.readHistory()).map(({ step }) => step), [1, 2, 3, 4]);
    await folder.truncateHistory(2);
    await folder.appendHistory({ step: 3, loss: 0.3 });
    assertEquals((await folder.readHistory()).map(({ step }) => step), [1, 2, 3]);
    await Deno.writeTextFile(`${folder.path}/history.jsonl`, "nonsense\n", { append: true });
    await assertRejects(() => folder.readHistory(), SyntaxError, "history.jsonl:4");
  }));

Deno.test("writeCheckpoint() keeps the checkpoint before, and readCheckpoint() falls back to it", () =>
  inStore(async (root) => {
    const folder = await openStore(root).folder("sample", ID);
    assertEquals(await folder.readCheckpoint(), undefined);
    await folder.writeCheckpoint(Uint8Array.of(1));
    await folder.writeCheckpoint(Uint8Array.of(2));
    assertEquals(await folder.readCheckpoint(), Uint8Array.of(2));
    assertEquals(await folder.readCheckpoint("previous"), Uint8Array.of(1));
    await Deno.remove(`${folder.path}/checkpoint/current`);
    assertEquals(await folder.readCheckpoint(), Uint8Array.of(1));
    await folder.removeCheckpoint();
    assertEquals(await folder.readCheckpoint(), undefined);
    await folder.removeCheckpoint();
  }));

Deno.test("writeScores() writes a .npy file that reads back", () =>
  inStore(async (root) => {
    const folder = await openStore(root).folder("sample", ID);
    const scores = Float32Array.of(0.25, -1, NaN, Infinity);
    await folder.writeScores("unseen", scores);
    assertEquals(await folder.readScores("unseen"), scores);
    assertEquals(await folder.readScores("other"), undefined);
    await assertRejects(() => folder.writeScores("../record", scores), RangeError, 'a file after "../record"');
  }));

Deno.test("writeList() writes one name a line, and no file for a name that leads elsewhere", () =>
  inStore(async (root) => {
    const folder = await openStore(root).folder("sample", ID);
    const path = `${folder.path}/lists/clean`;
    await folder.writeList("clean", "kept", ["a/1.png", "b/2 c.png"]);
    await folder.writeList("clean", "dropped", []);
    assertEquals(await Deno.readTextFile(`${path}.kept.txt`), "a/1.png\nb/2 c.png\n");
    assertEquals(await Deno.readTextFile(`${path}.dropped.txt`), "");
    await assertRejects(() => folder.writeList("clean", "../kept", []), RangeError, 'a file after "clean.../kept"');
  }));

Deno.test("encodeFloats() is the file that numpy writes", () => {
  // numpy 1.24: np.save(f, np.array([1, 2.5], "<f4")).
  const header = "{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }";
  const text = `\x93NUMPY\x01\x00\x76\x00${header.padEnd(117)}\n\x00\x00\x80\x3f\x00\x00\x20\x40`;
  assertEquals([...encodeFloats(Float32Array.of(1, 2.5))], [...text].map((c) => c.charCodeAt(0)));
  assertThrows(
    () => decodeFloats(encodeFloats(Float32Array.of(1)).subarray(0, 130), "s.npy"),
    SyntaxError,
    "Cannot read s.npy",
  );
  assertThrows(() => decodeFloats(new Uint8Array(3), "s.npy"), SyntaxError, "no .npy header");
});

Deno.test("claim() gives a run to one holder at a time, and release() gives it free", () =>
  inStore(async (root) => {
    const store = openStore(root);
    const mine = await store.folder("sample", ID), other = await store.folder("sample", ID);
    await mine.claim();
    await assertRejects(() => other.claim(), RunBusyError, `pid ${Deno.pid}`);
    await mine.release();
    await other.claim();
    await other.release();
  }));

Deno.test("claim() takes a run that others look at, and is seen by holderOf() until release()", () =>
  inStore(async (root) => {
    const folder = await openStore(root).folder("sample", ID);
    await folder.claim();
    assertMatch((await holderOf(folder.path))!, new RegExp(`^pid ${Deno.pid} `));
    await folder.release();
    assertEquals(await holderOf(folder.path), undefined);
    using looking = await Deno.open(`${folder.path}/lock`);
    assertEquals(await looking.tryLock(false), true);
    setTimeout(() => looking.unlockSync(), 30);
    await folder.claim();
    await folder.release();
  }));

Deno.test("claim() takes over from a process that was killed", () =>
  inStore(async (root) => {
    const module = new URL("../../experiments/store.ts", import.meta.url).href;
    const code = `import { openStore } from "${module}";
      await (await openStore("${root}").folder("sample", "${ID}")).claim();
      console.log("claimed");
      await new Promise((resolve) => setTimeout(resolve, 60_000));`;
    await Deno.mkdir(root, { recursive: true });
    await Deno.writeTextFile(`${root}/../holder.ts`, code);
    const config = new URL("../../deno.json", import.meta.url).pathname;
    const args = ["run", "--quiet", "-A", "--config", config, `${root}/../holder.ts`];
    const child = new Deno.Command("deno", { args, stdout: "piped" }).spawn();
    const reader = child.stdout.getReader();
    assertMatch(new TextDecoder().decode((await reader.read()).value), /claimed/);
    const folder = await openStore(root).folder("sample", ID);
    await assertRejects(() => folder.claim(), RunBusyError, `pid ${child.pid}`);
    child.kill("SIGKILL");
    await child.status;
    await reader.cancel();
    await folder.claim();
    await folder.release();
  }));

Deno.test("names cannot leave the results folder", () =>
  inStore(async (root) => {
    const store = openStore(root);
    for (const name of ["..", ".", "a/b", "/etc", "a\\b", "", "a".repeat(101), "a\0"]) {
      assertThrows(() => checkExperimentName(name), RangeError, "Cannot use");
      await assertRejects(() => store.folder(name, ID), RangeError);
    }
    for (const id of ["..", "0123456789a", "0123456789AB", "../../x"]) {
      await assertRejects(() => store.folder("sample", id), RangeError, "as a run id");
    }
  }));

Deno.test("symbolic links inside the results are refused", () =>
  inStore(async (root) => {
    const store = openStore(root);
    await Deno.mkdir(`${root}/sample/${ID}`, { recursive: true });
    await Deno.mkdir(`${root}/../outside`);
    await Deno.symlink(`${root}/../outside`, `${root}/link`);
    await Deno.symlink(`${root}/../outside/history`, `${root}/sample/${ID}/history.jsonl`);
    await assertRejects(() => store.folder("link", ID), RangeError, "symbolic link");
    const folder = await store.folder("sample", ID);
    await assertRejects(() => folder.appendHistory({ step: 1 }), RangeError, "symbolic link");
    assertEquals([...Deno.readDirSync(`${root}/../outside`)], []);
    assertEquals(await store.experiments(), ["sample"]);
  }));

Deno.test("a plan reads back, and a damaged one is an error that names the file", () =>
  inStore(async (root) => {
    const store = openStore(root);
    assertEquals(await store.readPlan("sample"), undefined);
    const rest = {
      schemaVersion: 2,
      experiment: "sample",
      description: "",
      cite: [],
      recordSchemaVersion: 4,
      code: { marginlab: "0.1.0", sha256: null },
      plugins: [],
      output: { logEvery: 10, checkpointEvery: 0, weights: true },
      table: { columns: [], baseline: null, published: null },
      published: null,
      seeds: [0],
      rows: [],
      runs: [{ id: ID, row: "A", seed: 0 }],
    } as const;
    const plan = { ...rest, digest: planDigest(rest) };
    await store.writePlan(plan);
    assertEquals<unknown>(await store.readPlan("sample"), plan);
    assert(await Deno.stat(`${root}/sample/plan.json`));
    const changed = JSON.stringify({ ...plan, seeds: [1] });
    await Deno.writeTextFile(`${root}/sample/plan.json`, changed);
    await assertRejects(() => store.readPlan("sample"), SyntaxError, "it was changed after it was written");
    await Deno.writeTextFile(`${root}/sample/plan.json`, "[]");
    await assertRejects(() => store.readPlan("sample"), SyntaxError, "plan.json");
  }));

Deno.test("historyUpTo() drops what a crash left behind the step, and refuses damage before it", () => {
  const text = '{"step":1}\n{"note":"kept"}\n{"step":2}\n{"step":3}\n\0\0\0\0\n{"st';
  assertEquals(historyUpTo(text, "history.jsonl", 2), [{ step: 1 }, { note: "kept" }, { step: 2 }]);
  assertEquals(historyUpTo("", "history.jsonl", 2), []);
  assertThrows(() => historyUpTo('{"step":1}\nnot\n{"step":2}\n', "history.jsonl", 2), SyntaxError, "history.jsonl:2:");
  assertEquals(historyUpTo('{"step":1}\nnot\n{"step":2}\n', "history.jsonl", 1), [{ step: 1 }]);
});

Deno.test("isRefusedWrite() knows a full disk and a read-only one from other errors", () => {
  const error = (code: string) => Object.assign(new Error("No space left on device (os error 28)"), { code });
  assertEquals(["ENOSPC", "EROFS", "EDQUOT", "ENOENT"].map((code) => isRefusedWrite(error(code))), [
    true,
    true,
    true,
    false,
  ]);
  assertEquals([isRefusedWrite(new Deno.errors.NotFound("x")), isRefusedWrite("ENOSPC")], [false, false]);
  const { code, message } = explain(error("ENOSPC"));
  assertEquals(code, 70);
  assertMatch(
    message,
    /^Cannot write: No space left .*; what was written before is whole, and the same command goes on/,
  );
});
