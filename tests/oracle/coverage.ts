/**
 * Coverage of the 95 % intervals by long simulations, into `tests/fixtures/coverage.json`, which documentation is held
 * to. Minutes; the quick test is `coverage_test.ts`.
 *
 *     deno run --allow-write=tests/fixtures/coverage.json tests/oracle/coverage.ts [simulations]
 */
import { bootstrapCoverage, seedCoverage, seedIntervals, wilsonCoverage } from "../reports/statistics/coverage.ts";

/** Simulations of each test set; of seeds a hundred times as many. */
const simulations = Number(Deno.args[0] ?? 500);
const round = (share: number) => Math.round(1e4 * share) / 1e4;

const seeds = Object.keys(seedIntervals).flatMap((interval) =>
  [2, 3, 5, 10].map((n) => ({ interval, n, coverage: round(seedCoverage(interval, n, 100 * simulations)) }))
);
const shares = [[0.5, 100], [0.5, 400], [0.9, 600], [0.95, 1000], [0.95, 6000], [0.99, 6000], [0.998, 6000]] as const;
const wilson = shares.map(([p, n]) => ({ p, n, coverage: round(wilsonCoverage(p, n)) }));
const designs = [
  ...[[20, 200, 0.1], [40, 600, 0.1], [100, 2000, 0.1], [100, 2000, 0.01]],
  ...[[500, 3000, 0.01], [2000, 6000, 0.01], [4000, 6000, 0.001]],
] as const;
const pairs = designs.flatMap(([identities, pairs, far]) =>
  [0, 0.3].map((clustered) => {
    const design = { identities: identities!, pairs: pairs!, far: far!, clustered, resamples: 500 };
    const { coverage: [accuracy, tar] } = bootstrapCoverage(design, simulations);
    console.error(JSON.stringify({ ...design, accuracy, tar }));
    return { ...design, accuracy: round(accuracy), tar: round(tar) };
  })
);
const found = { simulations: { seeds: 100 * simulations, pairs: simulations }, seeds, wilson, pairs };
await Deno.writeTextFile(
  new URL("../fixtures/coverage.json", import.meta.url),
  JSON.stringify(found, null, 1) + "\n",
);
