/// Runs that go on with other flags than they began with: their library and its threads are those of the checkpoint.
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { threadFlags } from "../../cli/threads.ts";
import { main } from "../../cli/program.ts";
import { loadBlas } from "../../experiments/openblas.ts";
import { openStore } from "../../experiments/store.ts";

const MANIFEST = `
name: halved
seeds: [0]
backend: wasm
data: { train: { reader: synthetic-faces, identities: 3, perIdentity: 4, size: [8, 8], channels: 1 } }
backbone: { name: convnet, blocks: 1, width: 2, embedding: 4 }
head: { name: arcface, m: 0.3, s: 8 }
schedule: { name: step, lr: 0.05 }
train: { steps: 6, batchSize: 4 }
evaluate:
  - name: unseen
    protocol: verification
    data: { reader: synthetic-face-pairs, identities: 4, perIdentity: 3, folds: 2, perFold: 12, size: [8, 8], channels: 1 }
stopping: { rule: halving, metric: unseen.auc, rungs: [3] }
ablation: { grid: { head.m: [0.1, 0.4] } }
`;

async function inFolder(
  fn: (ablate: (...flags: string[]) => Promise<{ code: number; err: string }>, results: string) => Promise<void>,
) {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${folder}/m.yaml`, MANIFEST);
    await fn(async (...flags) => {
      let err = "";
      const io = { out: () => {}, err: (text: string) => void (err += text), terminal: false };
      const args = ["ablate", `${folder}/m.yaml`, "--out", `${folder}/results`, ...flags];
      return { code: await main(args, io, () => {}), err };
    }, `${folder}/results`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Status and library of each record; the run that the rule stopped is the second. */
async function ends(results: string): Promise<[string, string | null][]> {
  const { records } = await openStore(results).records("halved");
  return records.map(({ status, backend }) => [status, backend!.blas] as [string, string | null])
    .sort(([a], [b]) => a < b ? -1 : 1);
}

const library = await loadBlas({ threads: 1 });
library?.close();

Deno.test("a run goes on with the kernels of its checkpoint, whatever this process would take by itself", () =>
  inFolder(async (ablate, results) => {
    assertEquals((await ablate("--blas", "none")).code, 0);
    assertEquals(await ends(results), [["completed", null], ["stopped", null]]);
    const rest = await ablate("--set", "stopping=null");
    assertEquals(rest.code, 0, rest.err);
    assertEquals(await ends(results), [["completed", null], ["completed", null]]);
  }));

Deno.test({
  name: "a run goes on with the threads of its checkpoint, and flags that ask for others are refused without a record",
  ignore: !library?.name.endsWith(", 1 threads") || navigator.hardwareConcurrency < 2,
  fn: () =>
    inFolder(async (ablate, results) => {
      const one = library!.name, stopped: [string, string | null][] = [["completed", one], ["stopped", one]];
      assertEquals((await ablate("--threads", "1")).code, 0);
      assertEquals(await ends(results), stopped);
      for (
        const [jobs, other, advice] of [
          [[], ["--threads", "2"], "give --threads 1, or"],
          [["--jobs", "2"], ["--threads", "2"], "give --threads 1, or"],
          [[], ["--blas", "none"], `go on where ${one.split(",")[0]} is, without --blas none, or`],
        ] as const
      ) {
        const { code, err } = await ablate("--set", "stopping=null", ...jobs, ...other);
        assertEquals(code, 70, err);
        assertStringIncludes(err, `its checkpoint was made on wasm (${one})`);
        assertMatch(
          err,
          new RegExp(`; ${advice.replaceAll(/[.]/g, "\\.")} start over: deno task rm \\S+/halved [0-9a-f]{12}\n`),
        );
        assertEquals(await ends(results), stopped);
      }
      // By itself, a process takes a thread a processor.
      const rest = await ablate("--set", "stopping=null");
      assertEquals(rest.code, 0, rest.err);
      assertEquals(await ends(results), [["completed", one], ["completed", one]]);
    }),
});

Deno.test("processes of their own get the threads that were named, or a share that a checkpoint comes before", () => {
  assertEquals(threadFlags({ threads: 3 }, 2), ["--threads=3"]);
  assertEquals(threadFlags({}, 2), ["--share=2"]);
  assertEquals(threadFlags({ blas: "none" }, 2), []);
});
