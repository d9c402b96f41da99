/**
 * A small network, head and optimizer to train with `train()`.
 *
 * @module
 */
import type { Backbone, ImageShape } from "../../backbones/backbone.ts";
import { convnet } from "../../backbones/catalogue.ts";
import { arcface, softmax } from "../../losses/catalogue.ts";
import type { HeadPlugin } from "../../losses/head.ts";
import { createRandom } from "../../tensor/random.ts";
import type { saveCheckpoint } from "../../training/checkpoint.ts";
import type { Optimizer } from "../../training/optimizer.ts";
import { sgd } from "../../training/sgd.ts";
import { type StepEvent, train, trainableOf, type TrainOptions, type WeightedHead } from "../../training/trainer.ts";

/** Shape of an image. */
export const SHAPE: ImageShape = [8, 8, 1];

/** Number of classes. */
export const CLASSES = 4;

/** Images in a batch. */
export const BATCH = 12;

const patterns = Array.from({ length: CLASSES }, (_, label) => {
  return Array.from({ length: 64 }, (_, pixel) => createRandom(label, `pattern/${pixel}`).normal());
});

/** Images of four classes: noise around a class pattern. */
export function batch(step: number): Promise<{ images: Float32Array; labels: Int32Array }> {
  const random = createRandom(0, `batch/${step}`);
  const labels = Int32Array.from({ length: BATCH }, () => random.integer(CLASSES));
  const images = Float32Array.from({ length: BATCH * 64 }, (_, i) => {
    return patterns[labels[Math.floor(i / 64)]!]![i % 64]! + 0.3 * random.normal();
  });
  return Promise.resolve({ images, labels });
}

/** What {@link setup} gives. */
export interface Setup {
  readonly options: TrainOptions;
  readonly groups: Parameters<typeof saveCheckpoint>[0];
  dispose(): void;
}

/** A convnet of two blocks, ArcFace and SGD, with changes. */
export function setup(
  changes: Partial<TrainOptions> & { head?: HeadPlugin; headParams?: Record<string, unknown>; auxiliary?: number } = {},
): Setup {
  const { head: plugin = arcface, headParams = { s: 8, m: 0.3 }, auxiliary, ...rest } = changes;
  const random = createRandom(0, "init");
  const backbone: Backbone = convnet.create(convnet.params.parse({ blocks: 2, width: 6, embedding: 8, dropout: 0.3 }), {
    shape: SHAPE,
    random,
  });
  const make = (plugin: HeadPlugin, params: Record<string, unknown>) =>
    plugin.create(plugin.params.parse(params), { embedding: 8, classes: CLASSES, random });
  const heads: [WeightedHead, ...WeightedHead[]] = [{ head: make(plugin, headParams), weight: 1 }];
  if (auxiliary !== undefined) heads.push({ head: make(softmax, {}), weight: auxiliary });
  const optimizer: Optimizer = sgd.create(sgd.params.parse({}), trainableOf(backbone, heads));
  return {
    options: {
      backbone,
      heads,
      optimizer,
      learningRate: () => 0.05,
      steps: 30,
      shape: SHAPE,
      batch,
      random: createRandom(0, "dropout"),
      ...rest,
    },
    groups: { backbone: backbone.parameters, head: heads[0].head.parameters, optimizer: optimizer.state },
    dispose() {
      backbone.dispose();
      heads.forEach(({ head }) => head.dispose());
      optimizer.dispose();
    },
  };
}

/** The events of a training, up to a step. */
export async function collect(options: TrainOptions, until = Infinity): Promise<StepEvent[]> {
  const events: StepEvent[] = [];
  for await (const event of train(options)) {
    events.push(event);
    if (event.step >= until) break;
  }
  return events;
}
