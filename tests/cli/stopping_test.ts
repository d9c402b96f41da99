/// Sweeps whose plan stops runs early.
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import project from "../../deno.json" with { type: "json" };
import { main } from "../../cli/program.ts";
import type { RunRecord } from "../../experiments/record.ts";
import { type FrozenPlan, openStore } from "../../experiments/store.ts";
import { sampleRecord } from "../experiments/sample_record.ts";

const root = new URL("../../", import.meta.url).pathname;

const HALVED = `
name: halved
seeds: [0, 1]
backend: cpu
data: { train: { reader: synthetic-faces, identities: 3, perIdentity: 4, size: [8, 8], channels: 1 } }
backbone: { name: convnet, blocks: 1, width: 2, embedding: 4 }
head: { name: arcface, m: 0.3, s: 8 }
schedule: { name: step, lr: 0.05 }
train: { steps: 8, batchSize: 4, ema: 0.5 }
evaluate:
  - name: unseen
    protocol: verification
    data: { reader: synthetic-face-pairs, identities: 4, perIdentity: 3, folds: 2, perFold: 12, size: [8, 8], channels: 1 }
stopping: { rule: halving, metric: unseen.auc, rungs: [2, 5] }
ablation: { grid: { head.m: [0.1, 0.2, 0.3, 0.4] } }
table: { columns: [unseen.auc] }
`;

/** Runs one command line in a folder with `m.yaml`, and keeps what it prints. */
async function cli(
  folder: string,
  command: string,
  ...args: string[]
): Promise<{ code: number; out: string; err: string }> {
  let out = "", err = "";
  const io = { out: (text: string) => void (out += text), err: (text: string) => void (err += text), terminal: false };
  const all = [command, ...args.map((arg) => arg.replace("DIR", folder)), "--out", `${folder}/results`];
  const code = await main(all, io, (code) => {
    throw new Error(`exit ${code}`);
  });
  return { code, out, err };
}

async function inFolder(fn: (folder: string) => Promise<void>, manifest = HALVED): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${folder}/m.yaml`, manifest);
    await fn(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function recordsIn(folder: string): Promise<Map<string, RunRecord>> {
  const { records, problems } = await openStore(`${folder}/results`).records("halved");
  assertEquals(problems, []);
  return new Map(records.map((record) => [record.id, record]));
}

/** What the records of two sweeps of one plan share. */
function essence(records: Map<string, RunRecord>) {
  return [...records.values()].map(({ id, status, error, metrics, stopped, diagnostics }) => {
    return { id, status, error, metrics, stopped: stopped ?? null, diagnostics };
  });
}

/** A sweep that nothing disturbs, and the sweep without the rule. */
async function undisturbed() {
  let halved = new Map<string, RunRecord>(), plain = new Map<string, RunRecord>();
  await inFolder(async (folder) => {
    assertEquals((await cli(folder, "ablate", "DIR/m.yaml")).code, 0);
    halved = await recordsIn(folder);
  });
  await inFolder(async (folder) => {
    assertEquals((await cli(folder, "ablate", "DIR/m.yaml", "--set", "stopping=null")).code, 0);
    plain = await recordsIn(folder);
  });
  return { halved, plain };
}
let kept: ReturnType<typeof undisturbed> | undefined;
const reference = () => kept ??= undisturbed();

Deno.test("ablate with halving: half of the rows end at each rung, and the others are as without the rule", async () => {
  const { halved, plain } = await reference();
  assertEquals([...halved.keys()], [...plain.keys()]);
  const ended = [...halved.values()].filter(({ status }) => status === "stopped");
  assertEquals(ended.map(({ stopped }) => stopped!.step).sort(), [2, 2, 2, 2, 5, 5]);
  for (const [id, record] of halved) {
    if (record.status === "stopped") {
      assertMatch(record.error!, /^stopped at step \d \(halving, rank \d of \d\)$/);
      assertEquals(record.metrics, []);
    } else {
      assertEquals([record.metrics, record.diagnostics], [plain.get(id)!.metrics, plain.get(id)!.diagnostics]);
    }
  }
});

Deno.test("ablate that is done with its rule exits 0, shows stopped rows, and goes on without the rule", () =>
  inFolder(async (folder) => {
    const { plain } = await reference();
    const { out, err } = await cli(folder, "ablate", "DIR/m.yaml");
    assertMatch(out, /head\.m=0\.\d: seed 0 stopped at step 2 \(halving, rank [34] of 4\)/);
    assertMatch(err, /head\.m=0\.\d, seed 0: step 2, unseen\.auc 0\.\d+/);
    assertMatch(err, /head\.m=0\.\d, seed 1: rank 1 of 4 at step 2, goes on/);
    const again = await cli(folder, "ablate", "DIR/m.yaml");
    assertEquals([again.code, again.out], [0, out]);
    assertStringIncludes(again.err, "8 runs, 8 done, 0 to do");
    assertStringIncludes((await cli(folder, "plan", "DIR/m.yaml")).out, "8 runs, 8 done, 0 to do");
    // A stopped row shows no mean: figures of rungs are no results.
    const rows = out.split("\n").filter((line) => line.startsWith("| head.m="));
    assertEquals(rows.filter((row) => /stopped at step [25]/.test(row)).length, 3);

    const rest = await cli(folder, "ablate", "DIR/m.yaml", "--set", "stopping=null");
    assertEquals(rest.code, 0, rest.err);
    assertStringIncludes(rest.err, "8 runs, 2 done, 6 to do");
    assertStringIncludes(rest.err, "8 steps, from step 5");
    assertEquals(essence(await recordsIn(folder)), essence(plain));
  }));

Deno.test("ablate that tries failed runs again decides no rung before they have come to it", () =>
  inFolder(async (folder) => {
    await cli(folder, "plan", "DIR/m.yaml", "--out", "DIR/plan.json");
    const { runs }: FrozenPlan = JSON.parse(await Deno.readTextFile(`${folder}/plan.json`));
    const store = openStore(`${folder}/results`);
    for (const { id, row, seed } of runs.slice(1)) {
      const failed = { status: "failed", error: "the disk was full", metrics: [] } as const;
      await (await store.folder("halved", id)).writeRecord(
        sampleRecord({ id, row, seed, experiment: "halved", ...failed }),
      );
    }
    assertEquals((await cli(folder, "ablate", "DIR/m.yaml")).code, 0);
    assertEquals(essence(await recordsIn(folder)), essence((await reference()).halved));
    const aside = JSON.parse(await Deno.readTextFile(`${folder}/results/halved/${runs[1]!.id}/failed.json`));
    assertEquals(aside.error, "the disk was full");
  }));

Deno.test("run --plan --index trains to the next open rung, exits 75, and ends after one submission more than rungs", () =>
  inFolder(async (folder) => {
    assertEquals((await cli(folder, "plan", "DIR/m.yaml", "--out", "DIR/plan.json")).code, 0);
    const submit = async () => {
      const codes: number[] = [];
      for (let i = 0; i < 8; i++) {
        codes.push((await cli(folder, "run", "--plan", "DIR/plan.json", "--index", `${i}`)).code);
      }
      return codes;
    };
    const { err } = await cli(folder, "run", "--plan", "DIR/plan.json", "--index", "0");
    assertStringIncludes(
      err,
      "seed 0: waits at step 2 for the other runs, checkpoint written; the same command goes on once they are there",
    );
    assertEquals((await submit()).slice(0, 7), Array(7).fill(75));
    const open = await cli(folder, "collate", "--plan", "DIR/plan.json");
    assertEquals(open.code, 75);
    assertMatch(open.out, /\d of 8 runs to do: --array=0/);
    await submit();
    assertEquals(await submit(), Array(8).fill(0));
    assertEquals((await cli(folder, "collate", "--plan", "DIR/plan.json")).code, 0);
    assertEquals(essence(await recordsIn(folder)), essence((await reference()).halved));
  }));

/** Starts a sweep in a process with the flags of its task. */
function start(folder: string, ...args: string[]): Deno.ChildProcess {
  const [program, ...flags] = project.tasks.ablate.command.split(" ").slice(0, -2);
  const narrowed = flags.map((flag) => flag === "--allow-write=results" ? `--allow-write=${folder}` : flag);
  return new Deno.Command(program!, {
    args: [...narrowed, `${root}cli.ts`, "ablate", `${folder}/m.yaml`, ...args, "--out", `${folder}/results`],
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).spawn();
}

/** Goes on with a sweep until it is done, while processes of an earlier one may still hold runs. */
async function goOn(folder: string): Promise<void> {
  let last = { code: 75, out: "", err: "" };
  for (let i = 0; i < 50 && last.code === 75; i++) {
    last = await cli(folder, "ablate", "DIR/m.yaml");
    if (last.code === 75) await new Promise((resolve) => setTimeout(resolve, 100));
  }
  assertEquals(last.code, 0, last.err);
}

Deno.test("ablate --jobs 2 killed in the middle of a rung and gone on gives the records of an undisturbed sweep", () =>
  inFolder(async (folder) => {
    const child = start(folder, "--jobs", "2");
    let printed = "";
    for await (const part of child.stderr.pipeThrough(new TextDecoderStream())) {
      printed += part;
      if (/step 2, unseen\.auc/.test(printed)) break;
    }
    child.kill("SIGKILL");
    await child.status;
    assert((await recordsIn(folder)).size < 8, "it was killed before it was done");
    await goOn(folder);
    assertEquals(essence(await recordsIn(folder)), essence((await reference()).halved));
  }));

Deno.test("two sweeps on one folder come to the same decisions", () =>
  inFolder(async (folder) => {
    const outputs = await Promise.all([start(folder), start(folder)].map((child) => child.output()));
    for (const { code, stderr } of outputs) assert([0, 75].includes(code), new TextDecoder().decode(stderr));
    await goOn(folder);
    assertEquals(essence(await recordsIn(folder)), essence((await reference()).halved));
  }));

Deno.test("ablate with a row that diverges before a rung ranks it last, and does not wait for it", () =>
  inFolder(
    async (folder) => {
      const { code, out } = await cli(folder, "ablate", "DIR/m.yaml");
      assertEquals(code, 70);
      const records = [...(await recordsIn(folder)).values()];
      assertEquals(records.map(({ status }) => status).sort(), ["completed", "diverged", "stopped"]);
      assertEquals(records.find(({ status }) => status === "diverged")!.row, "wild");
      assertStringIncludes(out, "stopped at step 35 (halving, rank 2 of 2)");
    },
    HALVED.replace("seeds: [0, 1]", "seeds: [0]").replace("rungs: [2, 5]", "rungs: [30, 35]").replace(
      "steps: 8",
      "steps: 40",
    ).replace(
      /ablation: .*/,
      `ablation:
  rows:
    - { label: wild, head: { name: softmax }, schedule: { lr: 99 }, optimizer: { name: sgd, weightDecay: 1 } }
    - { label: A }
    - { label: B, head: { name: arcface, m: 0.1, s: 8 } }`,
    ),
  ));

Deno.test("ablate with early stopping exits 0; the rule of another plan does not count", () =>
  inFolder(async (folder) => {
    const early = (minDelta: number) =>
      `stopping={rule: early, metric: unseen.auc, every: 1, patience: 1, minDelta: ${minDelta}}`;
    const first = await cli(folder, "ablate", "DIR/m.yaml", "--set", early(1), "--seed", "0");
    assertEquals(first.code, 0, first.err);
    assertStringIncludes(first.err, "seed 0: stopped at step 2 (early, no gain over step 1 in 1 evaluation)");
    const again = await cli(folder, "ablate", "DIR/m.yaml", "--set", early(1), "--seed", "0");
    assertStringIncludes(again.err, "4 runs, 4 done, 0 to do");
    const other = await cli(folder, "plan", "DIR/m.yaml", "--set", early(2), "--seed", "0");
    assertStringIncludes(other.out, "4 runs, 0 done, 4 to do");
    assertStringIncludes(
      other.out,
      "stopping: a run ends early on unseen.auc at step 2 at the soonest; nothing is saved for certain",
    );
  }));

Deno.test("validate and plan warn of halving that may stop no row, and say what would", () =>
  inFolder(async (folder) => {
    const m = "DIR/m.yaml", protect = ["--set", "table.baseline=head.m=0.1"];
    const of = async (command: string, ...flags: string[]) => (await cli(folder, command, m, ...flags)).out;
    const warned = "warning: halving may stop no row: keep 0.75 lets 3 of 4 rows go on, and protected ones " +
      '("head.m=0.1") may come on top; to stop one for certain, keep 0.5 or less, or protect fewer\n';
    for (const command of ["validate", "plan"]) {
      assertStringIncludes(await of(command, ...protect, "--set", "stopping.keep=0.75"), warned);
      assertEquals((await of(command, ...protect, "--set", "stopping.keep=0.5")).includes("warning"), false);
      assertEquals((await of(command, "--set", "stopping.keep=0.75")).includes("warning"), false);
    }
    const two = HALVED.replace("[0.1, 0.2, 0.3, 0.4]", "[0.1, 0.2]");
    await Deno.writeTextFile(`${folder}/m.yaml`, two);
    const { warnings } = JSON.parse(await of("validate", ...protect, "--json"));
    assertMatch(warnings.join(), /keep 0.5 lets 1 of 2 rows go on, .*to stop one for certain, protect none$/);
  }));

Deno.test("plan says what halving saves at least; run by a manifest is refused", () =>
  inFolder(async (folder) => {
    // Of 4 rows 2 end at step 2, and one at step 5; each has 2 seeds.
    assertStringIncludes(
      (await cli(folder, "plan", "DIR/m.yaml")).out,
      "stopping: halving on unseen.auc at steps 2, 5 saves at least 30 of 64 steps (47 %)",
    );
    const { code, err } = await cli(folder, "run", "DIR/m.yaml", "--row", "head.m=0.1", "--seed", "0");
    assertEquals(code, 2);
    assertMatch(
      err,
      /Cannot run one run of .*m\.yaml: halving ranks it against all others; train them all with "ablate"/,
    );
  }));
