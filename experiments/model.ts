/**
 * Builds what a run trains: backbone, losses, optimizer, sampler, augmentations, schedule, all from one seed.
 *
 * @module
 */
import type { Backbone } from "../backbones/mod.ts";
import { assembleBatch, type ImageSet } from "../datasets/mod.ts";
import type { Registries } from "../registry/builtins.ts";
import type { Parameter } from "../tensor/parameter.ts";
import { createRandom, type Random } from "../tensor/random.ts";
import {
  averageWeights,
  createLossScale,
  type LossScale,
  type Optimizer,
  type ParameterGroups,
  train,
  type TrainOptions,
  type WeightAverage,
  type WeightedHead,
} from "../training/mod.ts";
import type { ResolvedRun, Section } from "./resolved.ts";
import { depthOf, readAhead } from "./read_ahead.ts";
import { nextTurn } from "./turn.ts";

/** Everything of a run that lives on the backend. */
export interface Model {
  readonly backbone: Backbone;
  /** The main head, then the auxiliary losses. */
  readonly heads: readonly [WeightedHead, ...WeightedHead[]];
  readonly optimizer: Optimizer;
  /** Number of training classes. */
  readonly classes: number;
  /** Factor of the loss, in float16. */
  readonly lossScale?: LossScale;
  /** Average of the backbone's weights, which is what the run evaluates. */
  readonly average?: WeightAverage;
  /** Every variable, by the prefix that checkpoints use. */
  readonly groups: ParameterGroups;
  /** Frees all variables. */
  dispose(): void;
}

/** What {@link createModel} starts from instead of first values. */
export interface ModelStart {
  /** Puts weights into the backbone, before anything that begins with a copy of them is made. */
  readonly load?: (parameters: readonly Parameter[]) => void;
}

/**
 * Makes the model of a run; weights come from the `init` stream of its seed, those of the backbone from `load` if it is
 * there.
 *
 * @throws what `load` throws; nothing is left allocated then.
 */
export function createModel(
  run: ResolvedRun,
  registries: Registries,
  training: ImageSet,
  { load }: ModelStart = {},
): Model {
  const random = createRandom(run.seed, "init");
  const [backboneName, backboneParams] = split(run.backbone);
  const backbone = registries.backbone.get(backboneName).create(backboneParams, {
    shape: training.shape,
    random: random.fork("backbone"),
    checkpointing: run.train.checkpointing,
    precision: run.train.precision,
  });
  const made: { dispose(): void }[] = [backbone];
  try {
    load?.(backbone.parameters);
    return assemble(run, registries, { backbone, training, random, made });
  } catch (error) {
    made.reverse().forEach((one) => one.dispose());
    throw error;
  }
}

/** Puts heads, optimizer and what else trains around a backbone; all that is made is noted, for a failure on the way. */
function assemble(
  run: ResolvedRun,
  registries: Registries,
  { backbone, training, random, made }: {
    backbone: Backbone;
    training: ImageSet;
    random: Random;
    made: { dispose(): void }[];
  },
): Model {
  const noted = <T extends { dispose(): void }>(one: T): T => {
    made.push(one);
    return one;
  };
  const context = { embedding: backbone.embedding, classes: training.classes.length, counts: countClasses(training) };
  const make = (section: Section, stream: string, classWeights?: readonly Parameter[]) => {
    const [name, params] = split(section);
    const shared = classWeights ? { classWeights } : {};
    return noted(registries.head.get(name).create(params, { ...context, ...shared, random: random.fork(stream) }));
  };
  const head = make(run.head, "head"), classWeights = head.parameters.filter(({ role }) => role === "class");
  const sections = run.auxiliary.map(({ weight: _, ...section }) => section as Section);
  const names = sections.map(({ name }, i) => {
    const before = sections.slice(0, i).filter((other) => other.name === name).length;
    return before === 0 ? String(name) : `${name}${before + 1}`;
  });
  const auxiliary = run.auxiliary.map(({ weight }, i): WeightedHead => ({
    head: make(sections[i]!, `auxiliary/${i}`, classWeights),
    weight: Number(weight),
    name: names[i]!,
  }));
  const heads: [WeightedHead, ...WeightedHead[]] = [{ head, weight: 1 }, ...auxiliary];
  const [optimizerName, optimizerParams] = split(run.optimizer);
  const modules: ParameterGroups = {
    backbone: backbone.parameters,
    head: heads[0].head.parameters,
    ...Object.fromEntries(auxiliary.map(({ head }, i) => [`auxiliary${i}`, head.parameters])),
  };
  const optimizer = noted(
    registries.optimizer.get(optimizerName).create(optimizerParams, qualifyTrainable(modules)),
  );
  const lossScale = run.train.precision === "f16" ? noted(createLossScale()) : undefined;
  const average = run.train.ema > 0 ? noted(averageWeights(backbone.parameters, run.train.ema)) : undefined;
  return {
    backbone,
    heads,
    optimizer,
    classes: training.classes.length,
    ...lossScale ? { lossScale } : {},
    ...average ? { average } : {},
    groups: {
      ...modules,
      optimizer: optimizer.state,
      ...lossScale ? { lossScale: lossScale.state } : {},
      ...average ? { ema: average.state } : {},
    },
    dispose() {
      backbone.dispose();
      heads.forEach(({ head }) => head.dispose());
      optimizer.dispose();
      lossScale?.dispose();
      average?.dispose();
    },
  };
}

/** Training images of each class. */
function countClasses({ labels, classes }: ImageSet): Int32Array {
  const counts = new Int32Array(classes.length);
  for (const label of labels) counts[label]!++;
  return counts;
}

/** The trainable parameters in the order of the trainer, named `<group>/<name>`: the main head and an auxiliary one share names. */
function qualifyTrainable(modules: ParameterGroups): Parameter[] {
  return Object.entries(modules).flatMap(([group, parameters]) =>
    parameters.filter(({ trainable }) => trainable).map((one) => ({ ...one, name: `${group}/${one.name}` }))
  );
}

/** Where training begins, and when it tells or stops. */
export type TrainingPace =
  & Required<Pick<TrainOptions, "from">>
  & Pick<TrainOptions, "logEvery" | "pauseAt" | "watchAngles" | "stop">;

/** The trainer's options for a run that has done `from` steps: order, augmentation and dropout by streams of its seed. */
export function trainOptions(
  run: ResolvedRun,
  registries: Registries,
  model: Model,
  training: ImageSet,
  { from, ...pace }: TrainingPace,
): TrainOptions {
  const { steps, batchSize, accumulate, clip } = run.train;
  const [samplerName, samplerParams] = split(run.train.sampler);
  const indicesOf = registries.sampler.get(samplerName).create(samplerParams, {
    labels: training.labels,
    batchSize,
    random: createRandom(run.seed, "order"),
  });
  const augment = run.train.augment.map((section) => {
    const [name, params] = split(section);
    return registries.augmentation.get(name).create(params, training.shape);
  });
  const [scheduleName, scheduleParams] = split(run.schedule);
  const noise = createRandom(run.seed, "augment");
  return {
    backbone: model.backbone,
    heads: model.heads,
    optimizer: model.optimizer,
    learningRate: registries.schedule.get(scheduleName).create(scheduleParams, steps),
    steps,
    from,
    shape: training.shape,
    accumulate,
    ...model.lossScale ? { lossScale: model.lossScale } : {},
    ...clip ? { clip } : {},
    ...model.average ? { average: model.average } : {},
    async batch(step) {
      await nextTurn();
      return assembleBatch(training, indicesOf(step), { augment, random: noise.fork(step) });
    },
    random: createRandom(run.seed, "dropout"),
    ...pace,
  };
}

/** {@link train} on {@link trainOptions}, with batches that are made ahead. */
export async function* trainModel(...args: Parameters<typeof trainOptions>): ReturnType<typeof train> {
  const options = trainOptions(...args), [{ train: { batchSize } }, , , { shape: [height, width, channels] }] = args;
  const depth = depthOf(batchSize * height * width * channels * Float32Array.BYTES_PER_ELEMENT);
  const batches = readAhead(options.batch, { end: options.steps, depth });
  try {
    yield* train({ ...options, batch: batches.get });
  } finally {
    await batches.close();
  }
}

/** A section's plugin name and its parameters. */
export function split(section: Section): [name: string, params: Record<string, unknown>] {
  const { name, ...params } = section;
  return [String(name), params];
}
