import { assertEquals } from "@std/assert";
import { freezePlan } from "../../experiments/freeze.ts";
import { planRuns } from "../../experiments/plan.ts";
import { ruleOf } from "../../experiments/stopping/rule.ts";
import { base, load, problemsOf } from "./manifest_helpers.ts";

const rows = base + "ablation: { grid: { head.m: [0.1, 0.2, 0.3, 0.4] } }\n";
const halving = (more = "", text = rows) =>
  `${text}stopping: { rule: halving, metric: unseen.accuracy, rungs: [2, 5]${more} }\n`;

Deno.test("loadManifest() fills stopping's defaults in, with the direction of its metric", async () => {
  assertEquals((await load(rows)).stopping, undefined);
  assertEquals((await load(halving())).stopping, {
    rule: "halving",
    metric: "unseen.accuracy",
    rungs: [2, 5],
    keep: 0.5,
    protect: [],
    higherIsBetter: true,
  });
  const compared = await load(halving() + "table: { baseline: head.m=0.2 }\n");
  assertEquals((compared.stopping as { protect: unknown }).protect, ["head.m=0.2"]);
  const freed = await load(halving(", protect: []") + "table: { baseline: head.m=0.2 }\n");
  assertEquals((freed.stopping as { protect: unknown }).protect, []);
  assertEquals((await load(base + "stopping: { rule: early, metric: unseen.eer, every: 2 }\n")).stopping, {
    rule: "early",
    metric: "unseen.eer",
    every: 2,
    patience: 3,
    minDelta: 0,
    higherIsBetter: false,
  });
  assertEquals((await load(halving(), { overrides: ["stopping=null"] })).stopping, undefined);
});

Deno.test("loadManifest() merges an inherited rule, and replaces it by another", async () => {
  const over = (line: string) =>
    load({ "base.yaml": halving(), "m.yaml": `name: over\nextends: base.yaml\n${line}\n` });
  assertEquals((await over("stopping: { keep: 0.25 }")).stopping, {
    ...(await load(halving())).stopping,
    keep: 0.25,
  } as never);
  const early = await over("stopping: { rule: early, metric: unseen.auc, every: 1 }");
  assertEquals([early.stopping?.rule, early.stopping?.metric], ["early", "unseen.auc"]);
});

Deno.test("freezePlan() keeps the rule beside the runs, whose ids do not depend on it", async () => {
  const refuse = () => Promise.reject(new Error("a plan reads digests alone"));
  const digest = () => Promise.resolve("ab".repeat(32)), stat = () => Promise.resolve("file" as const);
  const files = { stat, digest, list: refuse, size: refuse, read: refuse, locate: (path: string) => path };
  const frozen = async (text: string) =>
    freezePlan(await planRuns(await load(text), { files }), {
      code: { marginlab: "1", sha256: null },
      published: null,
    });
  const [plain, stopped, other] = [await frozen(rows), await frozen(halving()), await frozen(halving(", keep: 0.3"))];
  assertEquals(stopped.runs, plain.runs);
  assertEquals("stopping" in plain, false);
  assertEquals(new Set([plain, stopped, other].map(({ digest }) => digest)).size, 3);
  assertEquals(ruleOf(plain), undefined);
  assertEquals(new Set([ruleOf(stopped), ruleOf(other)]).size, 2);
});

/** A manifest, and the lines of its error. */
const CASES: readonly [name: string, text: string, ...problems: string[]][] = [
  [
    "text for the section",
    rows + "stopping: halving\n",
    "12:11: Cannot use stopping: wanted a mapping such as { rule: halving, metric: …, rungs: [300] }",
  ],
  [
    "no rule",
    rows + "stopping: { keep: 0.5 }\n",
    '12:11: Cannot use rule of stopping: found none, wanted "halving", "early"',
  ],
  [
    "a misspelt rule",
    rows + "stopping: { rule: halfing }\n",
    '12:19: Cannot use rule of stopping: found "halfing", wanted "halving", "early". Did you mean "halving"?',
  ],
  [
    "keys of the other rule",
    halving(", patience: 3"),
    '12:68: Unknown key "patience" of stopping rule "halving": known keys are "rule", "metric", "rungs", "keep", "protect"',
  ],
  [
    "keys that are missing",
    rows + "stopping: { rule: early }\n",
    '12:11: Missing key "metric" of stopping rule "early": Metric that decides, as evaluation.metric; the evaluation is ' +
    "made in the middle of training and changes nothing in it",
    '12:11: Missing key "every" of stopping rule "early": Steps between two evaluations',
  ],
  [
    "a share above 1",
    halving(", keep: 1.5"),
    '12:74: Cannot use keep of stopping rule "halving": found 1.5, wanted a number above 0 and below 1',
  ],
  [
    "rungs that go down",
    rows + "stopping: { rule: halving, metric: unseen.accuracy, rungs: [5, 2] }\n",
    '12:60: Cannot use rungs of stopping rule "halving": found [5,2], write the steps in ascending order, each once',
  ],
  [
    "rungs that no row reaches",
    rows + "stopping: { rule: halving, metric: unseen.accuracy, rungs: [5, 10] }\n",
    '12:64: Cannot rank rows at step 10: row "head.m=0.1" trains 10 steps, wanted rungs below the train.steps of every row',
  ],
  [
    "a metric that is misspelt",
    rows + "stopping: { rule: halving, metric: unseen.acuracy, rungs: [5] }\n",
    '12:36: Cannot stop by metric "unseen.acuracy": no evaluation gives it, wanted one of',
  ],
  [
    "a metric without a direction",
    rows + "stopping: { rule: halving, metric: unseen.xnorm, rungs: [5] }\n",
    '12:36: Cannot stop by metric "unseen.xnorm": neither direction of it is better, wanted one of',
  ],
  [
    "a row to protect that is not there",
    halving(", protect: [head.m=0.15]"),
    '12:78: Cannot protect row "head.m=0.15": known rows are "head.m=0.1", "head.m=0.2", "head.m=0.3", "head.m=0.4". ' +
    'Did you mean "head.m=0.1"?',
  ],
  [
    "every row protected",
    halving(", protect: [head.m=0.1, head.m=0.2, head.m=0.3, head.m=0.4]"),
    "12:77: Cannot protect every row: halving would stop none, leave some out",
  ],
  [
    "a row protected twice",
    halving(", protect: [head.m=0.1, head.m=0.1]"),
    '12:77: Cannot use protect of stopping rule "halving": found ["head.m=0.1","head.m=0.1"], which names a row twice',
  ],
  [
    "one row",
    halving("", base),
    "11:11: Cannot halve with keep 0.5: it keeps all of 1 row, wanted several rows, as an ablation has, or no stopping",
  ],
  [
    "a share that keeps all",
    halving(", keep: 0.9"),
    "12:74: Cannot halve with keep 0.9: it keeps all of 4 rows, wanted a smaller share",
  ],
  [
    "early stopping that comes too late",
    base + "stopping: { rule: early, metric: unseen.accuracy, every: 3 }\n",
    "11:58: Cannot stop early with every 3 and patience 3: the first decision would be at step 12, wanted one before " +
    "step 10, with which training ends",
  ],
  [
    "a row without the evaluation",
    base + "ablation: { rows: [{ label: A }, { label: B, evaluate: [] }] }\n" +
    "stopping: { rule: early, metric: unseen.accuracy, every: 1 }\n",
    '12:34: Cannot stop row "B" by metric "unseen.accuracy": the row has no evaluation "unseen"',
  ],
  [
    "rows that measure differently",
    base +
    "ablation: { rows: [{ label: A }, { label: B, evaluate: [{ name: unseen, protocol: verification, flip: true, " +
    "data: { reader: sampled-pairs, from: { reader: image-folder, path: b.zip, size: [28, 28], channels: 1 } } }] }] }\n" +
    "stopping: { rule: early, metric: unseen.accuracy, every: 1 }\n",
    'Cannot stop by metric "unseen.accuracy": rows "A" and "B" measure ' +
    "it by protocols with other parameters, wanted one for all rows",
  ],
];

for (const [name, text, ...wanted] of CASES) {
  Deno.test(`loadManifest() on stopping with ${name} says what is wrong, and where`, async () => {
    const found = await problemsOf(text);
    assertEquals(found.length, wanted.length, found.join("\n"));
    wanted.forEach((line, i) => assertEquals(found[i]!.includes(line), true, `${found[i]}\nwanted ${line}`));
  });
}
