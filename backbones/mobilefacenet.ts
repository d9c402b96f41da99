/**
 * MobileFaceNet as insightface's PyTorch code has it.
 *
 * @module
 */
import { z } from "zod";
import { type BackbonePlugin, type CostOptions, defineBackbone, type ImageShape } from "./backbone.ts";
import { residual, sequence, stages } from "./compose.ts";
import { depthwise } from "./depthwise.ts";
import { graphOfModule } from "./graph.ts";
import { grouped } from "./grouped.ts";
import { fanOutNormal as initial } from "./initialisers.ts";
import { conv } from "./layers.ts";
import type { Layer, Module } from "./module.ts";
import { costOf, instantiate } from "./network.ts";
import { batchNorm } from "./normalisation.ts";
import { globalDepthwise } from "./outputs.ts";

const params = z.strictObject({
  blocks: z.array(z.int().min(1).max(100)).length(4).default([1, 4, 6, 2]).describe(
    "Blocks of each of the four stages: [1, 4, 6, 2] is the published network, [2, 8, 12, 4] with scale 4 the large one",
  ),
  scale: z.int().min(1).max(8).default(2).describe(
    "Multiplies the channels between the blocks, 64 and 128; those inside them stay 128, 256 and 512. 1 with embedding " +
      "128 is the network of the paper",
  ),
  embedding: z.int().min(2).max(65536).default(512).describe("Dimension d of the embedding"),
});

/** Channels before the global depthwise convolution, whatever the scale. */
const FEATURES = 512;

/** A convolution with its batch norm and PReLU: parameters `<name>.layers.0`, `.1`, `.2`. */
function block(name: string, make: (name: string) => Layer): Layer {
  return sequence(make(`${name}.layers.0`), batchNorm(`${name}.layers.1`, { prelu: `${name}.layers.2` }));
}

function pointwise(filters: number): (name: string) => Layer {
  return (name) => conv(name, { filters, kernel: 1, padding: 0, initial });
}

/** Conv 1×1 to `inner` channels, depthwise 3×3 (stride), conv 1×1 to `width` without an activation. */
function bottleneck(name: string, width: number, { inner, stride = 1 }: { inner: number; stride?: number }): Layer {
  return sequence(
    block(`${name}.layers.0`, pointwise(inner)),
    block(`${name}.layers.1`, (name) => depthwise(name, { kernel: 3, stride, initial })),
    pointwise(width)(`${name}.layers.2.layers.0`),
    batchNorm(`${name}.layers.2.layers.1`),
  );
}

/** Bottlenecks one after another, each plus its input. */
function repeated(name: string, count: number, width: number, inner: number): Layer {
  return sequence(
    ...Array.from({ length: count }, (_, i) => residual(bottleneck(`${name}.layers.${i}`, width, { inner }))),
  );
}

function network(
  { blocks, scale, embedding }: z.output<typeof params>,
  shape: ImageShape,
  options: CostOptions = {},
): Module {
  const [first, second, third, fourth] = blocks as [number, number, number, number];
  const narrow = 64 * scale, wide = 128 * scale;
  const start = sequence(
    block("layers.0", (name) => conv(name, { filters: narrow, kernel: 3, stride: 2, initial })),
    // A single first block is one of 64 groups, whatever the scale; only with scale 1 is it depthwise, as in the paper.
    first === 1
      ? block("layers.1", (name) => grouped(name, { groupSize: scale, kernel: 3, initial }))
      : repeated("layers.1", first, narrow, 128),
    bottleneck("layers.2", narrow, { inner: 128, stride: 2 }),
  );
  const body = [
    start,
    repeated("layers.3", second, narrow, 128),
    bottleneck("layers.4", wide, { inner: 256, stride: 2 }),
    repeated("layers.5", third, wide, 256),
    bottleneck("layers.6", wide, { inner: 512, stride: 2 }),
    repeated("layers.7", fourth, wide, 256),
  ];
  return sequence(
    stages(body, options),
    block("conv_sep", pointwise(FEATURES)),
    globalDepthwise("features", { embedding, epsilon: 1e-5, conv: initial, linear: initial }),
  )(shape);
}

/** Inverted bottlenecks with depthwise convolutions in four stages, then a global depthwise convolution. */
export const mobilefacenet: BackbonePlugin = defineBackbone({
  name: "mobilefacenet",
  version: "1.0.0",
  summary: "MobileFaceNet: inverted bottlenecks with depthwise convolutions, output GDC",
  reference: "https://arxiv.org/abs/1804.07573",
  params,
  supports: ["checkpointing", "f16"],
  cost: (params, shape, options) => costOf(network(params, shape, options)),
  graph: (params, shape) => graphOfModule(network(params, shape), shape),
  create: (params, context) => instantiate(network(params, context.shape, context), context),
});
