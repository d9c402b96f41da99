import { assertEquals, assertRejects } from "@std/assert";
import { readSummaries } from "../../../experiments/store/records.ts";
import { seal } from "../../../experiments/verify/seal.ts";
import { checkSums, experimentFiles, writeSums } from "../../../experiments/verify/sums.ts";
import { sampleRecord } from "../sample_record.ts";

const RUN = "0123456789ab", HALF = "ba9876543210";

/** A folder with everything that a sweep may leave in it. */
async function inExperiment(fn: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    for (
      const path of [
        ...["plan.json", "figures.json", "index.sqlite", "SHA256SUMS.1234.tmp", "plans/a.json", "pairs/0123.npz"],
        `rungs/${HALF}/2.json`,
        ...["record.json", "history.jsonl", "lock", "lease/000001", "weights.safetensors", "checkpoint/current"]
          .map((name) => `${RUN}/${name}`),
        ...["scores/unseen.npy", "lists/unseen.left.txt", "record.json.77.tmp"].map((name) => `${RUN}/${name}`),
        `${HALF}/history.jsonl`,
      ]
    ) {
      await Deno.mkdir(`${folder}/${path}`.replace(/\/[^/]*$/, ""), { recursive: true });
      await Deno.writeTextFile(`${folder}/${path}`, "abc");
    }
    await fn(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const listed = [
  ...["history.jsonl", "lists/unseen.left.txt", "record.json", "scores/unseen.npy"].map((name) => `${RUN}/${name}`),
  ...["figures.json", "pairs/0123.npz", "plan.json", `rungs/${HALF}/2.json`],
];

Deno.test("writeSums() lists what figures rest on, as coreutils does, and no locks, checkpoints or weights", () =>
  inExperiment(async (folder) => {
    await writeSums(folder, new Set([RUN]));
    const abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    const text = await Deno.readTextFile(`${folder}/SHA256SUMS`);
    assertEquals(text, listed.map((path) => `${abc}  ${path}\n`).join(""));
    assertEquals(await checkSums(folder), { matching: listed, changed: [], missing: [], unlisted: [], linked: [] });
  }));

Deno.test("checkSums() tells what was changed, what is gone and what is new", () =>
  inExperiment(async (folder) => {
    assertEquals(await checkSums(folder), undefined);
    await writeSums(folder, new Set([RUN]));
    await Deno.writeTextFile(`${folder}/plan.json`, "abd");
    await Deno.remove(`${folder}/${RUN}/scores`, { recursive: true });
    await Deno.writeTextFile(`${folder}/${HALF}/record.json`, "{}");
    const check = await checkSums(folder);
    assertEquals([check!.changed, check!.missing, check!.unlisted], [
      ["plan.json"],
      [`${RUN}/scores/unseen.npy`],
      [`${HALF}/history.jsonl`, `${HALF}/record.json`],
    ]);
  }));

Deno.test("checkSums() follows no path and no link out of the folder", () =>
  inExperiment(async (folder) => {
    const digest = "0".repeat(64);
    for (const path of ["../x", "/etc/passwd", "a/../../x", "./x", "a//b", "a\\..\\x"]) {
      await Deno.writeTextFile(`${folder}/SHA256SUMS`, `${digest}  ${path}\n`);
      await assertRejects(() => checkSums(folder), SyntaxError, `SHA256SUMS:1: found "${path}", wanted a path inside`);
    }
    await Deno.symlink("/etc", `${folder}/pairs/out`);
    await Deno.writeTextFile(`${folder}/SHA256SUMS`, `${digest}  pairs/out/passwd\n`);
    const { linked, changed, missing } = (await checkSums(folder))!;
    assertEquals([linked, changed, missing], [["pairs/out/passwd"], [], []]);
    assertEquals((await experimentFiles(folder)).links, ["pairs/out"]);
  }));

Deno.test("writeSums() lists nothing of runs whose records may still change", () =>
  inExperiment(async (folder) => {
    await writeSums(folder, new Set([HALF]));
    assertEquals((await checkSums(folder))!.matching, listed.filter((path) => !path.startsWith(RUN)));
  }));

Deno.test("seal() lists no run that got its record after the folder was looked at", () =>
  inExperiment(async (folder) => {
    const { records, entries } = await readSummaries(folder, Date.now());
    await Deno.writeTextFile(`${folder}/${HALF}/record.json`, JSON.stringify(sampleRecord({ id: HALF })));
    await seal(folder, { records, entries });
    const { matching, unlisted } = (await checkSums(folder))!;
    assertEquals(matching.filter((path) => path.startsWith(HALF)), []);
    assertEquals(unlisted.filter((path) => path.startsWith(HALF)), [`${HALF}/history.jsonl`, `${HALF}/record.json`]);
  }));
