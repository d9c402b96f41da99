/**
 * The improved residual network of the ArcFace paper: any stage table, and the published ones by name.
 *
 * @module
 */
import { z } from "zod";
import { type BackbonePlugin, type CostOptions, defineBackbone, type ImageShape } from "./backbone.ts";
import { residual, sequence, stages } from "./compose.ts";
import { graphOfModule } from "./graph.ts";
import { constant, fanOutNormal, type Initialiser, normal, torchUniform } from "./initialisers.ts";
import { conv } from "./layers.ts";
import type { Layer, Module } from "./module.ts";
import { costOf, instantiate } from "./network.ts";
import { batchNorm } from "./normalisation.ts";
import { outputLayers, OUTPUTS } from "./outputs.ts";
import { squeezeExcitation } from "./squeeze_excitation.ts";

/** Residual units of each of the four stages. */
type Stages = readonly number[];

/** Which code base a network's own defaults follow. */
type Origin = "torch" | "mxnet";

/** Initial weights of the two public code bases. */
const INITIAL: Readonly<Record<Origin, Readonly<Record<"conv" | "linear" | "bias", Initialiser>>>> = {
  // Every convolution from N(0, 0.1), whatever its size.
  torch: { conv: normal(0.1), linear: torchUniform, bias: torchUniform },
  mxnet: { conv: fanOutNormal, linear: fanOutNormal, bias: constant(0) },
};

/** Probability of dropping where output E is not told one. */
const DROPOUT = 0.4;

const REDUCTION = 16;

function optionsOf(origin: Origin) {
  const outputs = Object.entries(OUTPUTS).map(([name, layers]) => `${name} ${layers}`).join("; ");
  return {
    widths: z.array(z.int().min(1).max(8192)).length(4).default([64, 128, 256, 512]).describe("Channels of each stage"),
    embedding: z.int().min(2).max(65536).default(512).describe(
      "Dimension d of the embedding; with output A it is the last of widths",
    ),
    output: z.enum(["A", "B", "C", "D", "E", "GDC"]).default("E").describe(
      `Layers from the last feature map to the embedding: ${outputs}`,
    ),
    dropout: z.number().min(0).max(0.95).optional().describe(
      `Probability of dropping a feature before the linear layer; only with output E, there ${DROPOUT} if left out`,
    ),
    se: z.boolean().default(false).describe(
      `Whether every residual unit ends in squeeze-and-excitation, reduction ${REDUCTION}`,
    ),
    initial: z.enum(["torch", "mxnet"]).default(origin).describe(
      "Initial weights: torch, convolutions N(0, 0.1) and linear layers Kaiming uniform; mxnet, Xavier gaussian by " +
        "fan-out with magnitude 2, biases 0",
    ),
    epsilon: z.number().positive().max(0.1).default(origin === "mxnet" ? 2e-5 : 1e-5).describe(
      "Added to the variances of batch norms: 1e-5 in PyTorch's code, 2e-5 in MXNet's",
    ),
  };
}

type Options = z.output<z.ZodObject<ReturnType<typeof optionsOf>>>;

/** Refuses what an output would ignore. */
function checked<S extends z.ZodObject>(schema: S): S {
  const known = (value: unknown) => value as Options;
  return schema.refine((value) => known(value).output === "E" || known(value).dropout === undefined, {
    path: ["dropout"],
    error: ({ input }) => `output ${known(input).output} has no dropout: leave dropout out, or use output E`,
  }).refine((value) => known(value).output !== "A" || known(value).embedding === known(value).widths[3], {
    path: ["embedding"],
    error: ({ input }) =>
      `output A gives the ${known(input).widths[3]} channels of the last stage: write embedding: ` +
      `${known(input).widths[3]}, or use an output with a linear layer`,
  }).refine((value) => !known(value).se || known(value).widths.every((width) => width >= REDUCTION), {
    path: ["se"],
    error: `squeeze-and-excitation divides the channels by ${REDUCTION}: wanted widths of at least ${REDUCTION}`,
  });
}

/** BN, conv 3×3, BN, PReLU, conv 3×3 (stride), BN, plus the shortcut; no activation after the sum. */
function unit(name: string, width: number, first: boolean, { se, initial: origin, epsilon }: Options): Layer {
  const stride = first ? 2 : 1, { conv: initial, bias: initialBias } = INITIAL[origin];
  const main = sequence(
    batchNorm(`${name}.bn1`, { epsilon }),
    conv(`${name}.conv1`, { filters: width, kernel: 3, initial }),
    batchNorm(`${name}.bn2`, { epsilon, prelu: `${name}.prelu` }),
    conv(`${name}.conv2`, { filters: width, kernel: 3, stride, initial }),
    batchNorm(`${name}.bn3`, { epsilon }),
    ...se ? [squeezeExcitation(`${name}.se`, { reduction: REDUCTION, initial, initialBias })] : [],
  );
  if (!first) return residual(main);
  const shortcut = sequence(
    conv(`${name}.downsample.0`, { filters: width, kernel: 1, stride, padding: 0, initial }),
    batchNorm(`${name}.downsample.1`, { epsilon }),
  );
  return residual(main, shortcut);
}

function network(counts: Stages, options: Options, shape: ImageShape, how: CostOptions = {}): Module {
  const { widths, embedding, output, dropout = DROPOUT, initial: origin, epsilon } = options;
  const initial = INITIAL[origin];
  const body = counts.map((count, stage) =>
    sequence(
      ...Array.from(
        { length: count },
        (_, i) => unit(`layer${stage + 1}.${i}`, widths[stage]!, i === 0, options),
      ),
    )
  );
  return sequence(
    conv("conv1", { filters: widths[0]!, kernel: 3, initial: initial.conv }),
    batchNorm("bn1", { epsilon, prelu: "prelu" }),
    stages(body, how),
    outputLayers(output, { embedding, dropout, epsilon, ...initial }),
  )(shape);
}

/** Improved residual units in four stages, each halving the image, with a choice of outputs; any stage table. */
export const iresnet: BackbonePlugin = define("iresnet", {
  summary: "Improved residual network of the ArcFace paper, any stage table, outputs A to E and GDC",
  origin: "torch",
});

/** {@link iresnet} with 2, 2, 2 and 2 units; 24.0 M parameters, 2.6 G multiply-adds at 112×112. */
export const iresnet18: BackbonePlugin = published("iresnet18", [2, 2, 2, 2], "torch");

/** {@link iresnet} with 3, 4, 6 and 3 units; 34.1 M parameters, 4.5 G multiply-adds at 112×112. */
export const iresnet34: BackbonePlugin = published("iresnet34", [3, 4, 6, 3], "torch");

/** {@link iresnet} with 3, 4, 14 and 3 units; 43.6 M parameters, 6.3 G multiply-adds at 112×112. */
export const iresnet50: BackbonePlugin = published("iresnet50", [3, 4, 14, 3], "torch");

/** {@link iresnet} with 3, 13, 30 and 3 units; 65.2 M parameters, 12.1 G multiply-adds at 112×112. */
export const iresnet100: BackbonePlugin = published("iresnet100", [3, 13, 30, 3], "torch");

/** {@link iresnet} with 6, 26, 60 and 6 units; 118.8 M parameters, 23.4 G multiply-adds at 112×112. */
export const iresnet200: BackbonePlugin = published("iresnet200", [6, 26, 60, 6], "torch");

/** The 200 of the MXNet code, {@link iresnet} with 3, 24, 36 and 3 units; 75.5 M parameters, 16.0 G multiply-adds. */
export const iresnet200Mxnet: BackbonePlugin = published("iresnet200-mxnet", [3, 24, 36, 3], "mxnet");

function published(name: string, units: Stages, origin: Origin): BackbonePlugin {
  const code = `the public ${origin === "torch" ? "PyTorch" : "MXNet"} code`;
  const summary = `Improved residual network of the ArcFace paper, units ${
    units.join(", ")
  }, with the defaults of ${code}`;
  return define(name, { summary, origin, units });
}

function define(
  name: string,
  { summary, origin, units }: { summary: string; origin: Origin; units?: Stages },
): BackbonePlugin {
  const stages = z.array(z.int().min(1).max(200)).length(4).default([3, 4, 14, 3]).describe(
    "Residual units of each of the four stages; the published tables are plugins of their own, such as iresnet50",
  );
  const params = checked(z.strictObject({ ...units ? {} : { stages }, ...optionsOf(origin) }));
  const module = (params: Options & { stages?: Stages }, shape: ImageShape, how?: CostOptions) =>
    network(units ?? params.stages!, params, shape, how);
  return defineBackbone({
    name,
    version: "1.1.0",
    summary,
    reference: "https://arxiv.org/abs/1801.07698v1",
    params,
    supports: ["checkpointing", "f16"],
    cost: (params, shape, options) => costOf(module(params as Options, shape, options)),
    graph: (params, shape) => graphOfModule(module(params as Options, shape), shape),
    create: (params, context) => instantiate(module(params as Options, context.shape, context), context),
  });
}
