import { assertAlmostEquals, assertEquals, assertStringIncludes } from "@std/assert";
import { ijb, megafaceReader, ytf } from "../../datasets/catalogue.ts";
import type { TemplateSet } from "../../datasets/mod.ts";
import { evaluateAll } from "../../experiments/evaluate.ts";
import { evaluationProblems } from "../../experiments/evaluation_checks.ts";
import type { EvaluateProgress } from "../../experiments/measure.ts";
import { builtins } from "../../registry/builtins.ts";
import { useBackend } from "../../tensor/backend.ts";
import {
  IJB,
  ijbFiles,
  layouts,
  MEGAFACE,
  megafaceFiles,
  openTemplates,
  ytfFiles,
} from "../datasets/template_layouts.ts";

const registries = builtins();

/** The last event of an evaluation without a network. */
async function measure(protocol: string, params: Record<string, unknown>, set: TemplateSet): Promise<EvaluateProgress> {
  const all = registries.protocol.get(protocol).params.parse(params);
  const task = { section: { name: "e", protocol: { protocol, ...all }, data: {} }, set };
  assertEquals(evaluationProblems(task, registries, undefined), []);
  let last: EvaluateProgress | undefined;
  for await (const event of evaluateAll([task], { registries })) last = event;
  return last!;
}

const valueOf = ({ metrics }: EvaluateProgress, name: string) =>
  Number(metrics!.find((metric) => metric.name === name)!.value);

Deno.test("evaluateAll() measures templates by their stored embeddings alone", async () => {
  await useBackend("cpu");
  const [one] = layouts.ijb.cases.filter(({ params }) => params.flip === "sum" && params["detector"]);
  const verified = await measure("ijb-verification", one!.params, await openTemplates(ijb, IJB, ijbFiles()));
  assertAlmostEquals(valueOf(verified, "tar@1e-2"), one!.tar[1]!, 1e-9);
  assertAlmostEquals(valueOf(verified, "tar-nearest@1e-1"), one!.nearest[3]!, 1e-9);
  assertEquals(verified.curves!.map(({ name }) => name), ["roc", "det"]);
  const [, noisy] = layouts.megaface.cases;
  const found = await measure(
    "megaface",
    noisy!.params,
    await openTemplates(megafaceReader, MEGAFACE, megafaceFiles()),
  );
  assertAlmostEquals(valueOf(found, "rank-1@3e2"), noisy!.rank1[2]!, 1e-9);
  const videos = await openTemplates(ytf, { splits: "splits.txt", embeddings: { path: "frames.npz" } }, ytfFiles());
  assertAlmostEquals(valueOf(await measure("ytf-verification", {}, videos), "accuracy"), layouts.ytf.accuracy, 1e-9);
});

Deno.test("evaluationProblems() says that templates without embeddings want a network", async () => {
  const set = await openTemplates(ijb, { ...IJB, embeddings: null }, ijbFiles());
  const task = { section: { name: "e", protocol: { protocol: "ijb-verification" }, data: {} }, set };
  const [problem, ...others] = evaluationProblems(task, registries, undefined);
  assertEquals(others, []);
  assertStringIncludes(problem!, 'reader "ijb" gives no stored embeddings');
});
