import { assert } from "@std/assert";
import { bootstrapCoverage, seedCoverage, seedIntervals, wilsonCoverage } from "./coverage.ts";

/** Four standard errors of a share of simulations: a right interval fails once in 16,000. */
function assertCovers(coverage: number, simulations: number, message: string): void {
  const tolerance = 4 * Math.sqrt(0.95 * 0.05 / simulations);
  assert(Math.abs(coverage - 0.95) <= tolerance, `${message}: ${coverage}, wanted 0.95 ± ${tolerance}`);
}

for (const name of Object.keys(seedIntervals)) {
  Deno.test(`${name}() holds the truth in 95 % of simulations`, () => {
    for (const n of [2, 5]) assertCovers(seedCoverage(name, n, 4000), 4000, `${name}, n ${n}`);
  });
}

Deno.test("binomialInterval() holds a share in 95 % of all samples, exactly counted", () => {
  for (const [p, n] of [[0.5, 400], [0.9, 600], [0.95, 1000], [0.95, 6000], [0.99, 6000], [0.998, 6000]] as const) {
    const coverage = wilsonCoverage(p, n);
    assert(Math.abs(coverage - 0.95) <= 0.01, `p ${p}, n ${n}: ${coverage}`);
  }
});

Deno.test("clusterBootstrap() holds the true differences in 95 % of simulations, with and without clusters", () => {
  for (const clustered of [0, 0.3]) {
    const design = { identities: 60, pairs: 300, far: 0.2, resamples: 150, clustered }, simulations = 160;
    const { coverage } = bootstrapCoverage(design, simulations);
    assertCovers(coverage[0], simulations, `accuracy, clustered ${clustered}`);
    assertCovers(coverage[1], simulations, `TAR, clustered ${clustered}`);
  }
});
