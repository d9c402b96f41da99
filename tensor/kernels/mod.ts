/**
 * Kernels that tfjs lacks or does slowly, registered once a backend; the rest of the code sees plain functions.
 *
 * @module
 */
import { tf } from "../tf.ts";
import { CLASS_REFERENCE } from "./class_reference.ts";
import type { Implementation, KernelTable } from "./kernel.ts";
import { REFERENCE } from "./reference.ts";
import { wasmKernels, type WasmMeans } from "./wasm/mod.ts";
import { webgpuKernels } from "./webgpu/mod.ts";

export * from "./batch_norm.ts";
export * from "./class_logits.ts";
export * from "./class_rows.ts";
export * from "./class_sgd.ts";
export * from "./dropout.ts";
export * from "./prelu.ts";
export * from "./sgd.ts";

/** What kernels can stand on beside the backend itself. */
export type KernelMeans = WasmMeans;

const registered = new Map<string, { readonly means: KernelMeans; readonly names: readonly string[] }>();

/** Registers our kernels for a backend that has started, once for the same means; gives their names for the record. */
export function registerKernels(backendName: string, means: KernelMeans = {}): readonly string[] {
  const known = registered.get(backendName);
  if (known && known.means.products === means.products) return known.names;
  const own = backendName === "wasm" ? wasmKernels(means) : backendName === "webgpu" ? webgpuKernels() : {};
  const table: KernelTable = { ...REFERENCE, ...CLASS_REFERENCE, ...own };
  rememberStock(backendName, Object.keys(table));
  const names = Object.entries(table).map(([name, kernel]) => register(name, backendName, kernel));
  registered.set(backendName, { means, names });
  return names;
}

const stock = new Map<string, tf.KernelConfig | undefined>();

/** Puts tfjs's own kernels back where an earlier table had replaced them, and remembers those about to be replaced. */
function rememberStock(backendName: string, names: readonly string[]): void {
  for (const [key, kernel] of stock) {
    const [backend, name] = key.split("/") as [string, string];
    if (backend !== backendName || !tf.getKernel(name, backend)) continue;
    tf.unregisterKernel(name, backend);
    if (kernel) tf.registerKernel(kernel);
  }
  for (const name of names) {
    const key = `${backendName}/${name}`;
    if (!stock.has(key)) stock.set(key, tf.getKernel(name, backendName));
  }
}

/** Puts a kernel in the place of tfjs's, if it has one; gives its name for the record. */
function register(kernelName: string, backendName: string, { how, run }: Implementation): string {
  if (tf.getKernel(kernelName, backendName)) tf.unregisterKernel(kernelName, backendName);
  tf.registerKernel({
    kernelName,
    backendName,
    kernelFunc: ({ inputs, attrs, backend }) =>
      run({ inputs: inputs as never, attributes: (attrs ?? {}) as never, backend }),
  });
  return `${kernelName} (${how})`;
}
