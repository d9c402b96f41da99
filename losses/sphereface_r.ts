/**
 * SphereFace-R: the multiplicative angular margin on normalised features, in the three ways that its authors compare.
 *
 * @module
 */
import { z } from "zod";
import { type Tensor, tf } from "../tensor/tf.ts";
import { angleOf, sineOf, tensors } from "./algebra.ts";
import { classWeightCount, composedMemory, kernelMemory } from "./class_memory.ts";
import { createClassHead } from "./class_head.ts";
import type { OtherLogits } from "./class_logits.ts";
import { defineHead, type HeadPlugin } from "./head.ts";
import { createMargin, type Margin } from "./margin.ts";
import { angleFactor, cosineClamp, type GradientMode, scale } from "./margin_params.ts";
import { createMarginSoftmax } from "./margin_softmax.ts";

/** `cos(θ/m)` of the other classes, with its derivative in the cosine, `sin(θ/m) / (m sin θ)`. */
function divided(m: number, epsilon: number, gradient: GradientMode): OtherLogits {
  return {
    context: [],
    apply(cosine) {
      const c = tensors.clamp(cosine, epsilon - 1, 1 - epsilon), angle = tf.div(angleOf(tensors, c), m);
      const exact = (): Tensor => tf.div(tf.sin(angle), tf.mul(sineOf(tensors, c), m));
      return { value: tf.cos(angle), slope: gradient === "exact" ? exact() : tf.onesLike(c) };
    },
  };
}

/** Margin of the target; in `v2` it has none. */
function marginOf(
  { form, m, epsilon }: { readonly form: string; readonly m: number; readonly epsilon: number },
): Margin {
  if (form === "v2") return createMargin({ epsilon });
  return createMargin({ m1: m, boundary: form === "v0" ? "reflect" : "clip", epsilon });
}

/**
 * Logits of unit features and weights, with a real m ≥ 1; W. Liu et al., https://arxiv.org/abs/2109.05565.
 *
 * `v0`: target `s ψ(θ_y)`; `v1`: target `s cos(min(m θ_y, π))`; `v2`: the target stays, the others become
 * `s cos(θ_j / m)`. The loss is multiplied by `lw / s`, as its authors do. Of their three ways to treat the features'
 * length this is the hard one (unit length), the only one that they call tested.
 */
export const spherefaceR: HeadPlugin = defineHead({
  name: "sphereface-r",
  version: "1.0.0",
  summary: "Multiplicative angular margin on normalised features: ψ(θ_y), cos(min(m θ_y, π)) or cos(θ_j / m)",
  reference: "https://arxiv.org/abs/2109.05565",
  formula:
    "z_y = s ((-1)^k cos(m θ_y) - 2k) | s cos(min(m θ_y, pi)) | s cos θ_y; z_j = s cos θ_j, in v2 s cos(θ_j / m)",
  notes: [
    "Features have unit length, the hard one of its authors' three ways, the only one that they call tested.",
    "The SphereFace (1.35) of the ArcFace paper is combined with m1 = 1.35, m2 = m3 = 0.",
  ],
  params: z.strictObject({
    form: z.enum(["v0", "v1", "v2"]).default("v0").describe(
      "v0: target (-1)^k cos(m θ) - 2k; v1: target cos(min(m θ, pi)); v2: the other classes become cos(θ_j / m)",
    ),
    m: angleFactor("m", 1.5, 1),
    s: scale(30),
    lw: z.number().positive().max(1e4).default(50).describe("The loss is multiplied by lw / s; no unit"),
    gradient: z.enum(["exact", "detached"]).default("detached").describe(
      "Gradient of the changed logit: exact is that of the formula; detached is s, straight through, as its authors train",
    ),
    epsilon: cosineClamp(1e-6),
  }),
  margin: marginOf,
  create({ form, m, s, lw, gradient, epsilon }, context) {
    const factor = lw / s;
    if (form === "v2") {
      const others = divided(m, epsilon, gradient);
      return createClassHead({ logits: { normalised: true, s, factor, margin: () => ({ others }) } }, context);
    }
    return createMarginSoftmax({ s, margin: marginOf({ form, m, epsilon }), gradient, factor }, context);
  },
  size: classWeightCount,
  stepMemory: ({ form }, { batch, classes }) =>
    form === "v2" ? composedMemory(batch * classes, 30) : kernelMemory(batch * classes),
});
