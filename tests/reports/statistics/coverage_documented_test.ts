/// What the documentation says of the intervals' coverage is what `tests/oracle/coverage.ts` found, and that is near 95 %.
import { assert, assertEquals } from "@std/assert";
import found from "../../fixtures/coverage.json" with { type: "json" };
import { wilsonCoverage } from "./coverage.ts";

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
const percent = (share: number) => (100 * share).toFixed(1);
const range = (values: readonly number[]) => `${percent(Math.min(...values))} to ${percent(Math.max(...values))} %`;
const seeds = found.seeds.map(({ coverage }) => coverage), wilson = found.wilson.map(({ coverage }) => coverage);
const accuracy = found.pairs.map(({ accuracy }) => accuracy), tar = found.pairs.map(({ tar }) => tar);

Deno.test("the documentation tells how often intervals hold the truth as the long simulation found it", async () => {
  const page = (await Deno.readTextFile(new URL("../../../docs/statistics.md", import.meta.url))).replace(/\s+/g, " ");
  const told =
    `Simulated, the intervals hold the truth in ${range(seeds)} of cases (over seeds) and ${range(wilson)} ` +
    `(Wilson's); those over pairs in ${percent(mean(accuracy))} % for a difference of accuracies (${
      range(accuracy)
    }, by ` +
    `the test set) and ${percent(mean(tar))} % for one of true accept rates (${range(tar)}: most are too wide).`;
  assert(page.includes(told), `docs/statistics.md does not say: ${told}`);
});

Deno.test("coverage is within a point of 95 %: of each interval over seeds and of a share, of accuracies on the whole", () => {
  for (const coverage of [...seeds, ...wilson, mean(accuracy)]) {
    assert(Math.abs(coverage - 0.95) <= 0.01, `${coverage}`);
  }
  // One test set is simulated too seldom for that: four standard errors more.
  const least = 0.94 - 4 * Math.sqrt(0.95 * 0.05 / found.simulations.pairs);
  for (const coverage of [...accuracy, ...tar]) assert(coverage >= least, `${coverage}`);
});

Deno.test("the stored coverage of Wilson's interval is what is counted now", () => {
  for (const { p, n, coverage } of found.wilson) assertEquals(Math.round(1e4 * wilsonCoverage(p, n)) / 1e4, coverage);
});
