/**
 * Kernels for tfjs's WebGPU backend: those that break ties of max pooling otherwise than the other backends, sum a
 * filter's gradient too coarsely, or are slow, and ours.
 *
 * @module
 */
import type { Kernel, KernelTable } from "../kernel.ts";
import { batchNormGradientOnDevice, batchNormOnDevice } from "./batch_norm.ts";
import { castOnDevice } from "./cast.ts";
import { CLASSES_ON_DEVICE } from "./class_logits.ts";
import { convFilterGradientOnDevice, convInputGradientOnDevice, convOnDevice, matMulOnDevice } from "./conv.ts";
import { depthwiseFilterGradientOnDevice, depthwiseInputGradientOnDevice, depthwiseOnDevice } from "./depthwise.ts";
import { dropoutOnDevice, preluGradientOnDevice } from "./elementwise.ts";
import { maxPoolGradientWebgpu } from "./max_pool_gradient.ts";

/** The kernels of the WebGPU backend. */
export function webgpuKernels(): KernelTable {
  const wgsl = (run: Kernel) => ({ how: "WGSL", run });
  return {
    ...CLASSES_ON_DEVICE,
    Cast: wgsl(castOnDevice),
    BatchMatMul: wgsl(matMulOnDevice),
    Conv2D: wgsl(convOnDevice),
    Conv2DBackpropInput: wgsl(convInputGradientOnDevice),
    Conv2DBackpropFilter: wgsl(convFilterGradientOnDevice),
    MaxPoolGrad: wgsl(({ inputs, attributes, backend }) =>
      maxPoolGradientWebgpu(backend, inputs.dy!, inputs.input!, attributes)
    ),
    DepthwiseConv2dNative: wgsl(depthwiseOnDevice),
    DepthwiseConv2dNativeBackpropInput: wgsl(depthwiseInputGradientOnDevice),
    DepthwiseConv2dNativeBackpropFilter: wgsl(depthwiseFilterGradientOnDevice),
    MarginlabBatchNorm: wgsl(batchNormOnDevice),
    MarginlabBatchNormGrad: wgsl(batchNormGradientOnDevice),
    MarginlabPreluGrad: wgsl(preluGradientOnDevice),
    MarginlabDropout: wgsl(dropoutOnDevice),
  };
}
