/**
 * The improved residual network of the ArcFace paper, any stage table.
 *
 * @module
 */
import { z } from "zod";
import { type BackbonePlugin, type CostOptions, defineBackbone, type ImageShape } from "./backbone.ts";
import { residual, sequence, stages } from "./compose.ts";
import { normal } from "./initialisers.ts";
import { conv, dropout, linear } from "./layers.ts";
import type { Layer, Module } from "./module.ts";
import { costOf, instantiate } from "./network.ts";
import { batchNorm } from "./normalisation.ts";

const params = z.strictObject({
  stages: z.array(z.int().min(1).max(200)).length(4).default([3, 4, 14, 3]).describe(
    "Residual units of each of the four stages: [2, 2, 2, 2] is IResNet-18, [3, 4, 6, 3] 34, [3, 4, 14, 3] 50, [3, 13, 30, 3] 100",
  ),
  widths: z.array(z.int().min(1).max(8192)).length(4).default([64, 128, 256, 512]).describe("Channels of each stage"),
  embedding: z.int().min(2).max(65536).default(512).describe("Dimension d of the embedding"),
  dropout: z.number().min(0).max(0.95).default(0.4).describe(
    "Probability of dropping a feature before the linear layer",
  ),
});

// The public PyTorch code draws every convolution from N(0, 0.1), whatever its size.
const initial = normal(0.1);

/** BN, conv 3×3, BN, PReLU, conv 3×3 (stride), BN, plus the shortcut; no activation after the sum. */
function unit(name: string, width: number, first: boolean): Layer {
  const stride = first ? 2 : 1;
  const main = sequence(
    batchNorm(`${name}.bn1`),
    conv(`${name}.conv1`, { filters: width, kernel: 3, initial }),
    batchNorm(`${name}.bn2`, { prelu: `${name}.prelu` }),
    conv(`${name}.conv2`, { filters: width, kernel: 3, stride, initial }),
    batchNorm(`${name}.bn3`),
  );
  if (!first) return residual(main);
  const shortcut = sequence(
    conv(`${name}.downsample.0`, { filters: width, kernel: 1, stride, padding: 0, initial }),
    batchNorm(`${name}.downsample.1`),
  );
  return residual(main, shortcut);
}

function network(
  { stages: counts, widths, embedding, dropout: rate }: z.output<typeof params>,
  shape: ImageShape,
  options: CostOptions = {},
): Module {
  const body = counts.map((count, stage) =>
    sequence(...Array.from({ length: count }, (_, i) => unit(`layer${stage + 1}.${i}`, widths[stage]!, i === 0)))
  );
  return sequence(
    conv("conv1", { filters: widths[0]!, kernel: 3, initial }),
    batchNorm("bn1", { prelu: "prelu" }),
    stages(body, options),
    batchNorm("bn2"),
    dropout("dropout", rate),
    linear("fc", embedding),
    batchNorm("features", { learnScale: false }),
  )(shape);
}

/** Improved residual units in four stages, each halving the image; output BN-Dropout-FC-BN (option E of the paper). */
export const iresnet: BackbonePlugin = defineBackbone({
  name: "iresnet",
  version: "1.0.0",
  summary: "Improved residual network of the ArcFace paper, any stage table; output BN-Dropout-FC-BN",
  reference: "https://arxiv.org/abs/1801.07698",
  params,
  supports: ["checkpointing", "f16"],
  cost: (params, shape, options) => costOf(network(params, shape, options)),
  create: (params, context) => instantiate(network(params, context.shape, context), context),
});
