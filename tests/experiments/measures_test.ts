/// `measures.jsonl`, and the settings that ask for it.
import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { RunFolder } from "../../experiments/store.ts";
import { base, load, problemsOf } from "./manifest_helpers.ts";

const metric = {
  evaluation: "unseen",
  name: "accuracy",
  value: 0.5,
  n: 10,
  unit: "fraction",
  higherIsBetter: true,
  definition: "verification/1",
} as const;

Deno.test("readMeasures() gives the figures by step, and names the line of what is none", async () => {
  const path = await Deno.makeTempDir(), folder = new RunFolder(path);
  assertEquals(await folder.readMeasures(), []);
  await folder.appendMeasures({ step: 4, metrics: [metric] });
  await folder.appendMeasures({ step: 2, metrics: [metric] });
  await folder.appendMeasures({ step: 6, metrics: [metric] });
  assertEquals((await folder.readMeasures()).map(({ step }) => step), [2, 6]);
  await folder.truncateMeasures(2);
  assertEquals(await folder.readMeasures(), [{ step: 2, metrics: [metric] }]);
  await Deno.writeTextFile(`${path}/measures.jsonl`, '{"step":3,"metrics":[{}]}\n', { append: true });
  await assertRejects(() => folder.readMeasures(), SyntaxError, "measures.jsonl:2: wanted step and metrics");
});

Deno.test("loadManifest() takes evaluateEvery, which is no part of a run's identity, and checks the names of evaluateOnly", async () => {
  const { output } = await load(`${base}output: { evaluateEvery: 5, evaluateOnly: [unseen] }\n`);
  assertEquals([output.evaluateEvery, output.evaluateOnly], [5, ["unseen"]]);
  assertEquals((await load(base)).output.evaluateEvery, undefined);
  const [unknown] = await problemsOf(`${base}output: { evaluateEvery: 5, evaluateOnly: [unsen] }\n`);
  assertStringIncludes(
    unknown!,
    'Cannot evaluate only "unsen": no row has an evaluation of this name, wanted one of "unseen"',
  );
  const [alone] = await problemsOf(`${base}output: { evaluateOnly: [unseen] }\n`);
  assertStringIncludes(alone!, "output.evaluateEvery is left out");
});
