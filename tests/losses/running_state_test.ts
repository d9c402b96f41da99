import { assertAlmostEquals, assertEquals } from "@std/assert";
import type { HeadStep } from "../../losses/head.ts";
import { adacos, moveState, runningState } from "../../losses/mod.ts";
import { createRandom } from "../../tensor/random.ts";
import { tf } from "../../tensor/tf.ts";
import { testOnBackends } from "../backends.ts";

const random = createRandom(0, "step");
const part = (index: number, count: number): HeadStep => {
  return { step: 0, random, part: random, labels: Int32Array.of(0, 1), place: { index, count } };
};

testOnBackends("moveState() moves by a batch, in however many parts, and without a step not at all", async () => {
  for (const count of [1, 4]) {
    const state = runningState("state", [1, 10]);
    for (let index = 0; index < count; index++) {
      tf.tidy(() => moveState(state.variable, tf.tensor1d([0, 0]), { momentum: 0.3, step: part(index, count) }));
    }
    const [a, b] = await state.variable.data();
    assertAlmostEquals(a!, 0.7, 1e-6);
    assertAlmostEquals(b!, 7, 1e-5);
    const looked = tf.tidy(() => moveState(state.variable, tf.tensor1d([1, 1]), { momentum: 0.5, step: undefined }));
    assertAlmostEquals((await looked.data())[0]!, 0.85, 1e-6);
    assertAlmostEquals((await state.variable.data())[0]!, 0.7, 1e-6);
    tf.dispose([looked, state.variable]);
  }
});

testOnBackends("adacos takes the scale of the batch before for every part, and keeps the last part's", async () => {
  const context = { embedding: 3, classes: 9, random: createRandom(0, "init") };
  const head = adacos.create(adacos.params.parse({}), context), scale = head.parameters.at(-1)!.variable;
  const x = tf.tensor2d([[1, 2, 3], [3, -1, 1]]), labels = tf.tensor1d([0, 1], "int32");
  const told = async (index: number, count: number) => {
    const { loss, statistics, angles } = head.loss(x, labels, part(index, count));
    const value = (await statistics["scale"]!.data())[0]!;
    tf.dispose([loss, ...Object.values(statistics), angles!]);
    return [value, (await scale.data())[0]!];
  };
  const first = (await scale.data())[0]!, [one, kept] = await told(0, 2);
  assertEquals(kept, first);
  assertEquals(await told(1, 2), [one, one]);
  tf.dispose([x, labels]);
  head.dispose();
});
