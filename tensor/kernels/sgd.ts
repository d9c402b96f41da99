/**
 * The update of stochastic gradient descent over all variables.
 *
 * @module
 */
import { tf } from "../tf.ts";
import { composedStep, type SgdStep, type SgdVariable } from "./sgd_reference.ts";
import { sgdStepOnHeap } from "./wasm/elementwise.ts";
import { hasSimd } from "./wasm/simd.ts";
import { sgdStepOnDevice } from "./webgpu/elementwise.ts";

export type { SgdStep, SgdVariable } from "./sgd_reference.ts";

/** `g ← g + λ p`, `v ← μ v + g`, `p ← p − η v`, or with Nesterov's momentum `p ← p − η (g + μ v)`. */
export function sgdStep(variables: readonly SgdVariable[], step: SgdStep): void {
  if (tf.getBackend() === "wasm" && hasSimd()) return sgdStepOnHeap(variables, step);
  if (tf.getBackend() === "webgpu") return sgdStepOnDevice(variables, step);
  tf.tidy(() => variables.forEach((one) => composedStep(one, step)));
}
