import { assertAlmostEquals, assertEquals, assertRejects } from "@std/assert";
import { ijb, megafaceReader, ytf } from "../../datasets/catalogue.ts";
import type { TemplateSet } from "../../datasets/mod.ts";
import {
  type Evaluation,
  ijbIdentification,
  ijbVerification,
  megafaceProtocol,
  type StreamedProtocolPlugin,
  ytfVerification,
} from "../../evaluation/mod.ts";
import { testOnBackends } from "../backends.ts";
import {
  IJB,
  ijbFiles,
  layouts,
  MEGAFACE,
  megafaceFiles,
  openTemplates,
  ytfFiles,
} from "../datasets/template_layouts.ts";

const ijbSet = await openTemplates(ijb, IJB, ijbFiles());
const megafaceSet = await openTemplates(megafaceReader, MEGAFACE, megafaceFiles());

async function evaluate(
  protocol: StreamedProtocolPlugin,
  params: Readonly<Record<string, unknown>>,
  set: TemplateSet,
): Promise<Evaluation> {
  const all = protocol.params.parse(params), embeddings = set.images.embeddings!;
  const evaluation = await protocol.evaluateStream(all, { embeddings, labels: set.images.labels, templates: set });
  assertEquals(evaluation.metrics.map(({ name }) => name), protocol.metrics(all).map(({ name }) => name));
  return evaluation;
}

function assertValues(evaluation: Evaluation, expected: readonly number[], from = 0): void {
  const found = evaluation.metrics.slice(from, from + expected.length).map(({ value }) => value);
  expected.forEach((value, i) => assertAlmostEquals(found[i]!, value, 1e-9, evaluation.metrics[from + i]!.name));
}

for (const { params, scores, tar, nearest, auc, identification } of layouts.ijb.cases) {
  const { far: _, ...fusion } = params, variant = Object.values(fusion).join(", ");

  Deno.test(`ijbVerification gives what NumPy and scikit-learn do: ${variant}`, async () => {
    const evaluation = await evaluate(ijbVerification, params, ijbSet);
    assertValues(evaluation, [...tar, ...nearest, auc]);
    scores.forEach((score, i) => assertAlmostEquals(evaluation.scores![i]!, score, 1e-6));
  });

  Deno.test(`ijbIdentification gives what NumPy does: ${variant}`, async () => {
    const { ranks, fpir, rank, rankStd, tpir, unionRank, unionTpir } = identification;
    const evaluation = await evaluate(ijbIdentification, { ...fusion, rank: ranks, far: fpir }, ijbSet);
    assertValues(evaluation, [...rank!, ...tpir!, ...unionRank!, ...unionTpir!]);
    rankStd!.forEach((std, i) => assertAlmostEquals(evaluation.metrics[i]!.std!, std, 1e-9));
  });
}

for (const { params, rank1, rank5, tar } of layouts.megaface.cases) {
  testOnBackends(`megafaceProtocol gives what NumPy does: ${params["flip"]}, ${params["noise"]}`, async () => {
    const evaluation = await evaluate(megafaceProtocol, params, megafaceSet);
    assertValues(evaluation, [...rank1, ...tar]);
    const curves = evaluation.curves!.slice(0, rank5.length);
    assertEquals(curves.map(({ name }) => name), ["cmc@1e1", "cmc@1e2", "cmc@3e2"]);
    curves.forEach(({ points }, i) => assertAlmostEquals(points.find(([rank]) => rank === 5)![1], rank5[i]!, 1e-9));
  });
}

Deno.test("ytfVerification gives what NumPy and scikit-learn do", async () => {
  const { accuracy, std, auc, distances } = layouts.ytf;
  const set = await openTemplates(ytf, { splits: "splits.txt", embeddings: { path: "frames.npz" } }, ytfFiles());
  const evaluation = await evaluate(ytfVerification, { far: [0.1] }, set);
  assertAlmostEquals(evaluation.metrics[0]!.value, accuracy, 1e-9);
  assertAlmostEquals(evaluation.metrics[0]!.std!, std, 1e-9);
  assertAlmostEquals(evaluation.metrics[2]!.value, auc, 1e-9);
  distances.forEach((distance, i) => assertAlmostEquals(evaluation.scores![i]!, distance, 1e-6));
});

Deno.test("protocols of templates say what they miss", async () => {
  const { pairs: _, searches: __, noise: ___, ...bare } = { ...megafaceSet, pairs: undefined };
  await assertRejects(() => evaluate(ijbVerification, {}, bare), TypeError, "without pairs");
  await assertRejects(() => evaluate(ijbIdentification, {}, bare), TypeError, "without searches");
  await assertRejects(() => evaluate(megafaceProtocol, {}, bare), TypeError, "without a search");
  await assertRejects(() => evaluate(ytfVerification, {}, ijbSet), TypeError, "in folds");
  await assertRejects(() => evaluate(megafaceProtocol, {}, megafaceSet), RangeError, "Cannot take 1000000 distractors");
  const { noise: ____, ...silent } = megafaceSet;
  await assertRejects(() => evaluate(megafaceProtocol, { noise: "remove" }, silent), TypeError, "the data lists none");
});
