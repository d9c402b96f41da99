import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { main } from "../../cli/program.ts";

async function cli(...args: string[]) {
  let out = "", err = "";
  const io = { out: (text: string) => void (out += text), err: (text: string) => void (err += text), terminal: false };
  return { code: await main(args, io, () => {}), out, err };
}

const MANIFEST = `
name: powered
seeds: [0, 1, 2]
backend: cpu
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
table: { columns: [unseen.auc], baseline: NS }
`;

Deno.test("plan --power tells seeds and pairs, before there are runs and after", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const path = `${folder}/powered.yaml`;
    await Deno.writeTextFile(path, MANIFEST);
    const plan = (...flags: string[]) => cli("plan", path, "--out", `${folder}/results`, ...flags);

    const before = await plan("--power", "0.005");
    assertEquals(before.code, 0, before.err);
    assertStringIncludes(
      before.out,
      "seeds: 6 at least, whatever the difference, or no sign-flip test could find it; no spread known: two finished " +
        "seeds of a row are wanted, or give it with --std",
    );
    assertStringIncludes(before.out, "to find a difference of 0.50 pp");
    const given = await plan("--power", "0.01", "--std", "0.02", "--metric", "unseen.accuracy", "--discordant", "0.05");
    assertStringIncludes(given.out, "seeds: 34; 34 by a paired t-test, 6 at least");
    assertStringIncludes(given.out, "The 3 planned seeds find no difference: too few.");
    assertStringIncludes(given.out, "pairs: 3923, by McNemar's test");
    assertStringIncludes(given.out, "5.00 % decided differently, as given");
    const large = await plan("--power", "0.1", "--std", "0.02");
    assertMatch(large.out, /^seeds: 6; [2-5] by a paired t-test, 6 at least/m);
    const row = "    - { label: Cos, head: { name: cosface, m: 0.2, s: 8 } }\ntable:";
    await Deno.writeTextFile(path, MANIFEST.replace("table:", row));
    const two = await plan("--power", "0.1", "--std", "0.02");
    assertStringIncludes(two.out, "two-sided at 0.05 after Holm over 2 comparisons");
    assertStringIncludes(two.out, "seeds: 7;");
    await Deno.writeTextFile(path, MANIFEST);

    const trained = await cli("ablate", path, "--out", `${folder}/results`, "--blas", "none", "--quiet");
    assertEquals(trained.code, 0, trained.err);
    const after = JSON.parse((await plan("--power", "0.005", "--json")).out);
    assertEquals([after.experiment, after.power.metric, after.power.unit], ["powered", "unseen.auc", "fraction"]);
    assertEquals([after.power.seeds.spread.source, after.power.seeds.spread.rows], ["differences", 1]);
    assertEquals([after.power.seeds.planned, after.power.seeds.needed >= 2], [3, true]);
    const stored = JSON.parse((await plan("--power", "0.0001", "--metric", "unseen.accuracy", "--json")).out);
    assertEquals([stored.power.pairs.source, stored.power.pairs.compared], ["stored", 3]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("plan refuses flags of --power without it, what is no number, and a metric that is not there", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const path = `${folder}/powered.yaml`;
    await Deno.writeTextFile(path, MANIFEST);
    for (
      const [flags, hint] of [
        [["--std", "1"], "Cannot use --std without --power"],
        [["--metric", "unseen.auc"], "Cannot use --metric without --power"],
        [["--power", "0.1", "--explain"], "Cannot use --explain with --power: it tells no runs"],
        [["--power", "0.1", "--jobs", "2"], "Cannot use --jobs with --power"],
        [["--power", "abc"], "A number above 0 is wanted"],
        [["--power", "-1"], "A number above 0 is wanted"],
        [["--power", "2"], "wanted --power 0.02 if you mean 2 percent points"],
        [["--power", "0.1", "--metric", "unseen.acc"], "the metrics are unseen.accuracy"],
      ] as const
    ) {
      const { code, out, err } = await cli("plan", path, "--out", `${folder}/results`, ...flags);
      assertEquals([code, out], [2, ""], err);
      assertStringIncludes(err, hint);
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
