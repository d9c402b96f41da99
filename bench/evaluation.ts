/**
 * The suite `evaluation`: the protocols alone, on embeddings drawn at random.
 *
 * @module
 */
import { verification as protocol } from "../evaluation/mod.ts";
import { createRandom } from "../tensor/random.ts";
import { alternate } from "./alternate.ts";
import { compare, type Comparison } from "./result.ts";

const DIMENSION = 512, FOLDS = 10;

/** Times verification of 6,000 pairs, as LFW has, and of ten times as many. */
export async function* benchEvaluation({ quick }: { quick: boolean }): AsyncGenerator<Comparison> {
  for (const count of quick ? [6_000] : [6_000, 60_000]) {
    const random = createRandom(0, "bench/evaluation"), images = 2 * count;
    const original = Float32Array.from({ length: images * DIMENSION }, () => random.normal());
    const index = (by: (i: number) => number) => Int32Array.from({ length: count }, (_, i) => by(i));
    const pairs = {
      first: index((i) => 2 * i),
      second: index((i) => 2 * i + 1),
      same: Uint8Array.from({ length: count }, (_, i) => i % 2),
      fold: index((i) => Math.floor(i * FOLDS / count)),
      folds: FOLDS,
    };
    const embeddings = { count: images, dimension: DIMENSION, original };
    const params = protocol.params.parse({}) as never, labels = index((i) => i);
    const measure = () => {
      const since = performance.now();
      protocol.evaluate(params, { embeddings, labels, pairs });
      return Promise.resolve(performance.now() - since);
    };
    const timed = await alternate([{ name: "verification", measure }], { warmUp: 1, rounds: 9, budget: 6000 });
    const name = `verification, ${count} pairs, ${images} embeddings of ${DIMENSION}`;
    yield compare({ suite: "evaluation", name, work: { images } }, timed);
  }
}
