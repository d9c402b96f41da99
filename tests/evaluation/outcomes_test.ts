import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import {
  type Evaluation,
  type Pairs,
  type ProtocolBase,
  verification,
  verificationAdaface,
  verificationEvolve,
  verificationFacexzoo,
  verificationOpensphere,
  ytfVerification,
} from "../../evaluation/mod.ts";
import { agrees } from "../../experiments/outcomes.ts";
import { createRandom } from "../../tensor/random.ts";
import { sourceOf } from "./source.ts";

const COUNT = 240, DIMENSION = 8, FOLDS = 5;

/** Images of noisy classes, and pairs of them in folds. */
function scene(seed: number) {
  const random = createRandom(seed, "outcomes");
  const centres = Float32Array.from({ length: 24 * DIMENSION }, () => random.normal());
  const labels = Int32Array.from({ length: COUNT }, (_, i) => i % 24);
  const draw = () =>
    Float32Array.from(
      { length: COUNT * DIMENSION },
      (_, i) => centres[labels[Math.floor(i / DIMENSION)]! * DIMENSION + i % DIMENSION]! + 1.1 * random.normal(),
    );
  const first = Int32Array.from({ length: 400 }, () => Math.floor(random.uniform() * COUNT));
  const second = first.map((image, pair) =>
    pair % 2 ? (image + 24 * (1 + pair % 9)) % COUNT : (image + 1 + pair % 23) % COUNT
  );
  const same = Uint8Array.from(first, (image, pair) => Number(labels[image] === labels[second[pair]!]));
  const pairs: Pairs = { first, second, same, fold: first.map((_, pair) => Math.floor(pair / 80)), folds: FOLDS };
  return { original: draw(), mirrored: draw(), labels, pairs };
}

const protocols = [
  [verification, {}],
  [verification, { flip: true, far: [0.1] }],
  [verificationAdaface, {}],
  [verificationEvolve, { tta: false }],
  [verificationFacexzoo, {}],
  [verificationOpensphere, {}],
  [ytfVerification, {}],
] as const;

async function measure(
  [protocol, written]: typeof protocols[number],
  seed: number,
): Promise<{ params: Record<string, unknown>; pairs: Pairs; evaluation: Evaluation }> {
  const { original, mirrored, labels, pairs } = scene(seed), params = protocol.params.parse(written);
  if ("evaluate" in protocol) {
    const embeddings = { count: COUNT, dimension: DIMENSION, original, mirrored };
    return { params, pairs, evaluation: protocol.evaluate(params, { embeddings, labels, pairs }) };
  }
  // Each image is a video of one frame.
  const image = Int32Array.from({ length: COUNT }, (_, i) => i);
  const templates = {
    entries: { image, template: image, medium: image.map(() => 0) },
    count: COUNT,
    subjects: labels,
    pairs,
  };
  const embeddings = sourceOf(original, DIMENSION, { mirrored });
  return { params, pairs, evaluation: await protocol.evaluateStream(params, { embeddings, labels, templates }) };
}

for (const [index, entry] of protocols.entries()) {
  const protocol: ProtocolBase<Record<string, unknown>> = entry[0];

  Deno.test(`outcomes() of ${protocol.name} have the accuracy and its spread, of scores that were stored (${index})`, async () => {
    for (let seed = 0; seed < 5; seed++) {
      const { params, pairs, evaluation: { scores, metrics } } = await measure(entry, seed);
      const correct = protocol.outcomes!(params, Float64Array.from(scores!), pairs)!;
      assertEquals(correct.length, 400);
      const accuracy = metrics.find(({ name }) => name === "accuracy")!;
      assert(accuracy.value > 0.6 && accuracy.value < 0.99, `${accuracy.value}`);
      assert(agrees(correct, pairs, accuracy), `seed ${seed}`);
      const one = correct.with(0, 1 - correct[0]!);
      assert(!agrees(one, pairs, accuracy), "one pair less or more is another accuracy");
    }
  });

  Deno.test(`rescore() of ${protocol.name} gives the figures of stored scores again (${index})`, async () => {
    const { params, pairs, evaluation: { scores, metrics } } = await measure(entry, 7);
    const again = protocol.rescore!(params, Float64Array.from(scores!), pairs);
    assertEquals(again.map(({ name }) => name), metrics.map(({ name }) => name).filter((name) => name !== "xnorm"));
    for (const { name, value, std, n } of again) {
      const before = metrics.find((metric) => metric.name === name)!;
      assertAlmostEquals(value, before.value, 1e-6, name);
      assertAlmostEquals(std ?? 0, before.std ?? 0, 1e-6, name);
      assertEquals(n, before.n, name);
    }
  });
}

Deno.test("outcomes() of verification are not told where the accuracy is of projected embeddings", async () => {
  const { params, pairs, evaluation: { scores } } = await measure([verification, { pca: 4 } as never], 0);
  assertEquals(verification.outcomes!(params, Float64Array.from(scores!), pairs), undefined);
  const again = verification.rescore!(params, Float64Array.from(scores!), pairs);
  assertEquals(again.map(({ name }) => name), ["tar@1e-2", "tar@1e-3", "val@1e-3", "far@1e-3", "auc", "eer"]);
});
