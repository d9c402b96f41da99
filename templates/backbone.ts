/**
 * My backbone: convolutions with stride 2 and a linear layer, to begin with.
 *
 * @module
 */
import { z } from "zod";
import { type BackbonePlugin, type CostOptions, defineBackbone, type ImageShape } from "../backbones/backbone.ts";
import { sequence, stages } from "../backbones/compose.ts";
import { graphOfModule } from "../backbones/graph.ts";
import { conv, linear } from "../backbones/layers.ts";
import type { Module } from "../backbones/module.ts";
import { costOf, instantiate } from "../backbones/network.ts";
import { batchNorm } from "../backbones/normalisation.ts";

// Each parameter with its range, default and meaning: a manifest is checked against them before anything runs.
const params = z.strictObject({
  blocks: z.int().min(1).max(5).default(3).describe("Blocks of convolution with stride 2, batch norm and PReLU"),
  width: z.int().min(1).max(1024).default(32).describe(
    "Channels of the first block; each further one has twice as many",
  ),
  embedding: z.int().min(2).max(4096).default(128).describe("Dimension d of the embedding"),
});

/** The network as a description; parameters, memory, gradients and ONNX follow from it. */
function network(
  { blocks, width, embedding }: z.output<typeof params>,
  shape: ImageShape,
  options: CostOptions = {},
): Module {
  const features = stages(
    Array.from({ length: blocks }, (_, i) =>
      sequence(
        conv(`block${i + 1}.conv`, { filters: width * 2 ** i, kernel: 3, stride: 2 }),
        batchNorm(`block${i + 1}.bn`, { prelu: `block${i + 1}.prelu` }),
      )),
    options,
  );
  return sequence(features, linear("fc", embedding), batchNorm("features"))(shape);
}

/** Image `[batch, h, w, c]` to embedding `[batch, d]`; say here what it is and where it is from. */
export const myBackbone: BackbonePlugin = defineBackbone({
  name: "my-backbone",
  // Raise it with each change of behaviour: it is part of the identity of the runs that use the network.
  version: "1.0.0",
  summary: "My backbone: convolutions with stride 2, then a linear layer",
  // The paper or page that defines it.
  reference: "https://arxiv.org/abs/1412.6806",
  params,
  supports: ["checkpointing", "f16"],
  cost: (params, shape, options) => costOf(network(params, shape, options)),
  graph: (params, shape) => graphOfModule(network(params, shape), shape),
  create: (params, context) => instantiate(network(params, context.shape, context), context),
});
