/// Training and its table, in this process.
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { openStore } from "../../experiments/store.ts";
import { sampleRecord } from "../experiments/sample_record.ts";
import { cli, inFolder, TINY } from "./in_folder.ts";

Deno.test("ablate trains what is missing, prints the table, and trains nothing the second time", () =>
  inFolder(async (folder) => {
    const path = `${folder}/tiny.yaml`, flags = ["--out", `${folder}/results`];
    const first = await cli("ablate", path, ...flags);
    assertEquals(first.code, 0, first.err);
    assertMatch(first.out, /\| NS +\|.*\n\| ArcFace +\|/);
    assertStringIncludes(first.out, `Records: ${folder}/results/tiny/`);
    assertStringIncludes(first.out, `as a page: deno task report ${folder}/results/tiny\n`);
    assertStringIncludes(first.err, "2 runs, 0 done, 2 to do");
    const { runs } = JSON.parse((await cli("plan", path, "--json", ...flags)).out);
    assertEquals(runs.map(({ row, done, status }: Record<string, unknown>) => [row, done, status]), [
      ["NS", true, "completed"],
      ["ArcFace", true, "completed"],
    ]);
    assert(runs.every(({ seconds }: { seconds: number }) => seconds > 0));
    const again = await cli("ablate", path, ...flags);
    assertEquals([again.code, again.out], [0, first.out]);
    assertStringIncludes(again.err, "2 runs, 2 done, 0 to do");
    for (const where of [`${folder}/results/tiny`, `${folder}/results/tiny/`]) {
      assert(first.out.startsWith((await cli("table", where)).out));
    }
    assertEquals(JSON.parse((await cli("table", "tiny", "--format", "json", ...flags)).out).rows.length, 2);
    await Deno.remove(`${folder}/results/tiny/${runs[0].id}`, { recursive: true });
    assertStringIncludes((await cli("ablate", path, ...flags)).err, "2 runs, 1 done, 1 to do");
  }));

Deno.test("run trains one row, and --json prints its events as JSON lines", () =>
  inFolder(async (folder) => {
    const path = `${folder}/tiny.yaml`, flags = ["--out", `${folder}/results`];
    const unclear = await cli("run", path, ...flags);
    assertEquals(unclear.code, 2);
    assertStringIncludes(unclear.err, '"NS", "ArcFace"');
    const { code, out } = await cli("run", path, "--row", "ArcFace", "--json", ...flags);
    assertEquals(code, 0);
    const events = out.trim().split("\n").map((line) => JSON.parse(line)), summary = events.pop();
    assertEquals(summary, { type: "summary", runs: 1, ended: { completed: 1 }, interrupted: 0, left: 0, code: 0 });
    assertEquals(events.map(({ type }) => type).filter((type) => type !== "evaluate"), [
      "start",
      "step",
      "end",
    ]);
    assert(events.every(({ id, row, seed }) => id === events[0].id && row === "ArcFace" && seed === 0));
    const done = await cli("run", path, "--id", events[0].id, ...flags);
    assertEquals(done.code, 0);
    assertStringIncludes(done.err, "is done already");
    assertStringIncludes(done.out, `${events[0].id}/record.json`);
    assertEquals((await cli("run", path, "--id", "000000000000", ...flags)).code, 2);
  }));

const DIVERGING = TINY.replace(
  "{ label: NS,",
  "{ label: NS, schedule: { name: step, lr: 99, factor: 1 }, optimizer: { name: sgd, weightDecay: 1 }, train: { steps: 200 },",
);

Deno.test("a run that diverges is recorded, shown, and the sweep goes on; the exit code is 70", () =>
  inFolder(
    async (folder) => {
      const { code, out, err } = await cli("ablate", `${folder}/tiny.yaml`, "--out", `${folder}/results`);
      assertEquals(code, 70, err);
      assertStringIncludes(out, "diverged");
      assertStringIncludes(err, "(2 of 2)");
      const again = await cli("ablate", `${folder}/tiny.yaml`, "--out", `${folder}/results`);
      assertEquals(again.code, 70);
      assertStringIncludes(again.err, "2 done, 0 to do");
    },
    DIVERGING,
  ));

Deno.test("a damaged record is an error that names it, for ablate and table alike", () =>
  inFolder(async (folder) => {
    const path = `${folder}/tiny.yaml`, flags = ["--out", `${folder}/results`];
    const { runs } = JSON.parse((await cli("plan", path, "--json", ...flags)).out);
    const file = `${folder}/results/tiny/${runs[0].id}/record.json`;
    await Deno.mkdir(file.slice(0, file.lastIndexOf("/")), { recursive: true });
    await Deno.writeTextFile(file, '{"schemaVersion": 1');
    const { code, err } = await cli("ablate", path, ...flags);
    assertEquals(code, 2);
    assertStringIncludes(err, file);
    assertStringIncludes((await cli("plan", path, ...flags)).err, file);
  }));

Deno.test("a run that another process trains is left to it; the exit code is 75", () =>
  inFolder(async (folder) => {
    const path = `${folder}/tiny.yaml`, flags = ["--out", `${folder}/results`];
    const { runs } = JSON.parse((await cli("plan", path, "--json", ...flags)).out);
    const other = await openStore(`${folder}/results`).folder("tiny", runs[0].id);
    await other.claim();
    const { code, err } = await cli("ablate", path, ...flags);
    await other.release();
    assertEquals(code, 75, err);
    assertStringIncludes(err, `another process (pid ${Deno.pid}`);
    assertStringIncludes(err, "ArcFace, seed 0: done");
    assertStringIncludes((await cli("ablate", path, ...flags)).err, "1 done, 1 to do");
  }));

Deno.test("a run that diverged outweighs one that is still to come: the exit code is 70", () =>
  inFolder(
    async (folder) => {
      const path = `${folder}/tiny.yaml`, flags = ["--out", `${folder}/results`];
      const { runs } = JSON.parse((await cli("plan", path, "--json", ...flags)).out);
      const [, other] = await Promise.all(
        runs.map(({ id }: { id: string }) => openStore(`${folder}/results`).folder("tiny", id)),
      );
      await other.claim();
      // Once while it diverges, and once while it stands there.
      for (let i = 0; i < 2; i++) assertEquals((await cli("ablate", path, ...flags)).code, 70);
      await other.release();
    },
    DIVERGING,
  ));

Deno.test("table refuses a place without an experiment", async () => {
  const { code, err } = await cli("table", "nowhere-at-all", "--out", "also-nowhere");
  assertEquals(code, 2);
  assertStringIncludes(err, "Cannot find experiment");
});

Deno.test("table needs records alone: without plan.json it prints what there is", () =>
  inFolder(async (folder) => {
    await Deno.mkdir(`${folder}/sample/0123456789ab`, { recursive: true });
    await Deno.writeTextFile(`${folder}/sample/0123456789ab/record.json`, JSON.stringify(sampleRecord()));
    const { code, out } = await cli("table", `${folder}/sample`);
    assertEquals(code, 0);
    assertStringIncludes(out, "ArcFace (0.5)");
  }));

Deno.test("export writes what a run kept, and tells arguments from data that is missing", () =>
  inFolder(async (folder) => {
    const path = `${folder}/tiny.yaml`, flags = ["--out", `${folder}/results`, "--json"];
    assertStringIncludes((await cli("plan", path, "--out", `${folder}/results`)).out, "weights: ");
    const { out } = await cli("run", path, "--row", "NS", ...flags), [start] = out.split("\n");
    const run = `${folder}/results/tiny/${JSON.parse(start!).id}`;
    for (
      const [format, where] of [["safetensors", run], ["onnx", `${run}/`], ["onnx", `${run}/record.json`]] as const
    ) {
      const file = `${folder}/net.${format}`;
      assertEquals(await cli("export", where, "--format", format, "--out", file), {
        code: 0,
        out: `${file}\n`,
        err: "convnet of NS, seed 0, 4 dimensions; embeddings are not normalised, compare them by the cosine\n",
      });
      assert((await Deno.stat(file)).size > 500);
    }
    const named = `${folder}/by_name.onnx`;
    assertEquals((await cli("export", run, "--out", named)).code, 0);
    assertEquals(await Deno.readFile(named), await Deno.readFile(`${folder}/net.onnx`));
    const nowhere = await cli("export", run, "--out", `${folder}/no/net.onnx`);
    assertEquals(nowhere.code, 2);
    assertStringIncludes(nowhere.err, `there is no folder "${folder}/no"`);
    assertEquals((await cli("export", folder)).code, 2);
    assertEquals((await cli("export", run, "--format", "pt")).code, 2);
    const none = await cli("run", path, "--row", "ArcFace", ...flags, "--set", "output.weights=false");
    const other = `${folder}/results/tiny/${JSON.parse(none.out.split("\n")[0]!).id}`;
    const { code, err } = await cli("export", other);
    assertEquals(code, 3);
    assertStringIncludes(err, "output.weights: false");
  }));

Deno.test("a run tells what it starts from and what it leaves of the file", () =>
  inFolder(async (folder) => {
    const path = `${folder}/tiny.yaml`, flags = ["--row", "NS", "--out", `${folder}/results`];
    const { out } = await cli("run", path, ...flags);
    const weights = out.match(/record: (.*)record\.json/)![1] + "weights.safetensors";
    const { code, err } = await cli("run", path, ...flags, "--set", `weights=${weights}`);
    assertEquals(code, 0, err);
    assertStringIncludes(
      err,
      `NS, seed 0: starts from ${weights}, 16 tensors; the backbone has no use for 1: head/weight`,
    );
    const absent = await cli("run", path, ...flags, "--set", "weights=no.safetensors");
    assertEquals(absent.code, 3);
    assertStringIncludes(absent.err, "no.safetensors");
  }));

Deno.test("a trial with flags leaves the sweep's own table alone; more seeds extend it", () =>
  inFolder(async (folder) => {
    const manifest = `${folder}/tiny.yaml`, out = ["--out", `${folder}/results`];
    await cli("ablate", manifest, ...out);
    const table = (await cli("table", `${folder}/results/tiny`)).out;
    const trial = await cli("ablate", manifest, ...out, "--set", "train.steps=2");
    assertEquals(trial.code, 0, trial.err);
    assertStringIncludes(trial.err, "keeps the plan without these flags");
    assert(!trial.out.includes("—"), trial.out);
    const after = (await cli("table", `${folder}/results/tiny`)).out;
    assertEquals(after.split("\n").slice(0, 4), table.split("\n").slice(0, 4));
    await cli("ablate", manifest, ...out, "--set", "seeds=[0, 1]");
    assertStringIncludes((await cli("table", `${folder}/results/tiny`)).out, "t-interval of the mean over seeds");
  }));

Deno.test("a child told to train a run that is final tells its record, so that it is not taken for dead", () =>
  inFolder(async (folder) => {
    const manifest = `${folder}/tiny.yaml`, out = ["--out", `${folder}/results`];
    await cli("run", manifest, ...out, "--row", "NS");
    const { code, out: said } = await cli("run", manifest, ...out, "--row", "NS", "--child", "--json");
    const { type, record } = JSON.parse(said.trim());
    assertEquals([code, type, record.status], [0, "end", "completed"]);
  }));
