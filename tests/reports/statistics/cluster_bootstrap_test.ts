import { assert, assertEquals, assertThrows } from "@std/assert";
import { sortDistances, tarAtFar } from "../../../evaluation/mod.ts";
import { accuracyDifference, clusterBootstrap, meanStatistic, tarDifference } from "../../../reports/mod.ts";
import { drawMultiplicities, dyadWeights, identityWeights, pairGraph } from "../../../reports/statistics/resample.ts";
import { createRandom } from "../../../tensor/random.ts";
import { type BootstrapCase, oracle } from "./oracle.ts";

function statisticsOf({ left, right, first, second, distancesA, distancesB, far }: BootstrapCase) {
  const pairs = { left, right };
  return [accuracyDifference(pairs, first, second), tarDifference(pairs, distancesA, distancesB, far)] as const;
}

Deno.test("clusterBootstrap() is NumPy's, of copied pairs, draw for draw", () => {
  for (const known of oracle.bootstrap) {
    const { seed, level, sample: resamples } = known;
    const found = clusterBootstrap(known, statisticsOf(known), { seed, level, resamples });
    [known.expected.accuracy, known.expected.tar].forEach((expected, s) => {
      for (const [name, value] of Object.entries(expected)) {
        const actual = found[s]![name as "low"];
        assert(Math.abs(actual - value) <= 1e-12 * Math.max(1, Math.abs(value)), `${name}: ${actual}, wanted ${value}`);
      }
    });
  }
});

Deno.test("tarDifference() with equal weights is the difference of tarAtFar()", () => {
  const { left, right, distancesA, distancesB } = oracle.bootstrap[1]!;
  const same = Uint8Array.from(left, (identity, pair) => identity === right[pair] ? 1 : 0);
  const ones = new Float64Array(left.length).fill(1);
  for (const far of [0.01, 0.1, 0.2, 0.5, 0.99]) {
    const [a, b] = [distancesA, distancesB].map((d) => tarAtFar(sortDistances(Float64Array.from(d), same), far));
    assertEquals(tarDifference({ left, right }, distancesA, distancesB, far)(ones), a! - b!, `FAR ${far}`);
  }
});

Deno.test("identityWeights() and dyadWeights() count pairs by their identities and dyads", () => {
  // Identities 9, 4, 7; dyads 9–4 (twice, in both orders) and 4–7.
  const graph = pairGraph({ left: [9, 9, 4, 4], right: [9, 4, 9, 7] });
  assertEquals([graph.identities, graph.dyads, [...graph.dyad]], [3, 2, [-1, 0, 0, 1]]);
  const weights = new Float64Array(4);
  identityWeights(graph, Uint16Array.of(2, 3, 1), weights);
  assertEquals([...weights], [2, 6, 6, 3]);
  dyadWeights(graph, Uint16Array.of(0, 2), weights);
  assertEquals([...weights], [1, 0, 0, 2]);
});

Deno.test("drawMultiplicities() draws as many as there are, each alike", () => {
  const random = createRandom(5, "draw"), drawn = new Uint16Array(10), sums = new Float64Array(10);
  for (let r = 0; r < 2000; r++) {
    drawMultiplicities(random, drawn);
    assertEquals(drawn.reduce((a, b) => a + b), 10);
    drawn.forEach((m, i) => sums[i]! += m);
  }
  for (const sum of sums) assert(Math.abs(sum - 2000) < 5 * Math.sqrt(2000 * 0.9), `${sum}`);
});

Deno.test("clusterBootstrap() is wider where errors follow identities, and as wide as pairs make it where they do not", () => {
  const random = createRandom(2, "pairs"), identities = 60, count = 1200;
  const left = Int32Array.from({ length: count }, () => random.integer(identities));
  const right = left.map((i, pair) => pair % 2 ? i : (i + 1 + random.integer(identities - 1)) % identities);
  const pairs = { left, right };
  const clustered = accuracyDifference(
    pairs,
    left.map((i, p) => (i + right[p]!) % 5 < 4 ? 1 : 0),
    new Uint8Array(count),
  );
  const noise = accuracyDifference(pairs, left.map(() => random.uniform() < 0.8 ? 1 : 0), new Uint8Array(count));
  const [byIdentity, byPair] = clusterBootstrap(pairs, [clustered, noise], { resamples: 1000 });
  const independent = Math.sqrt(0.8 * 0.2 / count);
  assert(byPair!.std > 0.8 * independent && byPair!.std < 1.25 * independent, `${byPair!.std} of ${independent}`);
  assert(byIdentity!.std > 1.5 * independent, `${byIdentity!.std} of ${independent}`);
});

Deno.test("clusterBootstrap() gives the same for a seed, and null where there is nothing to resample", () => {
  const known = oracle.bootstrap[0]!, statistics = statisticsOf(known);
  assertEquals(clusterBootstrap(known, statistics), clusterBootstrap(known, statistics));
  const alone = { left: [3, 3], right: [3, 3] };
  assertEquals(clusterBootstrap(alone, [accuracyDifference(alone, [1, 1], [1, 0])]), [null]);
  assertEquals(clusterBootstrap(known, [() => NaN]), [null]);
});

Deno.test("meanStatistic() averages statistics", () => {
  assertEquals(meanStatistic([() => 1, (weights) => weights[0]!])(Float64Array.of(4)), 2.5);
});

Deno.test("pair statistics refuse arrays of other lengths, and a rate without its pairs", () => {
  assertThrows(() => accuracyDifference({ left: [1], right: [1] }, [1, 0], [1]), TypeError, "lengths 1, 1, 2, 1");
  assertThrows(() => tarDifference({ left: [1], right: [1] }, [1], [1], 0.1), RangeError, "0 impostor");
  assertThrows(() => tarDifference({ left: [1], right: [2] }, [1], [1], 2), RangeError, "rate 2");
  assertThrows(() => clusterBootstrap({ left: [1], right: [2] }, [], { resamples: 1 }), RangeError, "1 resamples");
});
