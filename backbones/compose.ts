/**
 * Modules made of modules: one after another, beside a shortcut, or computed twice to save memory.
 *
 * @module
 */
import type { Gradients } from "../tensor/gradients.ts";
import { addStored } from "../tensor/kernels/half.ts";
import { type Tensor, tf } from "../tensor/tf.ts";
import type { CostOptions, PassMemory } from "./backbone.ts";
import { type Layer, type Module, type Shape, sizeOf, type Trace } from "./module.ts";

/** Layers one after another. */
export function sequence(...layers: readonly Layer[]): Layer {
  return (input) => {
    const modules: Module[] = [];
    for (const layer of layers) modules.push(layer(modules.at(-1)?.output ?? input));
    return {
      output: modules.at(-1)?.output ?? input,
      slots: modules.flatMap((module) => module.slots),
      multiplyAdds: modules.reduce((sum, module) => sum + module.multiplyAdds, 0),
      memory: memoryOf(modules),
      infer: (x, values) => modules.reduce((value, module) => module.infer(value, values), x),
      emit: (graph, x) => modules.reduce((value, module) => module.emit(graph, value), x),
      addsResidual: modules.at(-1)?.addsResidual === true,
      trace(x, values, mode, residual) {
        const traces: Trace[] = [], release = () => traces.forEach((trace) => trace.release());
        let value = x;
        try {
          for (const [i, module] of modules.entries()) {
            const last = i === modules.length - 1, inputGradient = i > 0 || mode.inputGradient;
            const trace = module.trace(value, values, { ...mode, inputGradient }, last ? residual : undefined);
            if (value !== x) value.dispose();
            traces.push(trace);
            value = trace.y;
          }
        } catch (error) {
          if (value !== x) value.dispose();
          release();
          throw error;
        }
        return { y: value, backward: (dy, gradients) => backwardAll(traces, dy, gradients), release };
      },
    };
  };
}

/** The gradients of traces from the last to the first. */
function backwardAll(traces: readonly Trace[], dy: Tensor, gradients: Gradients): Tensor | undefined {
  let gradient: Tensor | undefined = dy;
  for (const trace of [...traces].reverse()) {
    let before: Tensor | undefined;
    try {
      before = trace.backward(gradient!, gradients);
    } finally {
      if (gradient !== dy) gradient!.dispose();
    }
    gradient = before;
  }
  return gradient;
}

function memoryOf(modules: readonly Module[]): PassMemory {
  let kept = 0, forward = 0, backward = 0, input = 0;
  for (const { memory, output } of modules) {
    forward = Math.max(forward, kept + input + memory.forward);
    backward = Math.max(backward, kept + memory.backward);
    kept += memory.kept;
    input = sizeOf(output);
  }
  return { kept, forward, backward };
}

/** `main(x) + shortcut(x)`; without a shortcut, `main(x) + x`. */
export function residual(main: Layer, shortcut?: Layer): Layer {
  return (input) => {
    const left = main(input), right = shortcut?.(input);
    return {
      output: left.output,
      slots: [...left.slots, ...right?.slots ?? []],
      multiplyAdds: left.multiplyAdds + (right?.multiplyAdds ?? 0),
      memory: residualMemory(input, left, right),
      infer: (x, values) => tf.add(left.infer(x, values), right ? right.infer(x, values) : x),
      emit: (graph, x) => graph.add("Add", [left.emit(graph, x), right ? right.emit(graph, x) : x]),
      trace(x, values, mode) {
        const aside = right?.trace(x, values, mode);
        let trace: Trace;
        try {
          trace = traceSum(left, [x, values, mode], aside?.y ?? x);
        } catch (error) {
          aside?.release();
          throw error;
        } finally {
          aside?.y.dispose();
        }
        return {
          y: trace.y,
          backward(dy, gradients) {
            const first = trace.backward(dy, gradients);
            let second: Tensor | undefined;
            try {
              second = aside ? aside.backward(dy, gradients) : dy;
              return first && second && addStored(first, second);
            } finally {
              first?.dispose();
              if (second !== dy) second?.dispose();
            }
          },
          release() {
            trace.release();
            aside?.release();
          },
        };
      },
    };
  };
}

/** Traces a module and adds a tensor to its result, in one pass if the module can. */
function traceSum(module: Module, args: Parameters<Module["trace"]>, addend: Tensor): Trace {
  const [x, values, mode] = args;
  if (module.addsResidual) return module.trace(x, values, mode, addend);
  const trace = module.trace(x, values, mode);
  try {
    return { ...trace, y: addStored(trace.y, addend) };
  } catch (error) {
    trace.release();
    throw error;
  } finally {
    trace.y.dispose();
  }
}

function residualMemory(input: Shape, left: Module, right: Module | undefined): PassMemory {
  const size = sizeOf(input), output = sizeOf(left.output), main = left.memory;
  if (!right) {
    // The gradient of the result waits for the main path's, then both and their sum are there.
    return { kept: main.kept, forward: main.forward, backward: Math.max(main.backward, output + 2 * size) };
  }
  // Both paths keep the one input.
  const aside = right.memory, beside = aside.kept - size;
  return {
    kept: main.kept + beside,
    forward: Math.max(aside.forward, beside + output + main.forward),
    // First through the main path with the shortcut's own kept, then through the shortcut beside the main gradient.
    backward: Math.max(beside + main.backward, aside.backward + size, output + 3 * size),
  };
}

/**
 * A part whose inner activations are computed again in the backward pass instead of being kept (gradient
 * checkpointing): same bits, about a third more work, memory of its input alone.
 *
 * Source: T. Chen et al., https://arxiv.org/abs/1604.06174.
 */
export function recomputed(layer: Layer): Layer {
  return (input) => {
    const module = layer(input), size = sizeOf(input), { memory } = module;
    return {
      ...module,
      addsResidual: false,
      memory: {
        kept: size,
        forward: size + memory.forward,
        backward: size + Math.max(memory.forward, memory.backward),
      },
      trace(x, values, mode) {
        const first = module.trace(x, values, { ...mode, keep: false });
        const kept = mode.keep ? keepClone(x) : undefined;
        return {
          y: first.y,
          backward(dy, gradients) {
            const again = module.trace(kept!, values, { ...mode, averages: undefined });
            again.y.dispose();
            const dx = again.backward(dy, gradients);
            kept!.dispose();
            return dx;
          },
          release: () => kept?.dispose(),
        };
      },
    };
  };
}

/** Stages one after another, each computed twice if gradient checkpointing is asked for. */
export function stages(all: readonly Layer[], { checkpointing = false }: CostOptions): Layer {
  return sequence(...checkpointing ? all.map(recomputed) : all);
}

/** A second reference to a tensor's data, of its shape, that no `tf.tidy` frees; the caller disposes it. */
export function keepClone<T extends Tensor>(x: T): T {
  return tf.keep(tf.clone(x));
}
