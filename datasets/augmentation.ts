/**
 * The contracts of augmentations and samplers.
 *
 * @module
 */
import { definePlugin, type ParamsOf, type ParamsSchema, type Plugin } from "../plugin/mod.ts";
import type { Random } from "../tensor/random.ts";

/** An augmentation as a plugin value: changes the bytes of one training image. */
export interface AugmentationPlugin extends Plugin {
  /** Tells augmentations from other plugins. */
  readonly kind: "augmentation";
  /**
   * Makes the function that augments one image.
   *
   * @param params Checked parameters.
   * @param shape Height, width and channels.
   * @returns A function of an image's bytes and a stream; it never changes its argument.
   */
  create(
    params: Record<string, unknown>,
    shape: readonly [number, number, number],
  ): (image: Uint8Array, random: Random) => Uint8Array;
}

/** An {@link AugmentationPlugin} as written, with typed parameters. */
export interface AugmentationDefinition<S extends ParamsSchema> extends Omit<Plugin, "kind" | "params"> {
  /** Strict schema of the parameters. */
  readonly params: S;
  /** As {@link AugmentationPlugin.create}. */
  create(
    params: ParamsOf<S>,
    shape: readonly [number, number, number],
  ): (image: Uint8Array, random: Random) => Uint8Array;
}

/** Declares an augmentation; see {@link AugmentationPlugin}. */
export function defineAugmentation<S extends ParamsSchema>(definition: AugmentationDefinition<S>): AugmentationPlugin {
  return definePlugin({ ...definition, kind: "augmentation" } as unknown as AugmentationPlugin);
}

/** A sampler as a plugin value: the order in which training sees the images. */
export interface SamplerPlugin extends Plugin {
  /** Tells samplers from other plugins. */
  readonly kind: "sampler";
  /**
   * Makes the function that names the images of a step. It has random access, so resuming needs the step alone.
   *
   * @param params Checked parameters.
   * @param options Class of each image, batch size, and the seed's stream family for the order.
   * @returns Image indices of step `step` (from 0), `batchSize` of them.
   */
  create(
    params: Record<string, unknown>,
    options: { labels: Int32Array; batchSize: number; random: Random },
  ): (step: number) => Int32Array;
  /**
   * Images of one class that a batch has side by side and that its parts may not divide, for samplers that see to it; 1
   * where absent. A batch, and each part of it, is a multiple of them.
   */
  group?(params: Record<string, unknown>): number;
}

/** A {@link SamplerPlugin} as written, with typed parameters. */
export interface SamplerDefinition<S extends ParamsSchema> extends Omit<Plugin, "kind" | "params"> {
  /** Strict schema of the parameters. */
  readonly params: S;
  /** As {@link SamplerPlugin.create}. */
  create(
    params: ParamsOf<S>,
    options: { labels: Int32Array; batchSize: number; random: Random },
  ): (step: number) => Int32Array;
  /** As {@link SamplerPlugin.group}. */
  group?(params: ParamsOf<S>): number;
}

/** Declares a sampler; see {@link SamplerPlugin}. */
export function defineSampler<S extends ParamsSchema>(definition: SamplerDefinition<S>): SamplerPlugin {
  return definePlugin({ ...definition, kind: "sampler" } as unknown as SamplerPlugin);
}
