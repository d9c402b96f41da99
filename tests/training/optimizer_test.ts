import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import type { RowGradient } from "../../tensor/kernels/mod.ts";
import { type Parameter, parameter, type ParameterRole } from "../../tensor/parameter.ts";
import { type Tensor, type Tensor1D, tf } from "../../tensor/tf.ts";
import { clipFactor, clipGates, type ClipOptions, partNorm } from "../../training/clip.ts";
import { createLossScale } from "../../training/loss_scale.ts";
import { sgd } from "../../training/sgd.ts";
import { averageWeights } from "../../training/weight_average.ts";
import { testOnBackends } from "../backends.ts";
import { assertClose } from "../tensor/close.ts";

interface Fixture {
  readonly parameters: readonly { name: string; role: ParameterRole; shape: number[] }[];
  readonly backbone: number;
  readonly decay: number;
  readonly rates: readonly number[];
  readonly values: readonly number[][];
  readonly gradients: readonly (readonly number[][])[];
  readonly cases: readonly Case[];
}

interface Case {
  readonly params: Record<string, unknown>;
  readonly clip: ClipOptions | null;
  readonly norms: readonly number[];
  readonly weights: readonly number[][];
  readonly average: readonly number[][];
}

const fixture = JSON.parse(
  await Deno.readTextFile(new URL("../fixtures/optimizer.json", import.meta.url)),
) as Fixture;

function makeParameters(): Parameter[] {
  return fixture.parameters.map(({ name, role, shape }, i) =>
    parameter(name, Float32Array.from(fixture.values[i]!), { shape, role })
  );
}

/** How the fixture's gradients are handed over. */
interface Manner {
  /** Class weights by rows, all of them. */
  readonly rows?: boolean;
  /** Factor of a loss scale. */
  readonly scale?: number;
}

/** All steps of a case; gives the weights, their average and the norm of each step. */
async function run({ params, clip }: Case, { rows = false, scale }: Manner = {}) {
  const parameters = makeParameters(), optimizer = sgd.create(sgd.params.parse(params), parameters);
  const average = averageWeights(parameters, fixture.decay), norms: number[] = [];
  const lossScale = scale === undefined ? undefined : createLossScale({ initial: scale });
  for (const [step, rate] of fixture.rates.entries()) {
    const whole = fixture.gradients[step]!.map((values, i) =>
      tf.tensor(values.map((value) => value * (scale ?? 1)), fixture.parameters[i]!.shape)
    );
    const gradients = whole.map((values, i): Tensor | RowGradient => {
      if (!rows || fixture.parameters[i]!.role !== "class") return values;
      return { rows: tf.range(0, values.shape[0]!, 1, "int32"), values };
    });
    const gate = lossScale?.accept(gradients);
    if (clip) {
      const squares = tf.tidy(() => tf.stack(whole.map((one) => tf.sum(tf.square(one)))) as Tensor1D);
      const count = clip.of === "all" ? whole.length : fixture.backbone, norm = partNorm(squares, count);
      norms.push((await norm.data())[0]! / (scale ?? 1));
      const { gates, clipping } = clipGates(squares, clip, { backbone: fixture.backbone, ...gate ? { gate } : {} });
      optimizer.update(gradients, rate, gates);
      assertAlmostEquals((await clipping.data())[0]! * (scale ?? 1), clipFactor(clip, norms.at(-1)!), 1e-6);
      tf.dispose([squares, norm, clipping]);
    } else {
      optimizer.update(gradients, rate, gate ? gradients.map(() => gate) : []);
    }
    average.update();
    // Lent and given back between two updates, as at a rung.
    average.lend()();
    tf.dispose([...whole, ...gradients.flatMap((one) => "rows" in one ? [one.rows] : []), ...gate ? [gate] : []]);
  }
  const read = (all: readonly Parameter[]) =>
    Promise.all(all.map(async ({ variable }) => [...await variable.data() as Float32Array]));
  const weights = await read(parameters), averaged = await read(average.state);
  const giveBack = average.lend();
  assertEquals(await read(parameters), averaged);
  giveBack();
  assertEquals([await read(parameters), await read(average.state)], [weights, averaged]);
  average.apply();
  assertEquals(await read(parameters), averaged);
  parameters.forEach(({ variable }) => variable.dispose());
  for (const one of [optimizer, average, lossScale]) one?.dispose();
  return { weights, averaged, norms };
}

for (const one of fixture.cases) {
  const groups = one.params.groups ? ", groups" : "", nesterov = one.params.nesterov ? ", nesterov" : "";
  const how = `momentum ${one.params.momentum}${nesterov}${groups}${one.clip ? `, clip of ${one.clip.of}` : ""}`;
  testOnBackends(`sgd, clipGates() and averageWeights() follow PyTorch: ${how}`, async (backend) => {
    const before = tf.memory().numTensors;
    const manners: Manner[] = [{}, { rows: true }, ...backend === "webgpu" ? [{ scale: 1024 }] : []];
    for (const manner of manners) {
      const { weights, averaged, norms } = await run(one, manner), said = JSON.stringify(manner);
      weights.forEach((values, i) => {
        const { name } = fixture.parameters[i]!;
        assertClose(values, one.weights[i]!, 2e-6, `${name} ${said}`);
        assertClose(averaged[i]!, one.average[i]!, 2e-6, `average of ${name} ${said}`);
      });
      assertClose(norms, one.norms, 1e-6, `norms ${said}`);
    }
    assertEquals(tf.memory().numTensors, before);
  });
}

Deno.test("the fixture has steps within and beyond the norm", () => {
  const clipped = fixture.cases.flatMap(({ clip, norms }) => clip ? norms.map((norm) => norm > clip.norm) : []);
  assert(clipped.includes(true) && clipped.includes(false));
});

testOnBackends("sgd leaves everything as it is behind a closed gate, whatever the gradients hold", async () => {
  const parameters = makeParameters(), optimizer = sgd.create(sgd.params.parse({}), parameters);
  const closed = tf.tensor1d([1, 0]);
  const gradients = parameters.map(({ variable }) => tf.fill(variable.shape, NaN));
  optimizer.update(gradients, 0.1, gradients.map(() => closed));
  for (const [i, { variable }] of parameters.entries()) {
    assertEquals([...await variable.data()], [...Float32Array.from(fixture.values[i]!)]);
    assertEquals(new Set(await optimizer.state[i]!.variable.data()), new Set([0]));
  }
  tf.dispose([closed, ...gradients]);
  optimizer.dispose();
  parameters.forEach(({ variable }) => variable.dispose());
});

testOnBackends("averageWeights() begins at the weights, with data of its own", async () => {
  const one = parameter("w", Float32Array.of(1, 2), { shape: [1, 2], role: "weight" });
  const average = averageWeights([one], 0.5);
  assertEquals(average.state.map(({ name }) => name), ["w"]);
  tf.tidy(() => one.variable.assign(tf.tensor2d([[3, 6]])));
  assertEquals([...await average.state[0]!.variable.data()], [1, 2]);
  average.update();
  assertEquals([...await average.state[0]!.variable.data()], [2, 4]);
  average.dispose();
  one.variable.dispose();
}, ["wasm"]);

Deno.test("sgd refuses roles that no trainable parameter has, and rates below 0", () => {
  assertThrows(() => sgd.params.parse({ groups: { statistic: {} } }), Error, "statistic");
  assertThrows(() => sgd.params.parse({ groups: { bias: { lr: -1 } } }));
  assertEquals(sgd.params.parse({ groups: { bias: { weightDecay: 0 } } }).groups, { bias: { lr: 1, weightDecay: 0 } });
});
