/**
 * A margin head as a plugin value: its parameters, and which margin they make. Everything else is shared.
 *
 * @module
 */
import type { z } from "zod";
import type { Plugin } from "../plugin/mod.ts";
import { defineHead, type HeadPlugin } from "./head.ts";
import { createMargin, type Margin } from "./margin.ts";
import type { MarginShape } from "./margin_params.ts";
import { createMarginSoftmax } from "./margin_softmax.ts";

/** A {@link HeadPlugin} whose target logit is a pure function of the target cosine. */
export interface MarginHeadPlugin extends HeadPlugin {
  /** The margin that checked parameters make, for curves and analysis. */
  margin(params: Record<string, unknown>): Margin;
}

/** A {@link MarginHeadPlugin} as written. */
export interface MarginHeadDefinition<S extends z.ZodObject<MarginShape>> extends Omit<Plugin, "kind" | "params"> {
  /** Strict schema: `marginShape()` and the margin's own parameters. */
  readonly params: S;
  /** Sizes `m1`, `m2`, `m3` of the margin; what is left out is none. */
  sizes(params: z.output<S>): Partial<Pick<Margin, "m1" | "m2" | "m3">>;
}

/** Declares a head with logits `s cos θ_j` and `s (cos(m1 θ_y + m2) − m3)`; see {@link MarginHeadPlugin}. */
export function defineMarginHead<S extends z.ZodObject<MarginShape>>(
  { sizes, ...plugin }: MarginHeadDefinition<S>,
): MarginHeadPlugin {
  const margin = (params: z.output<S>): Margin =>
    createMargin({ ...sizes(params), boundary: params.boundary, epsilon: params.epsilon });
  const optionsOf = ({ s, gradient, sampleRate }: z.output<S>) => ({ s, gradient, sampleRate });
  const definition = {
    ...plugin,
    margin,
    create: (params: z.output<S>, context: Parameters<HeadPlugin["create"]>[1]) =>
      createMarginSoftmax({ ...optionsOf(params), margin: margin(params) }, context),
    size: (_: z.output<S>, { classes, embedding }: { classes: number; embedding: number }) => classes * embedding,
  };
  return defineHead(definition) as MarginHeadPlugin;
}
