/**
 * What a run costs, counted from its description: nothing is opened or allocated.
 *
 * @module
 */
import { type ClassMemory, classMemory } from "../losses/class_memory.ts";
import type { Registries } from "../registry/registries.ts";
import { classesOf, shapeOf } from "./readers.ts";
import type { ResolvedRun, Section } from "./resolved.ts";

/** What each run of a row costs. */
export interface RowCost {
  /** Height, width and channels of an image. */
  readonly shape: readonly [number, number, number];
  /** Dimension of the embedding. */
  readonly embedding: number;
  /** Parameters of the backbone. */
  readonly parameters: number;
  /** Class-side parameters of the heads; `undefined` where the number of classes is known only to the data. */
  readonly headParameters: number | undefined;
  /** Multiply-adds of the backbone for one image, forward. */
  readonly multiplyAdds: number;
  /** Multiply-adds of the whole training: three passes' worth (forward, and twice that backward) of every image. */
  readonly trainingMultiplyAdds: number;
  /** Estimate of the memory that training needs, in bytes. */
  readonly memory: number;
  /** Bytes of the weights that a completed run keeps, of backbone and main head; `undefined` as `headParameters` is. */
  readonly weights: number | undefined;
  /** Bytes of a checkpoint: weights, momentum and averages of backbone and heads; `undefined` as `headParameters` is. */
  readonly checkpoint: number | undefined;
}

const FLOAT = 4;

/** How a backend takes memory beyond what tensors need; measured, and held by a test. */
interface Means {
  /** Floats kept for each of the backbone's parameters beside itself and its momentum: its gradient, and what kernels make. */
  readonly copies: number;
  /** Floats taken for each float of activations: WebGPU's buffers are used again by others of their very size alone. */
  readonly slack: number;
  /** Floats taken for each float of the class side: blocks so large find no hole on the WASM heap, which grows in steps. */
  readonly classSlack: number;
  /** Bytes for kernels' own use: some in any case, more for larger activations, up to a limit. */
  readonly base: number;
  /** The limit. */
  readonly scratch: number;
}

const MEANS: Readonly<Record<"wasm" | "webgpu", Means>> = {
  wasm: { copies: 1, slack: 1, classSlack: 1.135, base: 1.5 * 2 ** 20, scratch: 17.5 * 2 ** 20 },
  webgpu: { copies: 2, slack: 1.4, classSlack: 1, base: 16 * 2 ** 20, scratch: 0 },
};

/** The cost of a row, or `undefined` where the image shape is known only when the data is opened. */
export function rowCost(run: Omit<ResolvedRun, "seed">, registries: Registries): RowCost | undefined {
  const shape = shapeOf(run.data.train, registries);
  if (!shape) return undefined;
  const { name, ...params } = run.backbone;
  const { steps, batchSize, accumulate, checkpointing, precision, ema } = run.train;
  const cost = registries.backbone.get(String(name)).cost(params, shape, { checkpointing });
  const classes = classesOf(run.data.train, registries);
  const headParameters = classes === undefined ? undefined : headSize(run, registries, cost.embedding, classes);
  const image = shape[0] * shape[1] * shape[2];
  const half = precision === "f16" ? 0.5 : 1, part = batchSize / accumulate;
  const means = MEANS[run.backend === "wasm" || run.backend === "cpu" ? "wasm" : "webgpu"];
  // Two batches: one at work, one ahead.
  const input = 2 * batchSize * image, states = run.optimizer.momentum === 0 ? 0 : 1, more = accumulate > 1 ? 1 : 0;
  const own = (1 + states + means.copies + more + (ema > 0 ? 1 : 0)) * cost.parameters;
  const side = classSide(run, registries, {
    embedding: cost.embedding,
    classes,
    batch: part,
    states,
    slack: means.classSlack,
  });
  const network = (floats: number) => means.slack * part * half * floats;
  const step = Math.max(
    network(cost.memory.forward),
    network(cost.memory.backward) + side.gradient,
    network(cost.memory.kept) + side.step,
    side.update,
  );
  const floats = own + input + side.held + more * side.gradient + step;
  return {
    shape,
    embedding: cost.embedding,
    parameters: cost.parameters,
    headParameters,
    multiplyAdds: cost.multiplyAdds,
    trainingMultiplyAdds: 3 * steps * batchSize * cost.multiplyAdds,
    memory: FLOAT * floats + means.base + Math.min(means.scratch, 2 * FLOAT * part * cost.memory.forward),
    weights: classes === undefined
      ? undefined
      : FLOAT * (cost.parameters + headSize({ ...run, auxiliary: [] }, registries, cost.embedding, classes)),
    checkpoint: headParameters === undefined
      ? undefined
      : FLOAT * ((1 + states + (ema > 0 ? 1 : 0)) * cost.parameters + (1 + states) * headParameters),
  };
}

/** The heads that have parameters of their own. */
function headsOf({ head, auxiliary }: Omit<ResolvedRun, "seed">, registries: Registries): readonly Section[] {
  const own = auxiliary.filter(({ name }) => !registries.head.get(String(name)).sharesClassWeights);
  return [head, ...own.map(({ weight: _, ...section }) => section as Section)];
}

/** Memory of all heads together, in floats taken. */
function classSide(
  run: Omit<ResolvedRun, "seed">,
  registries: Registries,
  { classes = 0, slack, ...context }: {
    embedding: number;
    classes: number | undefined;
    batch: number;
    states: number;
    slack: number;
  },
): ClassMemory {
  const total = { held: 0, step: 0, gradient: 0, update: 0 };
  for (const { weight: _, name, ...params } of [run.head, ...run.auxiliary]) {
    const plugin = registries.head.get(String(name)), { batch, embedding } = context;
    const sampleRate = typeof params.sampleRate === "number" ? params.sampleRate : 1;
    const stepMemory = plugin.stepMemory?.(params, { batch, classes: Math.ceil(classes * sampleRate) });
    const shares = plugin.sharesClassWeights === true && name !== run.head.name;
    const parameters = shares ? 0 : plugin.size(params, { embedding, classes });
    const normalised = plugin.normalised ?? true;
    const side = classMemory({ ...context, classes, parameters, sampleRate, normalised, stepMemory });
    // Sampled rows are small blocks, which find holes.
    const taken = sampleRate < 1 ? 1 : slack;
    for (const key of ["held", "step", "gradient", "update"] as const) total[key] += taken * side[key];
  }
  return total;
}

function headSize(
  run: Omit<ResolvedRun, "seed">,
  registries: Registries,
  embedding: number,
  classes: number,
): number {
  return headsOf(run, registries).reduce(
    (sum, { name, ...params }) => sum + registries.head.get(String(name)).size(params, { embedding, classes }),
    0,
  );
}
