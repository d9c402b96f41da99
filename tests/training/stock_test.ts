import { assert } from "@std/assert";
import { convnet } from "../../backbones/catalogue.ts";
import type { BackbonePlugin, ImageShape } from "../../backbones/backbone.ts";
import { loadBlas } from "../../experiments/openblas.ts";
import { arcface } from "../../losses/catalogue.ts";
import { useBackend } from "../../tensor/backend.ts";
import type { Products } from "../../tensor/kernels/wasm/products.ts";
import { createRandom } from "../../tensor/random.ts";
import { sgd } from "../../training/sgd.ts";
import { train, trainableOf } from "../../training/trainer.ts";
import { hasWebgpu } from "../backends.ts";

const SHAPE: ImageShape = [8, 8, 1], CLASSES = 6, BATCH = 12, STEPS = 50;

/** Losses of 50 steps. */
async function losses(
  backend: "cpu" | "wasm" | "webgpu",
  [plugin, params]: readonly [BackbonePlugin, object],
  products?: Products,
): Promise<number[]> {
  await useBackend(backend, products ? { products } : {});
  const random = createRandom(0, "init");
  const backbone = plugin.create(plugin.params.parse(params), { shape: SHAPE, random });
  const context = { embedding: backbone.embedding, classes: CLASSES, random };
  const heads = [{ head: arcface.create(arcface.params.parse({ s: 8, m: 0.3 }), context), weight: 1 }] as const;
  const optimizer = sgd.create(sgd.params.parse({}), trainableOf(backbone, heads)), told: number[] = [];
  const events = train({
    backbone,
    heads,
    optimizer,
    learningRate: () => 0.01,
    steps: STEPS,
    shape: SHAPE,
    random: createRandom(0, "dropout"),
    batch(step) {
      const noise = createRandom(0, `batch/${step}`);
      const labels = Int32Array.from({ length: BATCH }, () => noise.integer(CLASSES));
      const images = Float32Array.from({ length: BATCH * 64 }, (_, i) => {
        return Math.sin((i % 64) * (1 + labels[Math.floor(i / 64)]!)) + 0.5 * noise.normal();
      });
      return Promise.resolve({ images, labels });
    },
  });
  for await (const { loss } of events) told.push(loss);
  backbone.dispose();
  heads[0].head.dispose();
  optimizer.dispose();
  return told;
}

const networks = [
  [convnet, { blocks: 2, width: 16, embedding: 16, dropout: 0.2 }],
  [convnet, { blocks: 1, width: 20, embedding: 8, output: "fc-bn" }],
] as const;
const blas = await loadBlas();
// The cpu backend runs tfjs's own kernels, and compositions of them for ours.
const stock = new Map<string, Promise<number[]>>();

for (const network of networks) {
  const [, { blocks }] = network, name = `a convnet of ${blocks} ${blocks === 1 ? "block" : "blocks"}`;
  for (
    const [how, backend, products] of [["wasm", "wasm"], ["OpenBLAS", "wasm", blas], ["webgpu", "webgpu"]] as const
  ) {
    const missing = how === "OpenBLAS" && !blas
      ? " (needs OpenBLAS)"
      : how === "webgpu" && !hasWebgpu
      ? " (needs a WebGPU adapter)"
      : "";
    Deno.test({
      name: `${STEPS} losses of ${name} are those of tfjs's own kernels within 1e-3 [${how}]${missing}`,
      ignore: missing !== "",
      async fn() {
        if (!stock.has(name)) stock.set(name, losses("cpu", network));
        const wanted = await stock.get(name)!, found = await losses(backend, network, products);
        const worst = Math.max(...wanted.map((loss, i) => Math.abs(found[i]! / loss - 1)));
        assert(worst < 1e-3, `${worst}`);
        await useBackend("wasm");
      },
    });
  }
}
