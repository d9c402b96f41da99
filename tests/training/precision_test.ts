/// More networks in `tests/slow/precision.ts`.
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { convnet, iresnet } from "../../backbones/catalogue.ts";
import { tf } from "../../tensor/tf.ts";
import { DivergenceError } from "../../training/divergence.ts";
import { createLossScale, LEAST_FACTOR } from "../../training/loss_scale.ts";
import { testOnBackends } from "../backends.ts";
import { testPrecision, trained } from "./precision_cases.ts";

testPrecision([
  [convnet, { blocks: 2, width: 8, embedding: 8, dropout: 0.2 }, 3],
  [iresnet, { stages: [1, 1, 1, 1], widths: [8, 8, 8, 8], embedding: 8, dropout: 0 }, 3],
]);

testOnBackends(
  "createLossScale() halves at an overflow, whose update is left out, and doubles after a while",
  async () => {
    const wild = await trained(convnet, { blocks: 2, width: 8, embedding: 8 }, "f16", { initial: 2 ** 40 });
    assert(wild.factor! < 2 ** 40 && wild.events.every(({ loss }) => Number.isFinite(loss)));
    const scale = createLossScale({ initial: 4, growthInterval: 2 });
    const good = tf.ones([3]), bad = tf.tensor1d([1, NaN]);
    const seen: number[][] = [];
    for (const gradient of [good, good, bad, good, good]) {
      const gate = scale.accept([gradient]);
      seen.push([...await gate.data(), await scale.read()]);
      gate.dispose();
    }
    assertEquals(seen, [[1 / 4, 1, 4], [1 / 4, 1, 8], [1 / 8, 0, 4], [1 / 4, 1, 4], [1 / 4, 1, 8]]);
    assertEquals([...await scale.state[0]!.variable.data()], [8, 0]);
    tf.dispose([good, bad]);
    scale.dispose();
  },
  ["webgpu"],
);

testOnBackends(
  "float16 goes with parts of a batch, checkpointing and sampled classes, to the same bits again",
  async () => {
    const params = { blocks: 2, width: 8, embedding: 8, dropout: 0.2 };
    const options = { initial: 64, accumulate: 2, checkpointing: true, sampleRate: 0.8 };
    const before = tf.memory().numTensors;
    const first = await trained(convnet, params, "f16", options),
      again = await trained(convnet, params, "f16", options);
    assertEquals(again, first);
    assert(first.events.every(({ loss }) => Number.isFinite(loss)));
    assertEquals(tf.memory().numTensors, before);
  },
  ["webgpu"],
);

testOnBackends("float16 clips gradients after the loss scale is undone, and leaves overflow out", async () => {
  const params = { blocks: 2, width: 8, embedding: 8 };
  const free = await trained(convnet, params, "f16", { initial: 64 }), norm = free.events[0]!.gradientNorm / 2;
  const clipped = await trained(convnet, params, "f16", { initial: 64, clip: norm });
  assertEquals(clipped.events[0]!.gradientNorm, free.events[0]!.gradientNorm);
  assert(Math.abs(clipped.events[0]!.clipFactor! - 0.5) < 1e-3, `${clipped.events[0]!.clipFactor}`);
  assert(clipped.events.at(-1)!.loss < clipped.events[0]!.loss);
  const wild = await trained(convnet, params, "f16", { initial: 2 ** 40, clip: norm });
  assert(wild.factor! < 2 ** 40 && wild.events.every(({ loss }) => Number.isFinite(loss)));
}, ["webgpu"]);

testOnBackends("gradients that overflow whatever the loss scale end the run as diverged", async () => {
  const scale = createLossScale({ initial: 2 ** -12 }), bad = tf.tensor1d([NaN]);
  for (let i = 0; i < 4; i++) scale.accept([bad]).dispose();
  assertEquals(await scale.read(), LEAST_FACTOR);
  tf.dispose(bad);
  scale.dispose();
  const diverging = trained(convnet, { blocks: 2, width: 8, embedding: 8 }, "f16", { initial: LEAST_FACTOR });
  const error = await assertRejects(() => diverging, DivergenceError);
  assertStringIncludes(error.message, "float16 gradients, whatever the loss scale");
}, ["webgpu"]);
