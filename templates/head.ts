/**
 * My head: an additive cosine margin, to begin with.
 *
 * @module
 */
import { z } from "zod";
import { defineMarginHead, type MarginHeadPlugin } from "../losses/margin_head.ts";
import { cosineMargin, marginShape } from "../losses/margin_params.ts";

/** Target logit `s (cos θ_y − m)`; say here what it is and where it is from. */
export const myHead: MarginHeadPlugin = defineMarginHead({
  name: "my-head",
  // Raise it with each change of behaviour: it is part of the identity of the runs that use the head.
  version: "1.0.0",
  summary: "My head: an additive cosine margin",
  // The paper or page that defines it.
  reference: "https://arxiv.org/abs/1801.09414",
  formula: "z_y = s (cos θ_y - m), z_j = s cos θ_j",
  // Each parameter with its range, default and unit: a manifest is checked against them before anything runs.
  params: z.strictObject({ m: cosineMargin("m", 0.35), ...marginShape(64) }),
  // The target logit is s (cos(m1 θ_y + m2) − m3); give those of the three that your margin has. A loss of another
  // form is made with defineHead, and one of createClassHead, createClassTerm and termNode.
  sizes: ({ m }) => ({ m3: m }),
});
