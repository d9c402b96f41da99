/**
 * Kernels for tfjs's WebGPU backend: those that break ties of max pooling otherwise than the other backends, or sum a
 * filter's gradient too coarsely, and ours.
 *
 * @module
 */
import type { Tensor4D } from "../../tf.ts";
import { convGeometry } from "../geometry.ts";
import type { KernelTable } from "../kernel.ts";
import { CLASSES_ON_DEVICE } from "./class_logits.ts";
import { convFilterGradientWebgpu } from "./conv_filter_gradient.ts";
import { maxPoolGradientWebgpu } from "./max_pool_gradient.ts";

/** The kernels of the WebGPU backend. */
export const WEBGPU_KERNELS: KernelTable = {
  ...CLASSES_ON_DEVICE,
  Conv2DBackpropFilter: {
    how: "WGSL",
    run({ inputs, attributes }) {
      const { x, dy } = inputs as unknown as { x: Tensor4D; dy: Tensor4D };
      return convFilterGradientWebgpu(x, dy, convGeometry(attributes, x.shape, attributes.filterShape as never));
    },
  },
  MaxPoolGrad: {
    how: "WGSL",
    run: ({ inputs, attributes, backend }) => maxPoolGradientWebgpu(backend, inputs.dy!, inputs.input!, attributes),
  },
};
