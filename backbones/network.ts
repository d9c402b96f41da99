/**
 * From the description of a network to a backbone at work.
 *
 * @module
 */
import { collectGradients } from "../tensor/gradients.ts";
import { disposeParameters, type Parameter, parameter } from "../tensor/parameter.ts";
import { type Tensor, type Tensor2D, type Tensor4D, tf } from "../tensor/tf.ts";
import type { Backbone, BackboneContext, BackboneCost, ForwardMode } from "./backbone.ts";
import { type Module, sizeOf, type Slot, type Trace, type Values } from "./module.ts";
import { collectAverages } from "./running_average.ts";

/** Counts what a network costs; see {@link BackboneCost}. */
export function costOf(network: Module): BackboneCost {
  const learned = network.slots.filter((slot) => slot.role !== "statistic");
  const total = (slots: readonly Slot[]) => slots.reduce((sum, slot) => sum + sizeOf(slot.shape), 0);
  return {
    embedding: network.output[0]!,
    parameters: total(learned),
    trainableParameters: total(learned.filter((slot) => slot.trainable !== false)),
    multiplyAdds: network.multiplyAdds,
    memory: network.memory,
  };
}

/** Allocates a network's parameters, each from the stream of its name. */
export function instantiate(network: Module, { random, precision = "f32" }: BackboneContext): Backbone {
  const parameters: Parameter[] = network.slots.map((
    { name, shape, role, trainable, initial, fanIn = 1, fanOut = 1, layout },
  ) =>
    parameter(name, initial(random.fork(name), sizeOf(shape), { fanIn, fanOut }), {
      shape,
      role,
      ...(trainable === undefined ? {} : { trainable }),
      ...layout && { layout },
    })
  );
  const variables = new Map(parameters.map(({ name, variable }) => [name, variable]));
  const values: Values = (name) => variables.get(name)!;
  const train = trainer(network, parameters.filter(({ trainable }) => trainable), values, precision);
  return {
    parameters,
    embedding: network.output[0]!,
    forward: (images, mode) =>
      mode.training ? train.forward(images, mode) : tf.tidy(() => network.infer(images, values) as Tensor2D),
    dispose() {
      train.dispose();
      disposeParameters(parameters);
    },
  };
}

/** Training passes of a network: for tfjs's tape the whole network is one op. */
function trainer(network: Module, trainable: readonly Parameter[], values: Values, storage: "f32" | "f16") {
  let pending: Trace | undefined;
  const release = () => {
    pending?.release();
    pending = undefined;
  };
  const run = (images: Tensor4D, { random }: ForwardMode, keep: boolean): Tensor2D => {
    const averages = collectAverages();
    try {
      pending = network.trace(images, values, { random, storage, keep, inputGradient: false, averages });
      averages.update();
      return pending.y as Tensor2D;
    } finally {
      averages.dispose();
    }
  };
  const gradientsOf = (dy: Tensor): Tensor[] => {
    if (!pending) throw new TypeError("Cannot differentiate the network: another forward pass came between");
    const gradients = collectGradients();
    try {
      pending.backward(dy, gradients);
      return trainable.map(({ name, variable }) => gradients.take(name) ?? tf.zeros(variable.shape));
    } finally {
      // Frees what is left where a part of it failed.
      gradients.dispose();
      release();
    }
  };
  return {
    forward(images: Tensor4D, mode: ForwardMode): Tensor2D {
      release();
      if (!tf.engine().isTapeOn() || trainable.length === 0) {
        const y = run(images, mode, false);
        release();
        return y;
      }
      const op = tf.customGrad((() => ({ value: run(images, mode, true), gradFunc: gradientsOf })) as never);
      return op(...trainable.map(({ variable }) => variable as Tensor)) as Tensor2D;
    },
    dispose: release,
  };
}
