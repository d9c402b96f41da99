import { assertEquals } from "@std/assert";
import type { BackbonePlugin } from "../../backbones/backbone.ts";
import { iresnet, mobilefacenet } from "../../backbones/catalogue.ts";
import { createRandom } from "../../tensor/random.ts";
import { tf } from "../../tensor/tf.ts";
import { testOnBackends } from "../backends.ts";
import { hashed } from "./hashed.ts";

/** Every gradient of a step, flat. */
async function gradients(plugin: BackbonePlugin, params: object, checkpointing: boolean): Promise<number[][]> {
  const context = { shape: [32, 32, 3], random: createRandom(0, "init"), checkpointing } as const;
  const backbone = plugin.create(plugin.params.parse(params), context);
  const trainable = backbone.parameters.filter(({ trainable }) => trainable);
  const images = tf.tensor4d(hashed("images", 4 * 32 * 32 * 3), [4, 32, 32, 3]);
  const weights = tf.tensor2d(hashed("weights", 4 * 8), [4, 8]);
  const { value, grads } = tf.variableGrads(
    () => tf.sum(tf.mul(backbone.forward(images, { training: true }), weights)) as tf.Scalar,
    trainable.map(({ variable }) => variable),
  );
  const found = await Promise.all(trainable.map(async ({ variable }) => [...await grads[variable.name]!.data()]));
  tf.dispose([images, weights, value, ...Object.values(grads)]);
  backbone.dispose();
  return found;
}

for (
  const [plugin, params] of [
    [iresnet, { stages: [2, 1, 1, 1], widths: [16, 16, 16, 16], embedding: 8, se: true, output: "GDC" }],
    [mobilefacenet, { blocks: [1, 1, 1, 1], embedding: 8 }],
  ] as const
) {
  testOnBackends(`${plugin.name} with checkpointing has the same gradients to the bit, and leaks nothing`, async () => {
    const before = tf.memory().numTensors;
    const plain = await gradients(plugin, params, false), checkpointed = await gradients(plugin, params, true);
    assertEquals(checkpointed, plain);
    assertEquals(tf.memory().numTensors, before);
  }, ["wasm", "webgpu"]);
}
