/**
 * Dynamic margin: rare classes get larger angular margins.
 *
 * @module
 */
import { z } from "zod";
import { gatherRows } from "../tensor/kernels/class_rows.ts";
import { type Scalar, type Tensor1D, tf } from "../tensor/tf.ts";
import { tensors } from "./algebra.ts";
import { composedMemory, kernelMemory } from "./class_memory.ts";
import { createClassHead } from "./class_head.ts";
import { defineHead, type HeadPlugin } from "./head.ts";
import { centres, marginShape, slopeOf } from "./margin_params.ts";
import { runningState } from "./running_state.ts";
import { evaluateSampleMargin } from "./sample_margin.ts";

const { sampleRate: _, ...shape } = marginShape(80);

/**
 * Margin of each class by its number of images, in radians: `m_c = l + (u − l)(q_c − min q)/(max q − min q)` with
 * `q_c = n_c^−p`; the upper end where all are alike.
 */
export function marginsByCount(
  counts: Int32Array,
  { lower, upper, power }: { readonly lower: number; readonly upper: number; readonly power: number },
): number[] {
  const q = Array.from(counts, (n) => Math.max(1, n) ** -power);
  const [least, most] = q.reduce(([a, b], x) => [Math.min(a, x), Math.max(b, x)], [Infinity, -Infinity]);
  return q.map((x) => most! > least! ? lower + (upper - lower) * (x - least!) / (most! - least!) : upper);
}

/**
 * Target logit `s cos(θ_y + m_y)` with a margin for each class by {@link marginsByCount}, and several centres a class;
 * Q. Ha et al., https://arxiv.org/abs/2010.05350.
 */
export const dynamicMargin: HeadPlugin = defineHead({
  name: "dynamic-margin",
  version: "1.0.0",
  summary: "Sub-center ArcFace with larger margins for classes of fewer images",
  reference: "https://arxiv.org/abs/2010.05350",
  formula: "z_y = s cos(θ_y + m_y), m_c = l + (u - l)(q_c - min q)/(max q - min q), q_c = n_c^-p",
  notes: ["Where all classes have as many images, all get the margin u."],
  params: z.strictObject({
    k: centres(3),
    lower: z.number().min(0).max(0.5).default(0.05).describe("Margin l of the class with most images, in radians"),
    upper: z.number().min(0).max(1.5).default(0.5).describe("Margin u of the class with fewest images, in radians"),
    power: z.number().min(0).max(4).default(0.25).describe("Exponent p of q = n^-p, no unit; 0 gives all classes u"),
    ...shape,
  }).superRefine(({ lower, upper, power }, context) => {
    const say = (path: string, message: string) => context.addIssue({ code: "custom", path: [path], message });
    if (lower > upper) say("lower", `lower = ${lower} must not be above upper = ${upper}`);
    if (power === 0 && lower !== upper) say("power", "power = 0 gives all classes upper, and lower has no effect");
  }),
  create({ k, lower, upper, power, s, gradient, boundary, epsilon }, context) {
    const { counts } = context;
    if (counts?.length !== context.classes) {
      throw new TypeError(
        `Cannot make head "dynamic-margin": found ${counts?.length ?? "no"} counts, wanted the number of images of ` +
          `each of ${context.classes} classes`,
      );
    }
    const margins = runningState("head.margins", marginsByCount(counts, { lower, upper, power }));
    return createClassHead({
      state: [margins],
      logits: {
        normalised: true,
        s,
        centres: k,
        margin({ cosine, sine, labels }) {
          const m2 = gatherRows(margins.variable as unknown as Tensor1D, labels);
          const { value, derivative, past } = evaluateSampleMargin(tensors, { m2, boundary, epsilon }, cosine, sine);
          return {
            target: { value: value as Tensor1D, slope: slopeOf(gradient, derivative) },
            statistics: { pastBoundary: tf.mean(past) as Scalar, margin: tf.mean(m2) as Scalar },
          };
        },
      },
    }, context);
  },
  size: ({ k }, { classes, embedding }) => k * classes * embedding,
  stepMemory: ({ k }, { batch, classes }) =>
    k > 1 ? composedMemory(k * batch * classes, 11) : kernelMemory(batch * classes),
});
