import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import * as catalogue from "../../losses/catalogue.ts";
import oracle from "../fixtures/losses.json" with { type: "json" };
import { testOnBackends } from "../backends.ts";
import { type Batch, measure } from "./measure.ts";

/** A case as `tests/oracle/losses.py` writes it. */
interface OracleCase {
  readonly head: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly loss: number;
  readonly gradients: Readonly<Record<string, readonly number[]>>;
}

const batch: Batch = oracle;
const cases: readonly OracleCase[] = oracle.cases as unknown as readonly OracleCase[];
const heads = Object.values(catalogue);

Deno.test("the oracle names heads of the catalogue, the margin family among them", () => {
  const covered = new Set(cases.map((c) => c.head)), known = new Set(heads.map((h) => h.name));
  assertEquals([...covered].filter((name) => !known.has(name)), []);
  assertEquals(
    ["arcface", "combined", "cosface", "norm-softmax", "softmax"].filter((h) => !covered.has(h)),
    [],
  );
});

for (const plugin of heads.filter(({ name }) => cases.some(({ head }) => head === name))) {
  testOnBackends(`${plugin.name} gives PyTorch's loss and gradients`, async (backend) => {
    const tolerance = backend === "webgpu" ? 1e-4 : 1e-5;
    for (const expected of cases.filter((c) => c.head === plugin.name)) {
      const what = JSON.stringify(expected.params);
      const { loss, gradients, statistics } = await measure(plugin, expected.params, batch);
      assertAlmostEquals(loss, expected.loss, tolerance * (1 + Math.abs(expected.loss)), what);
      assertAlmostEquals(statistics["targetAngle"]!, oracle.targetAngle, tolerance);
      assertEquals(Object.keys(gradients).sort(), Object.keys(expected.gradients).sort());
      for (const [key, values] of Object.entries(expected.gradients)) {
        const worst = Math.max(
          ...values.map((value, i) => Math.abs(gradients[key]![i]! - value) / (1 + Math.abs(value))),
        );
        assert(worst <= tolerance, `${what}: gradient of ${key} is off by ${worst}`);
      }
    }
  });
}
