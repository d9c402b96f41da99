/**
 * From the last feature map to the embedding: the options of the ArcFace paper, and global depthwise convolution.
 *
 * Source: arXiv:1801.07698v1, section 3.2.2; the batch norms and PReLUs around them are those of insightface's MXNet
 * code.
 *
 * @module
 */
import { sequence } from "./compose.ts";
import { depthwise } from "./depthwise.ts";
import type { Initialiser } from "./initialisers.ts";
import { dropout, linear } from "./layers.ts";
import type { Layer } from "./module.ts";
import { batchNorm } from "./normalisation.ts";
import { globalPool } from "./pooling.ts";

/** Names of the outputs, and the layers that each has after the last convolution. */
export const OUTPUTS = {
  A: "BN-PReLU-pooling",
  B: "BN-PReLU-pooling-FC",
  C: "BN-PReLU-pooling-FC-BN",
  D: "BN-PReLU-pooling-FC-BN-PReLU",
  E: "BN-Dropout-FC-BN",
  GDC: "global depthwise conv-BN-FC-BN",
} as const;

/** Settings of {@link outputLayers}. */
export interface OutputOptions {
  /** Dimension d of the embedding; A has none but the channels of the map. */
  readonly embedding: number;
  /** Probability of dropping a feature, of E. */
  readonly dropout: number;
  /** Added to the variances of batch norms. */
  readonly epsilon: number;
  /** Initial weights of convolutions. */
  readonly conv: Initialiser;
  /** Initial weights of linear layers. */
  readonly linear: Initialiser;
  /** Initial biases. */
  readonly bias: Initialiser;
}

/**
 * The layers of an output: a batch norm `bn2` (its PReLU `prelu2`), the linear layer `fc`, and the batch norm
 * `features` (its PReLU `features_prelu`) with γ fixed at 1; those of GDC are named as {@link globalDepthwise} has it.
 */
export function outputLayers(output: keyof typeof OUTPUTS, options: OutputOptions): Layer {
  const { embedding, epsilon, conv, linear: weights, bias } = options;
  const fc = linear("fc", embedding, { initial: weights, initialBias: bias });
  const features = { epsilon, learnScale: false };
  if (output === "E") {
    return sequence(
      batchNorm("bn2", { epsilon }),
      dropout("dropout", options.dropout),
      fc,
      batchNorm("features", features),
    );
  }
  if (output === "GDC") return globalDepthwise("features", { embedding, epsilon, conv, linear: weights });
  const pooled = [batchNorm("bn2", { epsilon, prelu: "prelu2" }), globalPool()];
  if (output === "A") return sequence(...pooled);
  if (output === "B") return sequence(...pooled, fc);
  if (output === "C") return sequence(...pooled, fc, batchNorm("features", features));
  return sequence(...pooled, fc, batchNorm("features", { ...features, prelu: "features_prelu" }));
}

/**
 * Global depthwise convolution: a depthwise filter as large as the map, batch norm, a linear layer without bias, batch
 * norm; parameters `<name>.layers.0.layers.0`, `<name>.layers.0.layers.1`, `<name>.layers.2`, `<name>.layers.3`.
 *
 * Source: S. Chen et al., https://arxiv.org/abs/1804.07573; named as in the public PyTorch weights.
 */
export function globalDepthwise(
  name: string,
  { embedding, epsilon, conv, linear: weights }: Omit<OutputOptions, "dropout" | "bias">,
): Layer {
  return sequence(
    depthwise(`${name}.layers.0.layers.0`, { kernel: "map", initial: conv }),
    batchNorm(`${name}.layers.0.layers.1`, { epsilon }),
    linear(`${name}.layers.2`, embedding, { bias: false, initial: weights }),
    batchNorm(`${name}.layers.3`, { epsilon }),
  );
}
