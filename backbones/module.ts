/**
 * A network as a description: shapes, parameters and costs are known before anything is allocated.
 *
 * @module
 */
import { type Parameter, parameter, type ParameterRole } from "../tensor/parameter.ts";
import type { Random } from "../tensor/random.ts";
import { type Tensor, type Tensor2D, tf, type Variable } from "../tensor/tf.ts";
import type { Backbone, BackboneCost, ForwardMode } from "./backbone.ts";
import type { Initialiser } from "./initialisers.ts";

/** Shape of one sample: `[h, w, c]` or `[d]`. */
export type Shape = readonly number[];

/** A parameter that a module will need. */
export interface Slot {
  /** Name in checkpoints. */
  readonly name: string;
  /** Shape of the variable. */
  readonly shape: number[];
  /** What it is, so that optimizers can treat groups apart. */
  readonly role: ParameterRole;
  /** Whether gradients update it; by default all but statistics. */
  readonly trainable?: boolean;
  /** Gives its first values. */
  readonly initial: Initialiser;
  /** Number of inputs that one output sums over. */
  readonly fanIn?: number;
}

/** Looks up a parameter's variable by name. */
export type Values = (name: string) => Variable;

/** Part of a network. */
export interface Module {
  /** Shape of one output sample. */
  readonly output: Shape;
  /** Parameters that it will need, in a fixed order. */
  readonly slots: readonly Slot[];
  /** Multiply-adds of convolutions and linear layers, for one sample. */
  readonly multiplyAdds: number;
  /** Floats of layer outputs, for one sample. */
  readonly activations: number;
  /** Runs on a batch; the caller tidies. */
  apply(x: Tensor, values: Values, mode: ForwardMode): Tensor;
}

/** Something that makes a module once its input's shape is known. */
export type Layer = (input: Shape) => Module;

/** Number of elements of a shape. */
export function sizeOf(shape: Shape): number {
  return shape.reduce((a, b) => a * b, 1);
}

/** Layers one after another. */
export function sequence(...layers: readonly Layer[]): Layer {
  return (input) => {
    const modules: Module[] = [];
    for (const layer of layers) modules.push(layer(modules.at(-1)?.output ?? input));
    return {
      output: modules.at(-1)?.output ?? input,
      slots: modules.flatMap((module) => module.slots),
      multiplyAdds: modules.reduce((sum, module) => sum + module.multiplyAdds, 0),
      activations: modules.reduce((sum, module) => sum + module.activations, 0),
      apply: (x, values, mode) => modules.reduce((value, module) => module.apply(value, values, mode), x),
    };
  };
}

/** `main(x) + shortcut(x)`; without a shortcut, `main(x) + x`. */
export function residual(main: Layer, shortcut?: Layer): Layer {
  return (input) => {
    const left = main(input), right = shortcut?.(input);
    return {
      output: left.output,
      slots: [...left.slots, ...right?.slots ?? []],
      multiplyAdds: left.multiplyAdds + (right?.multiplyAdds ?? 0),
      activations: left.activations + (right?.activations ?? 0) + sizeOf(left.output),
      apply: (x, values, mode) => tf.add(left.apply(x, values, mode), right ? right.apply(x, values, mode) : x),
    };
  };
}

/** Counts what a network costs; see {@link BackboneCost}. */
export function costOf(network: Module): BackboneCost {
  const learned = network.slots.filter((slot) => slot.role !== "statistic");
  const total = (slots: readonly Slot[]) => slots.reduce((sum, slot) => sum + sizeOf(slot.shape), 0);
  return {
    embedding: network.output[0]!,
    parameters: total(learned),
    trainableParameters: total(learned.filter((slot) => slot.trainable !== false)),
    multiplyAdds: network.multiplyAdds,
    activations: network.activations,
  };
}

/** Allocates a network's parameters, each from the stream of its name. */
export function instantiate(network: Module, random: Random): Backbone {
  const parameters: Parameter[] = network.slots.map(({ name, shape, role, trainable, initial, fanIn }) =>
    parameter(name, initial(random.fork(name), sizeOf(shape), fanIn ?? 1), {
      shape,
      role,
      ...(trainable === undefined ? {} : { trainable }),
    })
  );
  const variables = new Map(parameters.map(({ name, variable }) => [name, variable]));
  const values: Values = (name) => variables.get(name)!;
  return {
    parameters,
    embedding: network.output[0]!,
    forward: (images, mode) => tf.tidy(() => network.apply(images, values, mode) as Tensor2D),
    dispose: () => parameters.forEach(({ variable }) => variable.dispose()),
  };
}
