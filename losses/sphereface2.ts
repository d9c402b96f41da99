/**
 * SphereFace2: one binary classification a class instead of softmax.
 *
 * @module
 */
import { z } from "zod";
import { type Scalar, type Tensor, type Tensor1D, tf } from "../tensor/tf.ts";
import { tensors } from "./algebra.ts";
import { composedMemory } from "./class_memory.ts";
import { createClassHead } from "./class_head.ts";
import { defineHead, type HeadPlugin } from "./head.ts";
import { createMargin, evaluateMargin, type Margin, targetLogit } from "./margin.ts";
import { cosineClamp } from "./margin_params.ts";

/** `g(z) = 2 ((z + 1)/2)^t − 1`, which spreads similarities out, with its derivative. */
function adjust(z: Tensor, t: number): { value: Tensor; slope: Tensor } {
  const half = tf.clipByValue(tf.div(tf.add(z, 1), 2), 0, 1);
  const below = power(half, t - 1);
  return { value: tf.sub(tf.mul(tf.mul(below, half), 2), 1), slope: tf.mul(below, t) };
}

/** `x^p`, by products where p is a small integer. */
function power(x: Tensor, p: number): Tensor {
  if (!Number.isInteger(p) || p > 8) return tf.pow(x, p);
  return Array.from({ length: p }, () => x).reduce<Tensor>((product, x) => tf.mul(product, x), tf.onesLike(x));
}

/**
 * The first offset, at which all classes together weigh as much as the own one where every cosine is 0.
 *
 * @param scaled Logits without offset at cosine 0, of the own class and of another.
 * @param balance Number of classes, and the weight α of positives.
 */
export function firstOffset(
  scaled: { readonly own: number; readonly other: number },
  { classes, alpha }: { readonly classes: number; readonly alpha: number },
): number {
  const z = alpha / ((1 - alpha) * Math.max(1, classes - 1)), { own, other } = scaled, gap = own - other;
  const root = Math.sqrt((1 - z) ** 2 + 4 * z * Math.exp(gap));
  // Where z > 1, 1 − z + root is a difference of nearly equal numbers; its product with z − 1 + root is 4 z e^gap.
  const log = z > 1 ? Math.log(4 * z) + gap - Math.log(z - 1 + root) : Math.log(1 - z + root);
  return Math.log(2 * z) - other - log;
}

/** The margin within the similarity, of the forms A and M; form C has its outside. */
function within(form: "C" | "A" | "M", m: number, epsilon: number): Margin {
  if (form === "A") return createMargin({ m2: m, boundary: "clip", epsilon });
  return createMargin({ m1: form === "M" ? m : 1, boundary: "clip", epsilon });
}

/**
 * Loss `lw/r · mean[ α log(1 + e^−z_y) + (1 − α) Σ_{j≠y} log(1 + e^z_j) ]` with one trainable offset b;
 * Y. Wen et al., https://arxiv.org/abs/2108.01513.
 *
 * `C`: `z_y = r (g(cos θ_y) − m) + b`, `z_j = r (g(cos θ_j) + m) + b`. `A` and `M` have the margin inside:
 * `z_y = r g(cos(min(θ_y + m, π))) + b` or `r g(cos(min(m θ_y, π))) + b`, `z_j = r g(cos θ_j) + b`. The authors train with
 * the detached gradient.
 */
export const sphereface2: HeadPlugin = defineHead({
  name: "sphereface2",
  version: "1.0.0",
  summary: "Binary classification against every class, with adjusted similarities: r (g(cos θ) ∓ m) + b",
  reference: "https://arxiv.org/abs/2108.01513",
  formula:
    "L = lw/r (α log(1 + e^-z_y) + (1 - α) Σ_{j≠y} log(1 + e^z_j)), z = r (g(cos θ) ∓ m) + b, g(z) = 2 ((z + 1)/2)^t - 1",
  notes: [
    "The offset b of all logits is trained; it begins where the own class weighs as much as all others if every cosine is 0.",
    "The statistic pastBoundary is for the forms A and M, whose margined angle can pass pi.",
  ],
  params: z.strictObject({
    form: z.enum(["C", "A", "M"]).default("C").describe(
      "Where the margin is: C on the similarity, A added to the angle (radians), M a factor of the angle (wants m >= 1)",
    ),
    alpha: z.number().gt(0).lt(1).max(0.999).default(0.7).describe("Weight α of the positive, 1 - α of the negatives"),
    r: z.number().positive().max(1000).default(40).describe("Scale r of the logits, no unit, in (0, 1000]"),
    m: z.number().min(0).max(8).default(0.4).describe("Margin m, in units of its form, in [0, 8]"),
    t: z.number().min(1).max(16).default(3).describe("Exponent t of the similarity adjustment, in [1, 16]; 1 is none"),
    lw: z.number().positive().max(1e4).default(50).describe("The loss is multiplied by lw / r; no unit"),
    gradient: z.enum(["exact", "detached"]).default("detached").describe(
      "Gradient of the similarities: exact is that of the formula; detached is 1, straight through, as its authors train; no effect where t = 1 and the margin is outside",
    ),
    epsilon: cosineClamp(1e-6),
  }).superRefine(({ form, m }, context) => {
    const limit = form === "A" ? Math.PI / 2 : form === "C" ? 1 : 8, least = form === "M" ? 1 : 0;
    if (m >= least && m <= limit) return;
    const message = `Cannot use m = ${m} with form ${form}: wanted ${least} to ${Number(limit.toFixed(3))}`;
    context.addIssue({ code: "custom", path: ["m"], message });
  }),
  create({ form, alpha, r, m, t, lw, gradient, epsilon }, context) {
    const inside = within(form, m, epsilon), outside = form === "C" ? m : 0;
    const at = (cosine: number) => 2 * ((cosine + 1) / 2) ** t - 1;
    const scaled = { own: r * (at(targetLogit(inside, 0)) - outside), other: r * (at(0) + outside) };
    const slopeOf = (slope: Tensor) => gradient === "exact" ? slope : tf.onesLike(slope);
    return createClassHead({
      offset: firstOffset(scaled, { classes: context.classes, alpha }),
      logits: {
        normalised: true,
        s: r,
        binary: { positive: alpha, negative: 1 - alpha },
        factor: lw / r,
        margin({ cosine, sine }) {
          const point = evaluateMargin(tensors, inside, cosine, sine), own = adjust(point.value, t);
          return {
            target: {
              value: tf.sub(own.value, outside) as Tensor1D,
              slope: slopeOf(tf.mul(own.slope, point.derivative)) as Tensor1D,
            },
            others: {
              context: [],
              apply(cosine) {
                const { value, slope } = adjust(cosine, t);
                return { value: tf.add(value, outside), slope: slopeOf(slope) };
              },
            },
            statistics: { pastBoundary: tf.mean(point.past) as Scalar },
          };
        },
      },
    }, context);
  },
  size: (_, { classes, embedding }) => classes * embedding + 1,
  stepMemory: (_, { batch, classes }) => composedMemory(batch * classes, 25),
});
