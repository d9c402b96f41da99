/**
 * Small kernels on the WASM heap: gradients of PReLU and of 2×2 pooling, dropout, the optimizer's update.
 *
 * @module
 */
import { tf } from "../../tf.ts";
import { dropThreshold } from "../dropout.ts";
import type { KernelCall, TensorInfo } from "../kernel.ts";
import { composedStep, type SgdStep, type SgdVariable } from "../sgd_reference.ts";
import { heapOf } from "./heap.ts";
import { simd } from "./simd.ts";

/** Inputs x, dy, slope; outputs dx, dslope. */
export function preluGradientOnHeap({ backend, inputs }: KernelCall): TensorInfo | TensorInfo[] {
  const heap = heapOf(backend), { x, dy, slope } = inputs, channels = x!.shape.at(-1)!;
  const dx = heap.output(x!.shape), dSlope = heap.output([channels]);
  heap.sums(8 * channels, (sums) => {
    const [from, gradient, to, slopes] = [x!, dy!, dx, slope!].map(heap.address) as [number, number, number, number];
    simd().preluGrad(from, gradient, to, sizeOf(x!.shape) / channels, channels, slopes, sums);
    heap.floats(heap.address(dSlope), channels).set(heap.doubles(sums, channels));
  });
  return [dx, dSlope];
}

/** Inputs x; attributes rate, key, nonce; output y. */
export function dropoutOnHeap({ backend, inputs, attributes }: KernelCall): TensorInfo | TensorInfo[] {
  const heap = heapOf(backend), x = inputs.x!, y = heap.output(x.shape), rate = attributes.rate as number;
  const words = [...attributes.key as number[], ...attributes.nonce as number[]];
  simd().dropout(heap.address(x), heap.address(y), sizeOf(x.shape), dropThreshold(rate), 1 / (1 - rate), ...words);
  return [y];
}

/**
 * Updates velocities in place, unless another tensor shares their data. Values get data of their own each time: tfjs's
 * kernels pack a filter once and know it again by its data's id.
 */
export function sgdStepOnHeap(variables: readonly SgdVariable[], step: SgdStep): void {
  const backend = tf.backend() as unknown as tf.KernelBackend, heap = heapOf(backend);
  // Kernels of this backend are done when they return, so that the gate stands on the heap.
  const [factor, open] = step.gate ? [...heap.floats(heap.address(step.gate), 2)] as [number, number] : [1, 1];
  if (open === 0) return;
  for (const one of variables) {
    const { variable, velocity, gradient, weightDecay, rateFactor = 1 } = one;
    if (velocity && backend.refCount(velocity.dataId) > 1) {
      tf.tidy(() => composedStep(one, step));
      continue;
    }
    const updated = heap.output(variable.shape);
    const addresses = [variable, velocity, gradient, updated].map((tensor) => tensor ? heap.address(tensor) : 0);
    const settings = [
      step.rate * rateFactor,
      step.momentum,
      weightDecay,
      factor * (step.gradientScale ?? 1),
      step.nesterov ? 1 : 0,
    ];
    simd().sgd(...addresses, variable.size, ...settings);
    const tensor = tf.engine().makeTensorFromTensorInfo(updated);
    variable.assign(tensor);
    tensor.dispose();
  }
}

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((a, b) => a * b, 1);
}
