/**
 * A small convolutional network, for experiments that run in minutes.
 *
 * @module
 */
import { z } from "zod";
import { type BackbonePlugin, type CostOptions, defineBackbone, type ImageShape } from "./backbone.ts";
import { sequence, stages } from "./compose.ts";
import { graphOfModule } from "./graph.ts";
import { conv, dropout, linear } from "./layers.ts";
import type { Module } from "./module.ts";
import { costOf, instantiate } from "./network.ts";
import { batchNorm } from "./normalisation.ts";

const params = z.strictObject({
  blocks: z.int().min(1).max(8).default(3).describe("Blocks of convolution, batch norm, PReLU and 2×2 max pooling"),
  width: z.int().min(1).max(4096).default(64).describe("Channels of every block"),
  embedding: z.int().min(2).max(65536).default(128).describe("Dimension d of the embedding"),
  output: z.enum(["bn-dropout-fc-bn", "fc-bn"]).default("bn-dropout-fc-bn").describe(
    "Layers from the last feature map to the embedding; bn-dropout-fc-bn is option E of the ArcFace paper",
  ),
  dropout: z.number().min(0).max(0.95).default(0).describe(
    "Probability of dropping a feature before the linear layer; only with output bn-dropout-fc-bn",
  ),
}).refine(({ output, dropout }) => output === "bn-dropout-fc-bn" || dropout === 0, {
  path: ["dropout"],
  error: "output fc-bn has no dropout: leave dropout out, or use output bn-dropout-fc-bn",
});

function network(
  { blocks, width, embedding, output, dropout: rate }: z.output<typeof params>,
  shape: ImageShape,
  options: CostOptions = {},
): Module {
  const features = stages(
    Array.from({ length: blocks }, (_, i) =>
      sequence(
        conv(`block${i + 1}.conv`, { filters: width, kernel: 3 }),
        batchNorm(`block${i + 1}.bn`, { prelu: `block${i + 1}.prelu`, pool: true }),
      )),
    options,
  );
  const before = output === "fc-bn" ? [] : [batchNorm("bn"), dropout("dropout", rate)];
  return sequence(features, ...before, linear("fc", embedding), batchNorm("features"))(shape);
}

/** Blocks of conv 3×3, batch norm, PReLU and 2×2 max pooling, then BN-Dropout-FC-BN or FC-BN. */
export const convnet: BackbonePlugin = defineBackbone({
  name: "convnet",
  version: "1.0.0",
  summary: "Small network: blocks of conv 3×3, batch norm, PReLU, max pooling; then BN-Dropout-FC-BN or FC-BN",
  reference: "https://arxiv.org/abs/1703.05175",
  params,
  supports: ["checkpointing", "f16"],
  cost: (params, shape, options) => costOf(network(params, shape, options)),
  graph: (params, shape) => graphOfModule(network(params, shape), shape),
  create: (params, context) => instantiate(network(params, context.shape, context), context),
});
