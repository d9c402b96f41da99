/**
 * Kernels that tfjs lacks or does slowly, registered once a backend; the rest of the code sees plain functions.
 *
 * @module
 */
import { type Tensor4D, tf } from "../tf.ts";
import { batchNormBackward, batchNormForward } from "./batch_norm.ts";
import { convFilterGradientWebgpu } from "./conv_filter_grad_webgpu.ts";
import { convFilterGradient, type ConvGeometry, convInputGradient } from "./conv_grad_wasm.ts";
import { maxPoolGradient } from "./max_pool_grad_wasm.ts";
import { maxPoolGradientWebgpu } from "./max_pool_grad_webgpu.ts";
import { preluBackward } from "./prelu.ts";
import type { OwnKernel } from "./backends.ts";

export { batchNorm, type BatchNormOutput } from "./batch_norm.ts";
export { prelu } from "./prelu.ts";

const OWN: readonly OwnKernel[] = [batchNormForward, batchNormBackward, preluBackward];
const registered = new Map<string, readonly string[]>();

/** Registers our kernels for a backend, once; gives their names for the record. */
export function registerKernels(backendName: string): readonly string[] {
  const known = registered.get(backendName);
  if (known) return known;
  const names = [...OWN.map((kernel) => registerOwn(kernel, backendName)), ...registerMissing(backendName)];
  registered.set(backendName, names);
  return names;
}

function registerOwn(kernel: OwnKernel, backendName: string): string {
  const onHeap = backendName === "wasm";
  tf.registerKernel({
    kernelName: kernel.name,
    backendName,
    kernelFunc: ({ inputs, attrs, backend }) =>
      onHeap
        ? kernel.heap(backend, inputs as never, attrs as never ?? {})
        : tidyAll(() => kernel.composition(inputs as never, attrs as never ?? {})),
  });
  return `${kernel.name}${onHeap ? " (heap)" : " (composition)"}`;
}

/** `tf.tidy` for a list of results. */
function tidyAll(fn: () => tf.Tensor[]): tf.Tensor[] {
  return tf.tidy(fn) as tf.Tensor[];
}

/**
 * Kernels of tfjs's WASM backend that are missing (gradients of convolution and pooling), eleven times slower than need
 * be (gradient of a convolution's input), or copy where a shared reference does (Identity, behind every saved tensor).
 */
function registerMissing(backendName: string): string[] {
  if (backendName === "webgpu") return registerWebgpu(backendName);
  if (backendName !== "wasm") return [];
  for (const replaced of ["Identity", "Conv2DBackpropInput", "MaxPoolGrad"]) {
    if (tf.getKernel(replaced, backendName)) tf.unregisterKernel(replaced, backendName);
  }
  tf.registerKernel({
    kernelName: "Conv2DBackpropFilter",
    backendName,
    kernelFunc({ inputs, attrs }) {
      const { x, dy } = inputs as unknown as { x: Tensor4D; dy: Tensor4D };
      const { filterShape } = attrs as unknown as { filterShape: [number, number, number, number] };
      return convFilterGradient(x, dy, geometry(attrs as never, x.shape, filterShape));
    },
  });
  tf.registerKernel({
    kernelName: "Conv2DBackpropInput",
    backendName,
    kernelFunc({ inputs, attrs }) {
      const { dy, filter } = inputs as unknown as { dy: Tensor4D; filter: Tensor4D };
      const { inputShape } = attrs as unknown as { inputShape: [number, number, number, number] };
      return convInputGradient(dy, filter, geometry(attrs as never, inputShape, filter.shape));
    },
  });
  tf.registerKernel({
    kernelName: "MaxPoolGrad",
    backendName,
    kernelFunc: ({ inputs, attrs, backend }) =>
      maxPoolGradient(backend, inputs.dy!, inputs.input!, attrs as unknown as Record<string, unknown>),
  });
  tf.registerKernel({
    kernelName: "Identity",
    backendName,
    kernelFunc({ inputs, backend }) {
      const { dataId, shape, dtype } = inputs.x!;
      (backend as unknown as tf.KernelBackend).incRef(dataId);
      return { dataId, shape, dtype };
    },
  });
  return [
    "Identity (shared)",
    "Conv2DBackpropFilter (composition)",
    "Conv2DBackpropInput (composition)",
    "MaxPoolGrad (heap)",
  ];
}

/**
 * Kernels of tfjs's WebGPU backend that break ties of max pooling otherwise than the other backends, or sum a filter's
 * gradient too coarsely.
 */
function registerWebgpu(backendName: string): string[] {
  for (const replaced of ["Conv2DBackpropFilter", "MaxPoolGrad"]) {
    if (tf.getKernel(replaced, backendName)) tf.unregisterKernel(replaced, backendName);
  }
  tf.registerKernel({
    kernelName: "Conv2DBackpropFilter",
    backendName,
    kernelFunc({ inputs, attrs }) {
      const { x, dy } = inputs as unknown as { x: Tensor4D; dy: Tensor4D };
      const { filterShape } = attrs as unknown as { filterShape: [number, number, number, number] };
      return convFilterGradientWebgpu(x, dy, geometry(attrs as never, x.shape, filterShape));
    },
  });
  tf.registerKernel({
    kernelName: "MaxPoolGrad",
    backendName,
    kernelFunc: ({ inputs, attrs, backend }) =>
      maxPoolGradientWebgpu(backend, inputs.dy!, inputs.input!, attrs as unknown as Record<string, unknown>),
  });
  return ["Conv2DBackpropFilter (WGSL)", "MaxPoolGrad (WGSL)"];
}

function geometry(
  attrs: { strides: number | [number, number]; pad: never; dimRoundingMode?: "floor" | "round" | "ceil" },
  input: [number, number, number, number],
  filter: [number, number, number, number],
): ConvGeometry {
  const info = tf.backend_util.computeConv2DInfo(input, filter, attrs.strides, 1, attrs.pad, attrs.dimRoundingMode);
  return {
    strides: [info.strideHeight, info.strideWidth],
    top: info.padInfo.top,
    left: info.padInfo.left,
    filter: [filter[0], filter[1]],
    input: [input[1], input[2]],
  };
}
