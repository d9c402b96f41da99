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
  const names = [...OWN.map((kernel) => registerOwn(kernel, backendName)), ...replaceKernels(backendName)];
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

/** Puts a kernel of ours in the place of tfjs's, if it has one; gives the name for the record. */
function replaceKernel(kernelName: string, backendName: string, how: string, kernelFunc: tf.KernelFunc): string {
  if (tf.getKernel(kernelName, backendName)) tf.unregisterKernel(kernelName, backendName);
  tf.registerKernel({ kernelName, backendName, kernelFunc });
  return `${kernelName} (${how})`;
}

/** The kernels of tfjs that ours replace, and those that it lacks. */
function replaceKernels(backendName: string): string[] {
  if (backendName === "wasm") return replaceOnWasm();
  return backendName === "webgpu" ? replaceOnWebgpu() : [];
}

/**
 * Kernels of tfjs's WASM backend that are missing (gradients of convolution and pooling), eleven times slower than need
 * be (gradient of a convolution's input), or copy where a shared reference does (Identity, behind every saved tensor).
 */
function replaceOnWasm(): string[] {
  return [
    replaceKernel("Identity", "wasm", "shared", ({ inputs, backend }) => {
      const { dataId, shape, dtype } = inputs.x!;
      (backend as unknown as tf.KernelBackend).incRef(dataId);
      return { dataId, shape, dtype };
    }),
    replaceKernel("Conv2DBackpropFilter", "wasm", "composition", filterGradientBy(convFilterGradient)),
    replaceKernel("Conv2DBackpropInput", "wasm", "composition", ({ inputs, attrs }) => {
      const { dy, filter } = inputs as unknown as { dy: Tensor4D; filter: Tensor4D };
      const { inputShape } = attrs as unknown as { inputShape: [number, number, number, number] };
      return convInputGradient(dy, filter, geometry(attrs as never, inputShape, filter.shape));
    }),
    replaceKernel("MaxPoolGrad", "wasm", "heap", poolGradientBy(maxPoolGradient)),
  ];
}

/**
 * Kernels of tfjs's WebGPU backend that break ties of max pooling otherwise than the other backends, or sum a filter's
 * gradient too coarsely.
 */
function replaceOnWebgpu(): string[] {
  return [
    replaceKernel("Conv2DBackpropFilter", "webgpu", "WGSL", filterGradientBy(convFilterGradientWebgpu)),
    replaceKernel("MaxPoolGrad", "webgpu", "WGSL", poolGradientBy(maxPoolGradientWebgpu)),
  ];
}

/** A kernel `Conv2DBackpropFilter` around a function of input, output gradient and geometry. */
function filterGradientBy(run: (x: Tensor4D, dy: Tensor4D, g: ConvGeometry) => tf.Tensor): tf.KernelFunc {
  return ({ inputs, attrs }) => {
    const { x, dy } = inputs as unknown as { x: Tensor4D; dy: Tensor4D };
    const { filterShape } = attrs as unknown as { filterShape: [number, number, number, number] };
    return run(x, dy, geometry(attrs as never, x.shape, filterShape));
  };
}

/** A kernel `MaxPoolGrad` around a function of the backend, output gradient, input and attributes. */
function poolGradientBy(run: typeof maxPoolGradient): tf.KernelFunc {
  return ({ inputs, attrs, backend }) => run(backend, inputs.dy!, inputs.input!, attrs as never);
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
