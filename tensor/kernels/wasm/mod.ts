/**
 * Kernels for tfjs's WASM backend: those that it lacks (gradients of convolution and pooling), does slowly (gradient of
 * a convolution's input), or copies in (Identity, behind every saved tensor; Slice), and ours.
 *
 * @module
 */
import "@tensorflow/tfjs-backend-wasm"; // So that its own kernels are there to be kept.
import { tf } from "../../tf.ts";
import { isPlain } from "../geometry.ts";
import { type Kernel, type KernelTable, stockCall } from "../kernel.ts";
import { batchNormGradientOnHeap, batchNormOnHeap } from "./batch_norm.ts";
import { CLASSES_ON_HEAP } from "./class_logits.ts";
import { convBy, convFilterGradientBy, convInputGradientBy, type ProductsOn } from "./conv.ts";
import { depthwiseFilterGradientOnHeap, depthwiseInputGradientOnHeap, depthwiseOnHeap } from "./depthwise.ts";
import { dropoutOnHeap, preluGradientOnHeap } from "./elementwise.ts";
import { guardHeap } from "./heap.ts";
import { matMulBy } from "./matmul.ts";
import { maxPoolGradient } from "./max_pool_gradient.ts";
import { type Products, simdProducts } from "./products.ts";
import { hasSimd } from "./simd.ts";
import { sliceOnHeap } from "./slice.ts";
import type { TileSize } from "./winograd.ts";

/** What the kernels of the WASM backend can stand on. */
export interface WasmMeans {
  /** A library of matrix products. */
  readonly products?: Products;
}

/** The kernels of the WASM backend. */
export function wasmKernels({ products }: WasmMeans): KernelTable {
  if (!hasSimd()) {
    throw new TypeError('Cannot use backend "wasm": found no SIMD, which its kernels need; ask for "cpu"');
  }
  guardHeap(tf.backend());
  const multiply: ProductsOn = products ? () => products.multiply : simdProducts;
  return { ...SHARED, ...SIMD, ...onProducts(multiply, products?.name ?? "SIMD", products ? 4 : 2) };
}

const SHARED: KernelTable = {
  Identity: {
    how: "shared",
    run({ inputs, backend }) {
      const { dataId, shape, dtype } = inputs.x!;
      (backend as tf.KernelBackend).incRef(dataId);
      return { dataId, shape, dtype };
    },
  },
  MaxPoolGrad: {
    how: "heap",
    run: ({ inputs, attributes, backend }) => maxPoolGradient(backend, inputs.dy!, inputs.input!, attributes),
  },
};

const SIMD: KernelTable = {
  Slice: { how: "heap", run: sliceOnHeap },
  ...CLASSES_ON_HEAP,
  MarginlabBatchNorm: { how: "SIMD", run: batchNormOnHeap },
  MarginlabBatchNormGrad: { how: "SIMD", run: batchNormGradientOnHeap },
  MarginlabPreluGrad: { how: "SIMD", run: preluGradientOnHeap },
  MarginlabDropout: { how: "SIMD", run: dropoutOnHeap },
  DepthwiseConv2dNative: { how: "tfjs, padding in numbers", run: depthwiseOnHeap },
  DepthwiseConv2dNativeBackpropInput: { how: "SIMD", run: depthwiseInputGradientOnHeap },
  DepthwiseConv2dNativeBackpropFilter: { how: "SIMD", run: depthwiseFilterGradientOnHeap },
};

/**
 * Products and convolutions.
 *
 * @param tile Winograd's tile: a library multiplies so fast that larger tiles gain by the smaller transforms.
 */
function onProducts(products: ProductsOn, how: string, tile: TileSize): KernelTable {
  return {
    BatchMatMul: { how, run: matMulBy(products) },
    Conv2D: { how, run: plain(convBy(products, tile)) },
    Conv2DBackpropInput: { how, run: convInputGradientBy(products, tile) },
    Conv2DBackpropFilter: { how, run: convFilterGradientBy(products) },
  };
}

const STOCK_CONV = tf.getKernel("Conv2D", "wasm")!;

/** Leaves dilated convolutions, and channels that come first, to tfjs. */
function plain(run: Kernel): Kernel {
  return (call) => isPlain(call.attributes) ? run(call) : STOCK_CONV.kernelFunc(stockCall(call));
}
