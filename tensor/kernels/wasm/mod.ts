/**
 * Kernels for tfjs's WASM backend: those that it lacks (gradients of convolution and pooling), does slowly (gradient of
 * a convolution's input), or copies in (Identity, behind every saved tensor), and ours.
 *
 * @module
 */
import type { Tensor4D, tf } from "../../tf.ts";
import { convGeometry } from "../geometry.ts";
import type { KernelTable } from "../kernel.ts";
import { convFilterGradient, convInputGradient } from "./conv_gradient.ts";
import { maxPoolGradient } from "./max_pool_gradient.ts";

/** The kernels of the WASM backend. */
export const WASM_KERNELS: KernelTable = {
  Identity: {
    how: "shared",
    run({ inputs, backend }) {
      const { dataId, shape, dtype } = inputs.x!;
      (backend as tf.KernelBackend).incRef(dataId);
      return { dataId, shape, dtype };
    },
  },
  Conv2DBackpropFilter: {
    how: "composition",
    run({ inputs, attributes }) {
      const { x, dy } = inputs as unknown as { x: Tensor4D; dy: Tensor4D };
      return convFilterGradient(x, dy, convGeometry(attributes, x.shape, attributes.filterShape as never));
    },
  },
  Conv2DBackpropInput: {
    how: "composition",
    run({ inputs, attributes }) {
      const { dy, filter } = inputs as unknown as { dy: Tensor4D; filter: Tensor4D };
      return convInputGradient(dy, filter, convGeometry(attributes, attributes.inputShape as never, filter.shape));
    },
  },
  MaxPoolGrad: {
    how: "heap",
    run: ({ inputs, attributes, backend }) => maxPoolGradient(backend, inputs.dy!, inputs.input!, attributes),
  },
};
