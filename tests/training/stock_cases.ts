/**
 * Training with our kernels beside training with those of tfjs.
 *
 * @module
 */
import { assert } from "@std/assert";
import { convnet, iresnet } from "../../backbones/catalogue.ts";
import type { BackbonePlugin, ImageShape } from "../../backbones/backbone.ts";
import { loadBlas } from "../../experiments/openblas.ts";
import { arcface } from "../../losses/catalogue.ts";
import { useBackend } from "../../tensor/backend.ts";
import type { Products } from "../../tensor/kernels/wasm/products.ts";
import { createRandom } from "../../tensor/random.ts";
import { sgd } from "../../training/sgd.ts";
import { train, trainableOf } from "../../training/trainer.ts";
import { hasWebgpu } from "../backends.ts";

const CLASSES = 6, BATCH = 12;

interface Network {
  readonly name: string;
  readonly plugin: BackbonePlugin;
  readonly params: object;
  /** Height and width of an image. */
  readonly size: number;
  /** Learning rate. */
  readonly rate: number;
  /** Deviation of the noise on the patterns. */
  readonly noise?: number;
}

/** Losses of some steps. */
async function losses(
  backend: "cpu" | "wasm" | "webgpu",
  { plugin, params, size, rate, noise: noiseOf = 0.5 }: Network,
  steps: number,
  products?: Products,
): Promise<number[]> {
  await useBackend(backend, products ? { products } : {});
  const random = createRandom(0, "init"), shape: ImageShape = [size, size, 1], pixels = size * size;
  const backbone = plugin.create(plugin.params.parse(params), { shape, random });
  const context = { embedding: backbone.embedding, classes: CLASSES, random };
  const heads = [{ head: arcface.create(arcface.params.parse({ s: 8, m: 0.3 }), context), weight: 1 }] as const;
  const optimizer = sgd.create(sgd.params.parse({}), trainableOf(backbone, heads)), told: number[] = [];
  const events = train({
    backbone,
    heads,
    optimizer,
    learningRate: () => rate,
    steps,
    shape,
    random: createRandom(0, "dropout"),
    batch(step) {
      const noise = createRandom(0, `batch/${step}`);
      const labels = Int32Array.from({ length: BATCH }, () => noise.integer(CLASSES));
      const images = Float32Array.from({ length: BATCH * pixels }, (_, i) => {
        return Math.sin((i % pixels) * (1 + labels[Math.floor(i / pixels)]!)) + noiseOf * noise.normal();
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

const networks: readonly Network[] = [
  {
    name: "a convnet of 2 blocks",
    plugin: convnet,
    params: { blocks: 2, width: 16, embedding: 16, dropout: 0.2 },
    size: 8,
    rate: 0.01,
  },
  {
    name: "a convnet of 1 block",
    plugin: convnet,
    params: { blocks: 1, width: 20, embedding: 8, output: "fc-bn" },
    size: 8,
    rate: 0.01,
  },
  // Residual sums, strides and 1×1 filters; a rate at which rounding is not amplified.
  {
    name: "an IResNet",
    plugin: iresnet,
    params: { stages: [1, 1, 1, 1], widths: [4, 4, 8, 8], embedding: 8 },
    size: 16,
    rate: 0.0003,
    noise: 2,
  },
];
const blas = await loadBlas();

/** Defines the tests: the losses of so many steps on every backend. */
export function testStock(steps: number): void {
  for (const network of networks) {
    const { name } = network;
    // The cpu backend runs tfjs's own kernels, and compositions of them for ours.
    let stock: Promise<number[]> | undefined;
    for (
      const [how, backend, products] of [["wasm", "wasm"], ["OpenBLAS", "wasm", blas], ["webgpu", "webgpu"]] as const
    ) {
      const missing = how === "OpenBLAS" && !blas
        ? " (needs OpenBLAS)"
        : how === "webgpu" && !hasWebgpu
        ? " (needs a WebGPU adapter)"
        : "";
      Deno.test({
        name: `${steps} losses of ${name} are those of tfjs's own kernels within 1e-3 [${how}]${missing}`,
        ignore: missing !== "",
        async fn() {
          const wanted = await (stock ??= losses("cpu", network, steps));
          const found = await losses(backend, network, steps, products);
          const worst = Math.max(...wanted.map((loss, i) => Math.abs(found[i]! / loss - 1)));
          assert(worst < 1e-3, `${worst}`);
          await useBackend("wasm");
        },
      });
    }
  }
}
