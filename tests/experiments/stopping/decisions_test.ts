/// What halving decides is decided once, and stands.
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import type { RunRecord } from "../../../experiments/record.ts";
import type { HalvingSection } from "../../../experiments/resolved.ts";
import { openStore } from "../../../experiments/store.ts";
import { keepDecision, readDecision } from "../../../experiments/store/decisions.ts";
import type { DecidedRung } from "../../../experiments/stopping/halving.ts";
import { stoppingOf } from "../../../experiments/stopping/rule.ts";
import { sampleRecord } from "../sample_record.ts";

const digest = "a".repeat(64), other = "b".repeat(64);
const stopping: HalvingSection = {
  rule: "halving",
  metric: "unseen.accuracy",
  higherIsBetter: true,
  rungs: [10, 20],
  keep: 0.5,
  protect: [],
};
const rows = ["A", "B", "C", "D"].map((label) => ({ label }));
const idOf = (label: string) => `00000000000${label.toLowerCase()}`;
const runs = rows.map(({ label }) => ({ id: idOf(label), row: label, seed: 0 }));
const plan = { experiment: "halved", digest, rows: rows as never, runs, stopping };

/** A results folder, with what a test does to its runs and what a process that comes to it decides. */
async function inResults(
  fn: (results: {
    root: string;
    figure: (label: string, step: number, value: number) => Promise<void>;
    record: (label: string, changes: Partial<RunRecord>) => Promise<void>;
    goOn: () => Promise<string[]>;
  }) => Promise<void>,
): Promise<void> {
  const root = await Deno.makeTempDir(), store = openStore(root), metric = stopping.metric;
  try {
    for (const { id } of runs) await Deno.mkdir(`${root}/halved/${id}`, { recursive: true });
    await fn({
      root,
      figure: async (label, step, value) => {
        await (await store.folder("halved", idOf(label))).appendRung({ step, metric, value });
      },
      record: async (label, changes) => {
        const id = idOf(label), record = sampleRecord({ id, experiment: "halved", row: label, ...changes });
        await (await store.folder("halved", id)).writeRecord(record);
      },
      goOn: async () =>
        (await stoppingOf(plan, store)!.decided()).map(({ ranking }) =>
          ranking.filter(({ goesOn }) => goesOn).map(({ label }) => label).join("")
        ),
    });
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

Deno.test("a failed run that is tried again turns no decision around that was taken while it counted as ended", () =>
  inResults(async ({ figure, record, goOn }) => {
    await record("A", { status: "failed", error: "the disk was full", metrics: [] });
    for (const [label, value] of [["B", 0.6], ["C", 0.5], ["D", 0.4]] as const) await figure(label, 10, value);
    assertEquals(await goOn(), ["BC"]);
    // It comes to the rung after all, as the best of them.
    await figure("A", 10, 0.9);
    assertEquals(await goOn(), ["BC"]);
    await figure("B", 20, 0.6);
    await figure("C", 20, 0.7);
    assertEquals(await goOn(), ["BC", "C"]);
  }));

Deno.test("a process that has decided nothing yet sees a failed run that was tried again", () =>
  inResults(async ({ root, figure, record }) => {
    const rule = stoppingOf(plan, openStore(root))!;
    await record("A", { status: "failed", error: "the disk was full", metrics: [] });
    for (const [label, value] of [["B", 0.6], ["C", 0.5]] as const) await figure(label, 10, value);
    assertEquals(await rule.verdict(idOf("B"), 10), undefined);
    await figure("A", 10, 0.9);
    await figure("D", 10, 0.4);
    assertEquals((await rule.verdict(idOf("A"), 10))!.row.rank, 1);
  }));

/** Decides one rung in twenty ways at once; gives the decisions that were told to stand. */
async function decideAtOnce(root: string): Promise<DecidedRung[]> {
  const decisions = Array.from({ length: 20 }, (_, i) => ({
    step: 10,
    ranking: [{ label: `row ${i}`, rank: 1, mean: i / 3, lacking: 0, goesOn: true }],
  }));
  return await Promise.all(decisions.map((rung) => keepDecision({ root, experiment: "halved", digest }, rung)));
}

/** Runs a test on a file system that answers links with an error, and takes longer for each file to be renamed. */
async function refusingLinks(error: Error, fn: () => Promise<void>): Promise<void> {
  const { link, rename } = Deno;
  let renames = 0;
  Deno.link = () => Promise.reject(error);
  Deno.rename = async (from, to) => {
    await new Promise((resolve) => setTimeout(resolve, 10 * ++renames));
    await rename(from, to);
  };
  try {
    await fn();
  } finally {
    Object.assign(Deno, { link, rename });
  }
}

Deno.test("of processes that decide at once the first one's decision stands for all", () =>
  inResults(async ({ root }) => {
    const where = { root, experiment: "halved", digest }, kept = await decideAtOnce(root);
    assertEquals(new Set(kept.map(({ ranking }) => ranking[0]!.label)).size, 1);
    assertEquals(await readDecision(where, 10), kept[0]);
    assertEquals(await readDecision({ ...where, digest: other }, 10), undefined);
    const names = await Array.fromAsync(Deno.readDir(`${root}/halved/rungs/${digest.slice(0, 12)}`));
    assertEquals(names.map(({ name }) => name).sort(), ["10.json"]);
  }));

for (const error of [new Deno.errors.NotSupported("os error 95"), new Deno.errors.PermissionDenied("os error 1")]) {
  Deno.test(`the first decision stands on a file system without links too: ${error.name}`, () =>
    inResults(({ root }) =>
      refusingLinks(error, async () => {
        const kept = await decideAtOnce(root);
        assertEquals(new Set(kept.map(({ ranking }) => ranking[0]!.label)).size, 1);
        assertEquals(await readDecision({ root, experiment: "halved", digest }, 10), kept[0]);
      })
    ));
}

Deno.test("keepDecision() tells of a disk that takes no link for another reason", () =>
  inResults(({ root }) =>
    refusingLinks(new Error("no space left (os error 28)"), async () => {
      const where = { root, experiment: "halved", digest };
      await assertRejects(() => keepDecision(where, { step: 10, ranking: [] }), Error, "os error 28");
      const names = await Array.fromAsync(Deno.readDir(`${root}/halved/rungs/${digest.slice(0, 12)}`));
      assertEquals(names, []);
    })
  ));

Deno.test("readDecision() names a file that is damaged, or of another plan", () =>
  inResults(async ({ root }) => {
    const where = { root, experiment: "halved", digest };
    await keepDecision(where, { step: 10, ranking: [] });
    const path = `${root}/halved/rungs/${digest.slice(0, 12)}/10.json`, whole = await Deno.readTextFile(path);
    for (const text of ["", whole.slice(0, -5), whole.replace(digest, other), whole.replace("10", "11")]) {
      await Deno.writeTextFile(path, text);
      const error = await readDecision(where, 10).then(() => undefined, (error) => error);
      assert(error instanceof SyntaxError);
      assertStringIncludes(error.message, "rungs/aaaaaaaaaaaa/10.json");
      assertStringIncludes(error.message, "delete it so that the rung is decided again");
    }
  }));

Deno.test("each of many runs that come to a rung asks for the decision without reading all others again", () =>
  inResults(async ({ root }) => {
    const many = Array.from({ length: 60 }, (_, i) => ({ id: `${i}`.padStart(12, "0"), row: `row ${i}`, seed: 0 }));
    const store = openStore(root), rows = many.map(({ row }) => ({ label: row })) as never;
    const rule = stoppingOf({ ...plan, rows, runs: many }, store)!, real = Deno.readTextFile;
    let reads = 0;
    for (const [i, { id }] of many.entries()) {
      await (await store.folder("halved", id)).appendRung({ step: 10, metric: stopping.metric, value: i });
      Deno.readTextFile = (...args) => (reads++, real(...args));
      try {
        assertEquals((await rule.verdict(id, 10))?.row.rank, i === 59 ? 1 : undefined);
      } finally {
        Deno.readTextFile = real;
      }
    }
    // A time the decision, its own figure, and what the next run has: no figure and no record.
    assert(reads <= 5 * many.length, `${reads}`);
  }));
