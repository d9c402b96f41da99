/**
 * Loss and gradients of a head, to be timed; or a worker that does so:
 * `deno task bench head-worker HEAD CLASSES wasm|webgpu auto|none`.
 *
 * @module
 */
import { loadBlas } from "../experiments/openblas.ts";
import { builtins } from "../registry/builtins.ts";
import { createRandom } from "../tensor/random.ts";
import { type Tensor2D, tf, type Variable } from "../tensor/tf.ts";
import { finish, useTuned } from "./devices.ts";
import { variable } from "./kernel_cases.ts";
import type { BenchBackend } from "./options.ts";
import { serve } from "./worker.ts";

/** Samples of a batch and dimensions of an embedding. */
export const BATCH = 128, DIMENSION = 512;

/** A head on data that stands ready. */
export interface HeadWork {
  /** Computes loss and gradients; gives the milliseconds it took. */
  readonly measure: () => Promise<number>;
  readonly dispose: () => void;
}

/** Makes a head with its class weights. */
export function createHeadWork(name: string, classes: number): HeadWork {
  const plugin = builtins().head.get(name), random = createRandom(0, name);
  const counts = Int32Array.from({ length: classes }, (_, j) => 1 + j % 100);
  const head = plugin.create(plugin.params.parse({}), { embedding: DIMENSION, classes, random, counts });
  const embeddings = variable([BATCH, DIMENSION]) as unknown as Tensor2D & Variable;
  const own = Int32Array.from({ length: BATCH }, (_, i) => i * 7919 % classes), labels = tf.tensor1d(own, "int32");
  const trained = [embeddings, ...head.parameters.filter((p) => p.trainable).map((p) => p.variable)];
  return {
    async measure() {
      const since = performance.now();
      const { value, grads } = tf.variableGrads(
        () =>
          tf.tidy(() =>
            head.loss(embeddings, labels, { step: 0, random, part: random, place: { index: 0, count: 1 }, labels: own })
              .loss
          ),
        trained,
      );
      await finish();
      const ms = performance.now() - since;
      tf.dispose([value, grads]);
      return ms;
    },
    dispose() {
      head.dispose();
      tf.dispose([embeddings, labels]);
    },
  };
}

/** Serves one head until its input ends. */
export async function serveHead(args: readonly string[]): Promise<void> {
  const [name = "arcface", classes = "10572", backend = "wasm", blas = "auto"] = args;
  try {
    const products = backend === "wasm" && blas === "auto" ? await loadBlas() : undefined;
    await useTuned(backend as BenchBackend, products ? { products } : {});
    const { measure } = createHeadWork(name, Number(classes));
    await serve(`${name} on ${[backend, ...products ? [products.name] : []].join(", ")}`, async (count) => {
      const ms: number[] = [];
      while (ms.length < count) ms.push(await measure());
      return { ms };
    });
  } catch (error) {
    console.log(JSON.stringify({ error: (error as Error).message }));
  }
}
