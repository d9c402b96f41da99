/**
 * Kernels that tfjs lacks or does slowly, registered once a backend; the rest of the code sees plain functions.
 *
 * @module
 */
import { tf } from "../tf.ts";
import { CLASS_REFERENCE } from "./class_reference.ts";
import type { Implementation, KernelTable } from "./kernel.ts";
import { REFERENCE } from "./reference.ts";
import { WASM_KERNELS } from "./wasm/mod.ts";
import { WEBGPU_KERNELS } from "./webgpu/mod.ts";

export * from "./batch_norm.ts";
export * from "./class_logits.ts";
export * from "./class_rows.ts";
export * from "./dropout.ts";
export * from "./prelu.ts";
export * from "./sgd.ts";

const TABLES: Readonly<Record<string, KernelTable>> = { wasm: WASM_KERNELS, webgpu: WEBGPU_KERNELS };
const registered = new Map<string, readonly string[]>();

/** Registers our kernels for a backend, once; gives their names for the record. */
export function registerKernels(backendName: string): readonly string[] {
  const known = registered.get(backendName);
  if (known) return known;
  const table: KernelTable = { ...REFERENCE, ...CLASS_REFERENCE, ...TABLES[backendName] };
  const names = Object.entries(table).map(([name, kernel]) => register(name, backendName, kernel));
  registered.set(backendName, names);
  return names;
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
