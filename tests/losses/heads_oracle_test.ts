import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import type { HeadPlugin } from "../../losses/mod.ts";
import * as catalogue from "../../losses/catalogue.ts";
import { createRandom, type Random } from "../../tensor/random.ts";
import { decodeSafeTensors } from "../../training/safetensors.ts";
import oracle from "../fixtures/heads.json" with { type: "json" };
import { testOnBackends } from "../backends.ts";
import { type Batch, measure } from "./measure.ts";

/** A case as `tests/oracle/heads.py` writes it. */
interface OracleCase {
  readonly name: string;
  readonly head: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly batch: string;
  readonly w: string;
  readonly step: number;
  readonly bias?: readonly number[];
  readonly counts?: readonly number[];
  readonly margins?: string;
  readonly state?: Readonly<Record<string, readonly number[]>>;
  readonly stateAfter?: Readonly<Record<string, number | readonly (number | readonly number[])[]>>;
  readonly loss: number;
  readonly gradients: Readonly<Record<string, string>>;
}

const file = await Deno.readFile(new URL("../fixtures/heads.safetensors", import.meta.url));
const tensors = new Map(decodeSafeTensors(file).tensors.map((tensor) => [tensor.name, tensor]));
const cases = oracle.cases as unknown as readonly OracleCase[];
const batches = oracle.batches as Readonly<Record<string, { x: string; classes: number; labels: number[] }>>;
const heads = Object.values(catalogue);

/** What the oracle calls a parameter, where that differs. */
const RENAMED: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "sphereface-r": { version: "form" },
  sphereface2: { version: "form" },
  adaface: { momentum: "tAlpha" },
  curricularface: { momentum: "alpha" },
};

function rowsOf(name: string): number[][] {
  const { values, shape: [rows = 0, width = 0] } = tensors.get(name)!;
  return Array.from({ length: rows }, (_, i) => [...values.subarray(i * width, (i + 1) * width)]);
}

function batchOf({ batch, w }: OracleCase): Batch {
  const { x, classes, labels } = batches[batch]!;
  return { embeddings: rowsOf(x), labels, weights: rowsOf(w), classes };
}

/** Parameters as the head has them; at the edges the clamp, of which the formulas know nothing, is as small as may be. */
function paramsOf({ head, params, batch }: OracleCase, plugin: HeadPlugin): Record<string, unknown> {
  const clamp = batch === "E" && "epsilon" in plugin.params.shape ? { epsilon: 1e-7 } : {};
  const renamed = Object.fromEntries(
    Object.entries(params).map(([key, value]) => [RENAMED[head]?.[key] ?? key, value]),
  );
  return { ...clamp, ...renamed };
}

/** A stream whose normal numbers make the margins that the oracle drew. */
function drawing({ params, margins }: OracleCase): Random {
  const random = createRandom(0, "unused");
  if (margins === undefined) return random;
  const { m, sigma } = params as { m: number; sigma: number }, { values } = tensors.get(margins)!;
  let next = 0;
  return { ...random, fork: () => ({ ...random, normal: () => (values[next++]! - m) / sigma }) };
}

/** The largest difference beside the largest value: gradients of far samples are small, and differ by rounding. */
function worst(found: ArrayLike<number>, expected: ArrayLike<number>): number {
  const values = Array.from(expected), scale = Math.max(...values.map(Math.abs), 1e-30);
  return Math.max(...values.map((value, i) => Math.abs(found[i]! - value))) / scale;
}

/**
 * Tolerances beside the largest gradient, of float32 against float64: unit vectors have 6e-8, which at 0.001 radians is
 * 6e-5 of the sine; the softmax of logits in the hundreds has as many times that.
 */
function toleranceOf({ batch, head }: OracleCase): number {
  return batch === "E" ? 2e-4 : head === "softmax" || head === "sphereface-r" ? 1.5e-5 : 1e-5;
}

Deno.test("every head is in the oracle or has a golden test of its own", async () => {
  const covered = new Set(cases.map(({ head }) => head)), known = new Set(heads.map(({ name }) => name));
  assertEquals([...covered].filter((name) => !known.has(name)), []);
  for (const name of known) {
    const own = new URL(`${name.replaceAll("-", "_")}_test.ts`, import.meta.url);
    assert(covered.has(name) || await Deno.stat(own).then(() => true, () => false), name);
  }
});

for (const plugin of heads) {
  testOnBackends(`${plugin.name} gives PyTorch's float64 loss, gradients and state`, async () => {
    const own = cases.filter(({ head, params }) => head === plugin.name && params.mining !== "given");
    for (const expected of own) {
      const { name, counts, bias, state = {}, step } = expected, tolerance = toleranceOf(expected);
      const values = { ...state, ...bias ? { "head.bias": bias } : {} };
      const found = await measure(plugin, paramsOf(expected, plugin), batchOf(expected), {
        values,
        step,
        part: drawing(expected),
        ...counts ? { counts } : {},
      });
      assertAlmostEquals(found.loss, expected.loss, tolerance * (1 + Math.abs(expected.loss)), name);
      for (const [parameter, tensor] of Object.entries(expected.gradients)) {
        const off = worst(found.gradients[parameter]!, tensors.get(tensor)!.values);
        assert(off <= tolerance, `${name}: gradient of ${parameter} is off by ${off}`);
      }
      for (const [parameter, after] of Object.entries(expected.stateAfter ?? {})) {
        if (parameter === "head.scale" && expected.params.dynamic === false) continue;
        const numbers = [after].flat(2) as number[], state = found.state[parameter];
        assert(state, `${name}: there is no ${parameter}`);
        // Averages of cosines are nearly 0, so beside 1.
        const off = Math.max(...numbers.map((value, i) => Math.abs(state[i]! - value) / Math.max(1, Math.abs(value))));
        assert(off <= tolerance, `${name}: ${parameter} is off by ${off}`);
      }
    }
  });
}
