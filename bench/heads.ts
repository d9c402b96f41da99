/**
 * The suite `heads`: loss and gradients of every margin head against norm-softmax, by number of classes.
 *
 * @module
 */
import type { HeadPlugin } from "../losses/head.ts";
import { builtins } from "../registry/builtins.ts";
import { createRandom } from "../tensor/random.ts";
import { type Tensor2D, tf, type Variable } from "../tensor/tf.ts";
import { alternate, type Side } from "./alternate.ts";
import { type Device, finish } from "./devices.ts";
import { variable } from "./kernel_cases.ts";
import { sideOfStarted, startTorch } from "./peers.ts";
import { compare, type Comparison, type Peak } from "./result.ts";

const BATCH = 128, DIMENSION = 512, BASELINE = "norm-softmax";

/** Numbers of classes: a thousand, ten thousand, CASIA-WebFace, a hundred thousand, a million. */
const CLASSES = [1e3, 1e4, 10_572, 1e5, 1e6], QUICK = [1e3, 1e4];

/** Heads that are timed at a million classes, where to make the weights takes half a minute. */
const LARGEST: readonly string[] = ["arcface"];

/** Times the heads on one device, each in turn with norm-softmax. */
export async function* benchHeads(
  device: Device,
  { quick, peers, peak }: { quick: boolean; peers: boolean; peak: Peak | undefined },
): AsyncGenerator<Comparison> {
  device.activate();
  const registry = builtins().head, all = registry.names().map((name) => registry.get(name));
  const baseline = registry.get(BASELINE);
  for (const count of quick ? QUICK : CLASSES) {
    for (const plugin of all) {
      if (plugin !== baseline && (count < 1e6 || LARGEST.includes(plugin.name))) {
        yield await benchHead(plugin, baseline, { device, count, quick, peak, peers });
      }
    }
  }
}

interface HeadOptions {
  readonly device: Device;
  readonly count: number;
  readonly quick: boolean;
  readonly peak: Peak | undefined;
  readonly peers: boolean;
}

async function benchHead(
  plugin: HeadPlugin,
  baseline: HeadPlugin,
  { device, count, quick, peak, peers }: HeadOptions,
): Promise<Comparison> {
  const before = tf.memory().numTensors;
  const embeddings = variable([BATCH, DIMENSION]) as unknown as Tensor2D & Variable;
  const labels = tf.tensor1d(Array.from({ length: BATCH }, (_, i) => i * 7919 % count), "int32");
  const opened: { dispose(): void }[] = [], sides: Side[] = [];
  for (const one of [baseline, plugin]) {
    const name = `${one.name} on ${device.name}`;
    try {
      const random = createRandom(0, one.name);
      const head = one.create(one.params.parse({}), { embedding: DIMENSION, classes: count, random });
      opened.push(head);
      const trained = [embeddings, ...head.parameters.filter((p) => p.trainable).map((p) => p.variable)];
      const step = { random, labels: await labels.data() as Int32Array };
      sides.push({
        name,
        async measure() {
          const since = performance.now();
          const { value, grads } = tf.variableGrads(
            () => tf.tidy(() => head.loss(embeddings, labels, step).loss),
            trained,
          );
          await finish();
          const ms = performance.now() - since;
          tf.dispose([value, grads]);
          return ms;
        },
      });
    } catch (error) {
      sides.push({ name, measure: () => Promise.reject(error) });
    }
  }
  const torch = peers && plugin.name === "arcface"
    ? await startTorch(["head", `--batch=${BATCH}`, `--classes=${count}`, `--threads=${navigator.hardwareConcurrency}`])
    : undefined;
  if (torch) sides.push(sideOfStarted(torch));
  const timed = await alternate(sides, {
    warmUp: 1,
    rounds: quick ? 5 : 11,
    budget: quick ? 1500 : 6000,
    rest: torch ? 100 : 0,
  });
  if (torch && "worker" in torch) await torch.worker.close();
  opened.forEach((head) => head.dispose());
  tf.dispose([embeddings, labels]);
  const left = tf.memory().numTensors - before;
  if (left > 0) throw new Error(`Cannot go on: found ${left} tensors left by head "${plugin.name}", wanted none`);
  // Cosines, their gradients in the embeddings and in the weights.
  const work = { flops: 6 * BATCH * DIMENSION * count };
  const name = `${plugin.name}, ${count} classes, ${BATCH}×${DIMENSION}`;
  return compare({ suite: "heads", name, work }, timed, () => peak ? { peak } : {});
}
