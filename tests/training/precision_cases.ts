/**
 * Training with float16 activations beside float32.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import type { BackbonePlugin, ImageShape } from "../../backbones/backbone.ts";
import { arcface } from "../../losses/catalogue.ts";
import { createRandom } from "../../tensor/random.ts";
import { tf } from "../../tensor/tf.ts";
import { createLossScale } from "../../training/loss_scale.ts";
import { sgd } from "../../training/sgd.ts";
import { type StepEvent, train, trainableOf } from "../../training/trainer.ts";
import { testOnBackends } from "../backends.ts";

const SHAPE: ImageShape = [16, 16, 1], CLASSES = 4, BATCH = 8;

/** Trains on noisy class patterns; gives the events and the last factor of the loss. */
export async function trained(
  plugin: BackbonePlugin,
  params: object,
  precision: "f32" | "f16",
  { initial = 65_536, accumulate = 1, checkpointing = false, sampleRate = 1, clip = 0 } = {},
) {
  const random = createRandom(0, "init");
  const backbone = plugin.create(plugin.params.parse(params), { shape: SHAPE, random, precision, checkpointing });
  const context = { embedding: backbone.embedding, classes: CLASSES, random };
  const heads = [{
    head: arcface.create(arcface.params.parse({ s: 8, m: 0.2, sampleRate }), context),
    weight: 1,
  }] as const;
  const optimizer = sgd.create(sgd.params.parse({}), trainableOf(backbone, heads));
  const lossScale = precision === "f16" ? createLossScale({ initial }) : undefined;
  const events: StepEvent[] = [];
  const generator = train({
    backbone,
    heads,
    optimizer,
    ...lossScale ? { lossScale } : {},
    ...clip > 0 ? { clip: { norm: clip, of: "all" } } : {},
    learningRate: () => 0.004,
    steps: 12,
    accumulate,
    shape: SHAPE,
    random: createRandom(0, "dropout"),
    batch(step) {
      const noise = createRandom(0, `batch/${step}`);
      const labels = Int32Array.from({ length: BATCH }, (_, i) => i % CLASSES);
      const images = Float32Array.from({ length: BATCH * 256 }, (_, i) => {
        return Math.sin((i % 256) * (1 + labels[Math.floor(i / 256)]!)) + 0.1 * noise.normal();
      });
      return Promise.resolve({ images, labels });
    },
  });
  for await (const event of generator) events.push(event);
  const factor = await lossScale?.read();
  backbone.dispose();
  heads[0].head.dispose();
  optimizer.dispose();
  lossScale?.dispose();
  return { events, factor };
}

/** A network, its parameters, and for how many steps the losses of both precisions are alike. */
export type Precise = readonly [plugin: BackbonePlugin, params: object, alike: number];

/** Defines a test of each network on WebGPU. */
export function testPrecision(cases: readonly Precise[]): void {
  for (const [plugin, params, alike] of cases) {
    testOnBackends(
      `${plugin.name} ${JSON.stringify(params)} trains in float16 nearly as in float32, and leaks nothing`,
      async () => {
        const full = await trained(plugin, params, "f32"), before = tf.memory().numTensors;
        const half = await trained(plugin, params, "f16", { initial: 64 });
        assertEquals(tf.memory().numTensors, before);
        half.events.slice(0, alike).forEach(({ loss }, i) => {
          assert(Math.abs(loss / full.events[i]!.loss - 1) < 0.05, `step ${i + 1}: ${loss} ${full.events[i]!.loss}`);
        });
        const last = ({ events }: typeof full) => events.at(-1)!.loss;
        assert(last(half) < 0.9 * half.events[0]!.loss, `${half.events[0]!.loss} to ${last(half)}`);
      },
      ["webgpu"],
    );
  }
}
