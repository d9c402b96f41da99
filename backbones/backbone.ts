/**
 * The contract of a backbone: images in, embeddings out.
 *
 * @module
 */
import { definePlugin, type ParamsOf, type ParamsSchema, type Plugin } from "../plugin/mod.ts";
import type { Graph } from "./graph.ts";
import type { Parameter } from "../tensor/parameter.ts";
import type { Random } from "../tensor/random.ts";
import type { Tensor2D, Tensor4D } from "../tensor/tf.ts";

/** Height, width and channels of an image. */
export type ImageShape = readonly [height: number, width: number, channels: number];

/** Floats an image that a training pass holds. */
export interface PassMemory {
  /** Kept from the forward to the backward pass. */
  readonly kept: number;
  /** Most at once in the forward pass. */
  readonly forward: number;
  /** Most at once in the backward pass. */
  readonly backward: number;
}

/** What a backbone costs, counted from its description without allocating anything. */
export interface BackboneCost {
  /** Dimension `d` of the embedding. */
  readonly embedding: number;
  /** All parameters, running statistics not counted. */
  readonly parameters: number;
  /** Parameters that gradients update. */
  readonly trainableParameters: number;
  /** Multiply-adds of convolutions and linear layers for one image. */
  readonly multiplyAdds: number;
  /** Floats that a training pass holds for one image, its pixels not counted. */
  readonly memory: PassMemory;
}

/** What a backbone is told when it is made. */
export interface BackboneContext {
  /** Shape of one input image. */
  readonly shape: ImageShape;
  /** Stream for the initial weights. */
  readonly random: Random;
  /** How training stores activations: as float32 (default) or, with half the memory, as float16. */
  readonly precision?: "f32" | "f16";
  /** Whether stages are computed again in the backward pass instead of being kept. */
  readonly checkpointing?: boolean;
}

/** How a forward pass runs. */
export interface ForwardMode {
  /** Batch statistics, running-average updates and dropout when true; running statistics when false. */
  readonly training: boolean;
  /** Stream for dropout masks; needed in training by backbones that drop. */
  readonly random?: Random;
}

/** A backbone at work: owns its variables. */
export interface Backbone {
  /** Variables in a fixed order, named as in the public PyTorch weights; all but vectors say how they lie there. */
  readonly parameters: readonly Parameter[];
  /** Dimension `d` of the embedding. */
  readonly embedding: number;
  /**
   * Embeds a batch.
   *
   * @param images Normalised images, shape `[batch, h, w, c]`.
   * @returns Unnormalised embeddings, shape `[batch, d]`; the caller disposes them.
   */
  forward(images: Tensor4D, mode: ForwardMode): Tensor2D;
  /** Frees the variables. */
  dispose(): void;
}

/** How the training is done whose cost is counted. */
export type CostOptions = Pick<BackboneContext, "checkpointing">;

/** A backbone as a plugin value. */
export interface BackbonePlugin extends Plugin {
  /** What it plugs into. */
  readonly kind: "backbone";
  /** What it can do beyond plain float32 training; a manifest that asks for more is refused. */
  readonly supports?: readonly ("checkpointing" | "f16")[];
  /** Counts parameters, multiply-adds and memory for an input shape. */
  cost(params: Record<string, unknown>, shape: ImageShape, options?: CostOptions): BackboneCost;
  /** The network as a graph for other programs; backbones without one are exported as weights alone. */
  graph?(params: Record<string, unknown>, shape: ImageShape): Graph;
  /** Makes the backbone from checked parameters. */
  create(params: Record<string, unknown>, context: BackboneContext): Backbone;
}

/** A {@link BackbonePlugin} as written, with typed parameters. */
export interface BackboneDefinition<S extends ParamsSchema> extends Omit<Plugin, "kind" | "params"> {
  /** Strict schema of the parameters. */
  readonly params: S;
  /** See {@link BackbonePlugin.supports}. */
  readonly supports?: readonly ("checkpointing" | "f16")[];
  /** See {@link BackbonePlugin.cost}. */
  cost(params: ParamsOf<S>, shape: ImageShape, options?: CostOptions): BackboneCost;
  /** See {@link BackbonePlugin.graph}. */
  graph?(params: ParamsOf<S>, shape: ImageShape): Graph;
  /** See {@link BackbonePlugin.create}. */
  create(params: ParamsOf<S>, context: BackboneContext): Backbone;
}

/** Declares a backbone; see {@link BackbonePlugin}. */
export function defineBackbone<S extends ParamsSchema>(definition: BackboneDefinition<S>): BackbonePlugin {
  return definePlugin({ ...definition, kind: "backbone" } as unknown as BackbonePlugin);
}
