/// What `verify` tells of a folder before it runs anything: the committed ones, and changed copies.
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import type { RunRecord } from "../../experiments/record.ts";
import { openStore } from "../../experiments/store.ts";
import { seal } from "../../experiments/verify/seal.ts";
import { cli, inFolder } from "./in_folder.ts";
import { change, copy, RESULTS, sweep } from "./verify_helpers.ts";

for (const name of ["omniglot-one-shot", "omniglot-table2", "toy-2d"]) {
  Deno.test(`verify --hashes-only takes the committed ${name}`, async () => {
    const { code, out } = await cli("verify", `${RESULTS}${name}`, "--hashes-only");
    assertEquals(code, 0, out);
    assertStringIncludes(out, "Verdict: sound");
  });
}

Deno.test("verify fails on a record with one edited figure, wherever the folder is, and names it", () =>
  inFolder(async (folder) => {
    const here = `${folder}/a-copy`;
    await copy(`${RESULTS}toy-2d`, here);
    assertEquals((await cli("verify", here, "--hashes-only")).code, 0);
    const which = ({ row, seed }: RunRecord) => row === "Softmax" && seed === 1;
    await change(here, ({ metrics }) => metrics.find(({ name }) => name === "intra")!.value = 1.25, { which });
    const { code, out } = await cli("verify", here);
    assertEquals(code, 65, out);
    assertMatch(out, /e043eeb11b51\/record\.json is not what SHA256SUMS lists/);
    assertMatch(out, /e043eeb11b51\/record\.json: train\.intra is 1\.25, figures\.json has \d/);
  }));

Deno.test("verify names a figure by its stored scores, though every sum was written anew", () =>
  inFolder(async (folder) => {
    const { tiny } = await sweep(folder), store = openStore(`${folder}/results`);
    await change(tiny, ({ metrics }) => metrics.find(({ name }) => name === "accuracy")!.value = 0.99);
    await seal(tiny, await store.summaries("tiny"));
    const { code, out } = await cli("verify", tiny, "--hashes-only");
    assertEquals(code, 65, out);
    assertMatch(out, /record\.json: unseen\.accuracy is 0\.99, its stored scores give 0\.\d+/);
  }));

Deno.test("verify names what else was changed: a seed, an identity, a plan, a file, a listed path, a link", () =>
  inFolder(async (folder) => {
    const { tiny } = await sweep(folder);
    const damage: readonly [text: string, fn: (path: string) => Promise<void>][] = [
      ["its seed is 7, its manifest has", (path) => change(path, (record) => record["seed"] = 7)],
      [
        "its id is not that of its identity",
        (path) => change(path, ({ identity }) => (identity as Record<string, unknown>)["data"] = { x: "0" }),
      ],
      [
        "its identity is not that of its manifest",
        (path) => change(path, ({ manifest }) => (manifest as { head: Record<string, unknown> }).head["s"] = 9),
      ],
      ["it was changed after it was written", async (path) => {
        const plan = await Deno.readTextFile(`${path}/plan.json`);
        await Deno.writeTextFile(`${path}/plan.json`, plan.replace('"NS"', '"NX"'));
      }],
      ["record.json: ", async (path) => {
        const [first] = (await openStore(`${folder}/copies`).records(path.split("/").at(-1)!)).records;
        await Deno.writeTextFile(`${path}/${first!.id}/record.json`, "{");
      }],
      ["figures.json is listed in SHA256SUMS and not there", (path) => Deno.remove(`${path}/figures.json`)],
      [
        'found "../outside", wanted a path inside',
        (path) => Deno.writeTextFile(`${path}/SHA256SUMS`, `${"0".repeat(64)}  ../outside\n`),
      ],
      ["wanted a SHA-256, two spaces and a path", (path) => Deno.writeTextFile(`${path}/SHA256SUMS`, "nothing\n")],
      ["plan.json is a symbolic link", async (path) => {
        await Deno.remove(`${path}/plan.json`);
        await Deno.symlink(`${tiny}/plan.json`, `${path}/plan.json`);
      }],
    ];
    for (const [i, [text, fn]] of damage.entries()) {
      const path = `${folder}/copies/c${i}`;
      await copy(tiny, path);
      await fn(path);
      const { code, out, err } = await cli("verify", path, "--hashes-only");
      assertEquals([code, err], [65, ""], `${text}\n${out}`);
      assertStringIncludes(out, text);
    }
  }));

Deno.test("verify takes a folder whose failed run was done by `run` after it was sealed, but for sound only once it is sealed again", () =>
  inFolder(async (folder) => {
    const { tiny } = await sweep(folder);
    let cut = "";
    await change(tiny, (record) => {
      Object.assign(record, { status: "failed", error: "Cannot go on", metrics: [] });
      delete record["curves"];
      cut = String(record["id"]);
    }, { sealed: true, which: ({ row, seed }) => row === "NS" && seed === 0 });
    const verify = () => cli("verify", tiny, "--hashes-only");
    const before = await verify();
    assertEquals(before.code, 0, before.out);
    assertStringIncludes(
      before.out,
      "1 of 4 records: held to no digest, the run failed or stopped early and may go on",
    );
    const args = ["--id", cut, "--out", `${folder}/results`, "--quiet"];
    const again = await cli("run", `${folder}/tiny.yaml`, ...args);
    assertEquals(again.code, 0, again.err);
    const after = await verify();
    assertEquals(after.code, 12, after.out);
    assertMatch(
      after.out,
      new RegExp(`${cut}/record.json, .*: not listed in SHA256SUMS, "collate" of the plan writes`),
    );
    const collate = [
      "collate",
      "--plan",
      `${tiny}/plan.json`,
      "--out",
      `${folder}/results`,
      "--data",
      `${folder}/data`,
    ];
    assertEquals((await cli(...collate)).code, 0);
    const sealed = await verify();
    assertEquals([sealed.code, sealed.out.includes("not listed")], [0, false]);
  }));

Deno.test("verify does not call a folder sound whose finished records no digest lists", () =>
  inFolder(async (folder) => {
    const here = `${folder}/a-copy`, sums = `${here}/SHA256SUMS`;
    await copy(`${RESULTS}toy-2d`, here);
    await Deno.remove(`${here}/figures.json`);
    await change(here, ({ metrics }) => metrics.forEach((metric) => metric.value = 0.5));
    const listed = (await Deno.readTextFile(sums)).split("\n"),
      plan = listed.filter((line) => line.endsWith("plan.json"));
    for (const lines of [[], plan]) {
      await Deno.writeTextFile(sums, lines.map((line) => `${line}\n`).join(""));
      const { code, out } = await cli("verify", here, "--hashes-only");
      assertEquals(code, 12, out);
      assertStringIncludes(out, "Verdict: inconclusive");
      assertMatch(out, /record\.json.*: not listed in SHA256SUMS/);
    }
  }));

Deno.test("verify takes the name of an experiment in results/, as table and status do", async () => {
  const { code, out, err } = await cli("verify", "toy-2d", "--hashes-only");
  assertEquals([code, err], [0, ""]);
  assertMatch(out, /^results\/toy-2d: \d+ files match SHA256SUMS/);
});

Deno.test("verify refuses what makes no sense", () =>
  inFolder(async (folder) => {
    const { tiny, flags } = await sweep(folder);
    await Deno.writeTextFile(`${folder}/crate.zip`, "");
    for (
      const [args, text] of [
        [[`${folder}/crate.zip`], "Cannot read the zip archive: it has no end record"],
        [[`${folder}/nowhere`], "there is nothing"],
        [[folder], "neither plan.json nor a record"],
        [[tiny, "--cells", "Ark"], 'Cannot find cell "Ark": wanted ROW or ROW/COLUMN; rows are "NS", "Arc/Face"'],
        [[tiny, "--seeds", "5"], "completed runs have the seeds 0, 1"],
        [[tiny, "--hashes-only", "--all"], "Cannot use --all with --hashes-only: it runs nothing again"],
        [[tiny, "--hashes-only", "--cells", "NS", "--seeds", "0"], "Cannot use --cells, --seeds with --hashes-only"],
        [[tiny, "--hashes-only", "--tolerance", "unseen.auc=1"], "Cannot use --tolerance with --hashes-only"],
        [[tiny, "--hashes-only", "--accept", "consistent", "--plugin", "x.ts"], "Cannot use --accept, --plugin with"],
        [[tiny, "--all", "--cells", "NS"], "Cannot use --cells with --all: it takes every completed run"],
        [
          [tiny, "--tolerance", "unseen.acc=0.1"],
          'Cannot let "unseen.acc" differ: wanted a figure of the runs: unseen.',
        ],
        [[tiny, "--tolerance", "x"], "unseen.accuracy=0.002"],
        [[tiny, "--out", `${folder}/results`], "it holds other results"],
      ] as const
    ) {
      const { code, err } = await cli("verify", ...flags, ...args);
      assertEquals(code, 2, err);
      assertStringIncludes(err, text);
    }
  }));

Deno.test("verify and table name a run's folder that is a symbolic link, and the files beside it are held to SHA256SUMS", () =>
  inFolder(async (folder) => {
    const { tiny } = await sweep(folder),
      [{ id }] = (await openStore(`${folder}/results`).records("tiny")).records as [
        RunRecord,
      ];
    await Deno.rename(`${tiny}/${id}`, `${folder}/elsewhere`);
    await Deno.symlink(`${folder}/elsewhere`, `${tiny}/${id}`);
    const { code, out } = await cli("verify", tiny, "--hashes-only");
    assertEquals(code, 65);
    assertMatch(out, /^.*tiny: \d+ files match SHA256SUMS, 3 records$/m);
    assertStringIncludes(out, `- ${id} is a symbolic link: a real file or folder is wanted`);
    assertEquals([out.includes("There is no"), out.includes("is listed in")], [false, false], out);
    assertStringIncludes(
      (await cli("table", tiny)).out,
      `/${id}": it is a symbolic link, wanted a real file or folder`,
    );
  }));
