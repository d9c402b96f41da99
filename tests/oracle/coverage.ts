/**
 * Coverage of the 95 % intervals by long simulations, as Markdown. Minutes; the quick test is `coverage_test.ts`.
 *
 *     deno run --allow-read tests/oracle/coverage.ts [simulations]
 */
import { bootstrapCoverage, seedCoverage, seedIntervals, wilsonCoverage } from "../reports/statistics/coverage.ts";

const simulations = Number(Deno.args[0] ?? 1000);
const percent = (share: number) => (100 * share).toFixed(1);

console.log("| interval | n | coverage in % |\n| --- | --- | --- |");
for (const name of Object.keys(seedIntervals)) {
  for (const n of [2, 3, 5, 10]) {
    console.log(`| ${name} | ${n} | ${(100 * seedCoverage(name, n, 100 * simulations)).toFixed(2)} |`);
  }
}
for (const [p, n] of [[0.5, 100], [0.5, 400], [0.9, 600], [0.95, 1000], [0.95, 6000], [0.99, 6000], [0.998, 6000]]) {
  console.log(`| Wilson, p = ${p}, exactly | ${n} | ${(100 * wilsonCoverage(p!, n!)).toFixed(2)} |`);
}

console.log("\n| identities | pairs | FAR | clustered | Δ accuracy | Δ TAR | κ |\n|---|---|---|---|---|---|---|");
for (
  const [identities, pairs, far] of [
    [20, 200, 0.1],
    [40, 600, 0.1],
    [100, 2000, 0.1],
    [100, 2000, 0.01],
    [
      500,
      3000,
      0.01,
    ],
    [2000, 6000, 0.01],
    [4000, 6000, 0.001],
  ] as const
) {
  for (const clustered of [0, 0.3]) {
    const design = { identities, pairs, far, clustered, resamples: 500 };
    const { coverage, shrink } = bootstrapCoverage(design, simulations);
    const figures = [...coverage.map(percent), shrink.map((one) => one.toFixed(2)).join(", ")];
    console.log(`| ${[identities, pairs, far, clustered, ...figures].join(" | ")} |`);
  }
}
