/**
 * A margin head as a plugin value: its parameters, and which margin they make. Everything else is shared.
 *
 * @module
 */
import type { z } from "zod";
import type { Plugin } from "../plugin/mod.ts";
import { defineHead, type HeadPlugin } from "./head.ts";
import { type Boundary, boundaryAngle, createMargin, type Margin } from "./margin.ts";
import type { GradientMode, MarginShape } from "./margin_params.ts";
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

/** Notes choices that have no effect with a margin, so that none is read in vain. */
export function refuseInert(
  name: string,
  margin: Margin,
  { boundary, gradient }: { readonly boundary: Boundary; readonly gradient: GradientMode },
  context: z.RefinementCtx,
): void {
  const refuse = (key: string, value: string, why: string) =>
    context.addIssue({
      code: "custom",
      path: [key],
      message: `Cannot use ${key} "${value}" of head "${name}": ${why}`,
    });
  if (boundary !== "none" && boundary !== "easy" && boundaryAngle(margin) === undefined) {
    refuse("boundary", boundary, 'it has no effect where the margined angle cannot pass pi; leave it at "none"');
  }
  if (boundary === "easy" && margin.m1 === 1 && margin.m2 === 0 && margin.m3 === 0) {
    refuse("boundary", boundary, 'it has no effect without a margin; leave it at "none"');
  }
  if (gradient === "detached" && margin.m1 === 1 && margin.m2 === 0) {
    refuse("gradient", gradient, 'it has no effect where the formula\'s own gradient is s; leave it at "exact"');
  }
}

/** Declares a head with logits `s cos θ_j` and `s (cos(m1 θ_y + m2) − m3)`; see {@link MarginHeadPlugin}. */
export function defineMarginHead<S extends z.ZodObject<MarginShape>>(
  { sizes, ...plugin }: MarginHeadDefinition<S>,
): MarginHeadPlugin {
  const params = plugin.params.superRefine((params, context) =>
    refuseInert(plugin.name, margin(params), params, context)
  );
  const margin = (params: z.output<S>): Margin =>
    createMargin({ ...sizes(params), boundary: params.boundary, epsilon: params.epsilon });
  const optionsOf = ({ s, gradient, sampleRate }: z.output<S>) => ({ s, gradient, sampleRate });
  const definition = {
    ...plugin,
    params,
    margin,
    create: (params: z.output<S>, context: Parameters<HeadPlugin["create"]>[1]) =>
      createMarginSoftmax({ ...optionsOf(params), margin: margin(params) }, context),
    size: (_: z.output<S>, { classes, embedding }: { classes: number; embedding: number }) => classes * embedding,
  };
  return defineHead(definition) as MarginHeadPlugin;
}
