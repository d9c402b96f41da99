/**
 * A worker that trains with marginlab: `deno task bench step-worker STEP wasm|webgpu auto|none [BATCH] [f16]`.
 *
 * @module
 */
import { loadBlas } from "../experiments/openblas.ts";
import { useTuned } from "./devices.ts";
import { stepWork } from "./networks.ts";
import { createSteps } from "./train_steps.ts";
import type { BenchBackend } from "./options.ts";
import { serve } from "./worker.ts";

/** Serves one step until its input ends. */
export async function serveSteps(args: readonly string[]): Promise<void> {
  const [name = "convnet", backend = "wasm", blas = "auto", batch = "", precision = "f32"] = args;
  try {
    const products = backend === "wasm" && blas === "auto" ? await loadBlas() : undefined;
    await useTuned(backend as BenchBackend, products ? { products } : {});
    const { steps } = createSteps(stepWork(name, batch === "" ? undefined : Number(batch)), precision as "f32" | "f16");
    const parts = [backend, ...products ? [products.name] : [], ...precision === "f16" ? ["f16"] : []];
    await serve(parts.join(", "), steps);
  } catch (error) {
    console.log(JSON.stringify({ error: (error as Error).message }));
  }
}
