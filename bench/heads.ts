/**
 * The suite `heads`: loss and gradients of every margin head against norm-softmax, by number of classes.
 *
 * @module
 */
import { builtins } from "../registry/builtins.ts";
import { tf } from "../tensor/tf.ts";
import { alternate, type Side } from "./alternate.ts";
import type { Device } from "./devices.ts";
import { BATCH, createHeadWork, DIMENSION, type HeadWork } from "./head_work.ts";
import { denoScript, sideOfStarted, start, type Started, startTorch } from "./peers.ts";
import { compare, type Comparison, type Peak } from "./result.ts";
import type { Answer } from "./worker.ts";

const BASELINE = "norm-softmax";

/** Numbers of classes: a thousand, ten thousand, CASIA-WebFace, a hundred thousand. */
const CLASSES = [1e3, 1e4, 10_572, 1e5], QUICK = [1e3, 1e4];

/** Numbers at which ArcFace alone is timed, each side in a process of its own, so that its memory can be told. */
const LARGE = [1e5, 1e6];

interface HeadOptions {
  readonly quick: boolean;
  readonly peers: boolean;
  readonly peak: Peak | undefined;
}

/** Times the heads on one device, each in turn with norm-softmax. */
export async function* benchHeads(device: Device, options: HeadOptions): AsyncGenerator<Comparison> {
  device.activate();
  const names = builtins().head.names().filter((name) => name !== BASELINE);
  for (const count of options.quick ? QUICK : CLASSES) {
    for (const name of names) yield await benchHead(name, count, device, options);
  }
  for (const count of options.quick ? [] : LARGE) yield await benchAlone("arcface", count, device, options);
}

async function benchHead(name: string, count: number, device: Device, options: HeadOptions): Promise<Comparison> {
  const before = tf.memory().numTensors, opened: HeadWork[] = [], sides: Side[] = [];
  for (const one of [BASELINE, name]) {
    const work = createHeadWork(one, count);
    opened.push(work);
    sides.push({ name: `${one} on ${device.name}`, measure: work.measure });
  }
  const torch = options.peers && name === "arcface" ? [await startTorchHead(count)] : [];
  const comparison = await compareHeads(name, count, [...sides, ...torch.map((one) => sideOfStarted(one))], options);
  for (const one of torch) if ("worker" in one) await one.worker.close();
  opened.forEach((work) => work.dispose());
  const left = tf.memory().numTensors - before;
  if (left > 0) throw new Error(`Cannot go on: found ${left} tensors left by head "${name}", wanted none`);
  return comparison;
}

/** The same with a process for each side, one after the other ready to work. */
async function benchAlone(name: string, count: number, device: Device, options: HeadOptions): Promise<Comparison> {
  const started: Started[] = [], last = new Map<string, Answer>();
  for (const one of [BASELINE, name]) {
    const args = ["head-worker", one, String(count), device.backend, device.blas ? "auto" : "none"];
    started.push(await start(`${one} on ${device.name}`, ...denoScript("main", args)));
  }
  if (options.peers) started.push(await startTorchHead(count));
  const sides = started.map((one) => {
    const side = sideOfStarted(one, (answer) => void last.set(side.name, answer));
    return side;
  });
  const comparison = await compareHeads(`${name} alone`, count, sides, options, last);
  for (const one of started) if ("worker" in one) await one.worker.close();
  return comparison;
}

async function startTorchHead(count: number): Promise<Started> {
  const threads = `--threads=${navigator.hardwareConcurrency}`;
  return await startTorch(["head", `--batch=${BATCH}`, `--classes=${count}`, threads]);
}

async function compareHeads(
  name: string,
  count: number,
  sides: readonly Side[],
  { quick, peers, peak }: HeadOptions,
  answers: ReadonlyMap<string, Answer> = new Map(),
): Promise<Comparison> {
  const timed = await alternate(sides, {
    warmUp: 1,
    rounds: quick ? 5 : 11,
    budget: quick ? 1500 : 6000,
    rest: peers ? 100 : 0,
  });
  // Cosines, their gradients in the embeddings and in the weights.
  const work = { flops: 6 * BATCH * DIMENSION * count };
  return compare({ suite: "heads", name: `${name}, ${count} classes, ${BATCH}×${DIMENSION}`, work }, timed, (side) => {
    const peakMiB = answers.get(side)?.peakMiB;
    return { ...peak ? { peak } : {}, ...peakMiB === undefined ? {} : { peakMiB } };
  });
}
