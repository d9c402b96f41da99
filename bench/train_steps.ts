/**
 * Training steps of ours on data that stands ready, timed by the step.
 *
 * @module
 */
import type { Backbone } from "../backbones/mod.ts";
import { builtins } from "../registry/builtins.ts";
import { createRandom } from "../tensor/random.ts";
import { createLossScale, type HostBatch, train, trainableOf, type TrainOptions } from "../training/mod.ts";
import { finish } from "./devices.ts";
import type { StepWork } from "./networks.ts";
import type { Answer } from "./worker.ts";

/** Makes the network, the head and the optimizer of a step; gives what does some steps. */
export function createSteps(
  work: StepWork,
  precision: "f32" | "f16" = "f32",
): { multiplyAdds: number; steps: (count: number) => Promise<Answer> } {
  const registries = builtins(), random = createRandom(0, "bench/steps");
  const plugin = registries.backbone.get(work.backbone), params = plugin.params.parse(work.params) as never;
  const backbone = plugin.create(params, { shape: work.shape, random: random.fork("backbone"), precision });
  const arcface = registries.head.get("arcface");
  const context = { embedding: backbone.embedding, classes: work.classes, random: random.fork("head") };
  const head = arcface.create(arcface.params.parse({ m: 0.5, s: 16 }), context);
  const heads: TrainOptions["heads"] = [{ head, weight: 1 }];
  const sgd = registries.optimizer.get("sgd");
  const optimizer = sgd.create(sgd.params.parse({}), trainableOf(backbone, heads));
  const timed = timeParts(backbone, optimizer);
  const batch = hostBatch(work);
  const lossScale = precision === "f16" ? createLossScale() : undefined;
  return {
    multiplyAdds: plugin.cost(params, work.shape).multiplyAdds,
    async steps(count) {
      timed.reset();
      const since = performance.now();
      // Told at the last step alone, so that the device works on undisturbed, as in training.
      const events = train({
        backbone: timed.backbone,
        heads,
        optimizer: timed.optimizer,
        learningRate: () => 1e-3,
        steps: count,
        shape: work.shape,
        batch: () => Promise.resolve(batch),
        random,
        logEvery: count,
        ...lossScale ? { lossScale } : {},
      });
      for await (const _ of events);
      await finish();
      const ms = (performance.now() - since) / count, parts = timed.parts(count);
      return { ms: [ms], parts: { ...parts, "backward and the rest": ms - sum(Object.values(parts)) } };
    },
  };
}

/** Wraps a backbone and an optimizer so that they tell the time spent in them; on WebGPU, the time to hand over work. */
function timeParts(backbone: Backbone, optimizer: TrainOptions["optimizer"]) {
  let forward = 0, update = 0;
  const clocked = <T>(work: () => T, add: (ms: number) => void): T => {
    const since = performance.now();
    try {
      return work();
    } finally {
      add(performance.now() - since);
    }
  };
  return {
    backbone: {
      ...backbone,
      forward: (...args: Parameters<Backbone["forward"]>) =>
        clocked(() => backbone.forward(...args), (ms) => forward += ms),
    },
    optimizer: {
      ...optimizer,
      update: (...args: Parameters<typeof optimizer.update>) =>
        clocked(() => optimizer.update(...args), (ms) => update += ms),
    },
    reset: () => void (forward = update = 0),
    parts: (count: number) => ({ forward: forward / count, optimizer: update / count }),
  };
}

function hostBatch({ shape, batch, classes }: StepWork): HostBatch {
  const random = createRandom(0, "bench/batch"), size = batch * shape[0] * shape[1] * shape[2];
  return {
    images: Float32Array.from({ length: size }, () => random.normal()),
    labels: Int32Array.from({ length: batch }, (_, i) => i * 7919 % classes),
  };
}

function sum(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0);
}
