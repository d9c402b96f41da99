/**
 * What a GPU machine is asked first: whether every kernel computes what the reference does, and how fast a large step is.
 *
 *     deno task bench gpu-check                            # each kernel and head against the cpu backend
 *     deno task bench gpu-check --steps [NETWORK [BATCH]]  # steps beside PyTorch; by default iresnet50 and 128
 *
 * @module
 */
import { builtins } from "../registry/builtins.ts";
import { useBackend } from "../tensor/backend.ts";
import { checkDevice } from "../tensor/device.ts";
import { currentTile, describeTile, type Tile, useTile } from "../tensor/kernels/webgpu/tiles.ts";
import { createRandom } from "../tensor/random.ts";
import { type Tensor, type Tensor2D, tf, type Variable } from "../tensor/tf.ts";
import { useTuned } from "./devices.ts";
import { smallKernelCases, variable } from "./kernel_cases.ts";
import { STEP_WORKS, stepWork } from "./networks.ts";
import { type BenchBackend, parseGpuCheck } from "./options.ts";
import { denoScript, start, type Started, startTorch } from "./peers.ts";
import type { Report } from "./result.ts";
import { compareWorkers } from "./steps.ts";
import { renderSuite } from "./table.ts";

/** Largest error over the largest magnitude that counts as agreement. */
const TOLERANCE = 1e-4;

/** Something that gives numbers on whatever backend is at work. */
interface Check {
  readonly name: string;
  readonly run: () => Promise<Float32Array[]>;
}

/** Checks everything; gives the number of disagreements. */
async function checkAll(backend: BenchBackend): Promise<number> {
  const info = await useTuned(backend), tile = currentTile();
  console.log(
    `${info.adapter ?? backend}, tile ${
      describeTile(tile)
    }\n\n| kernel | worst error, of the largest magnitude | |\n| --- | --- | --- |`,
  );
  let wrong = 0;
  for (const check of [...kernelChecks(), ...headChecks()]) {
    const told = await compareOnce(check, backend, tile).catch((error) =>
      (error as Error).message.replace(/\s+/g, " ")
    );
    const good = typeof told === "number" && told <= TOLERANCE;
    if (!good) wrong++;
    console.log(
      `| ${check.name} | ${typeof told === "number" ? told.toExponential(1) : told} | ${good ? "" : "WRONG"} |`,
    );
  }
  return wrong;
}

async function compareOnce({ run }: Check, backend: BenchBackend, tile: Tile): Promise<number> {
  await useBackend("cpu");
  const wanted = await run();
  await useBackend(backend);
  useTile(tile);
  const found = await run();
  checkDevice();
  return Math.max(...wanted.map((values, i) => worstError(found[i]!, values)));
}

/** Largest difference over the largest wanted magnitude; infinite where something is not a number. */
export function worstError(found: ArrayLike<number>, wanted: ArrayLike<number>): number {
  if (found.length !== wanted.length) return Infinity;
  let scale = 1e-6, worst = 0;
  for (let i = 0; i < wanted.length; i++) {
    scale = Math.max(scale, Math.abs(wanted[i]!));
    const difference = Math.abs(found[i]! - wanted[i]!);
    if (!(difference <= worst)) worst = Number.isNaN(difference) ? Infinity : difference;
  }
  return worst / scale;
}

function kernelChecks(): Check[] {
  return smallKernelCases().map(({ name, prepare }) => ({
    name,
    async run() {
      const { inputs, run } = prepare(), outputs = run().filter((output) => output);
      // A kernel without outputs changes its inputs.
      const read = await readAll(outputs.length > 0 ? outputs : inputs);
      tf.dispose([...outputs, ...inputs]);
      return read;
    },
  }));
}

function headChecks(): Check[] {
  const registry = builtins().head;
  return registry.names().map((name) => ({
    name: `head ${name}: loss and gradients`,
    async run() {
      const plugin = registry.get(name), random = createRandom(0, "gpu-check");
      const counts = Int32Array.from({ length: 1003 }, (_, j) => 1 + j % 100);
      const head = plugin.create(plugin.params.parse({}), { embedding: 33, classes: 1003, random, counts });
      const embeddings = variable([24, 33]) as unknown as Tensor2D & Variable;
      const labels = tf.tensor1d(Array.from({ length: 24 }, (_, i) => i * 41 % 1003), "int32");
      const trained = [embeddings, ...head.parameters.filter((p) => p.trainable).map((p) => p.variable)];
      const { value, grads } = tf.variableGrads(() => tf.tidy(() => head.loss(embeddings, labels).loss), trained);
      const read = await readAll([value, ...trained.map(({ name }) => grads[name]!)]);
      tf.dispose([value, grads, embeddings, labels]);
      head.dispose();
      return read;
    },
  }));
}

async function readAll(tensors: readonly Tensor[]): Promise<Float32Array[]> {
  const all: Float32Array[] = [];
  for (const tensor of tensors) all.push(Float32Array.from(await tensor.data() as Float32Array));
  return all;
}

/** Times a step in float32 and float16 beside PyTorch with its faster formats off and on. */
async function timeSteps(name: string, batch: string): Promise<void> {
  const work = stepWork(name, Number(batch)), started: Started[] = [];
  const worker = (precision: string) => denoScript("main", ["step-worker", name, "webgpu", "none", batch, precision]);
  for (const precision of ["f32", "f16"]) started.push(await start(`webgpu, ${precision}`, ...worker(precision)));
  for (const precision of ["f32", "tf32", "bf16"]) {
    const shared = [name, `--batch=${batch}`, `--classes=${work.classes}`];
    const torch = await startTorch([...shared, "--device=cuda", `--precision=${precision}`]);
    started.push("error" in torch ? { ...torch, name: `PyTorch, ${precision}` } : torch);
  }
  const comparison = await compareWorkers(work, started, { quick: false });
  console.log(renderSuite({ comparisons: [comparison] } as unknown as Report, "steps"));
}

/** Does what the arguments ask for; gives the exit status. */
export async function gpuCheck(args: readonly string[]): Promise<number> {
  let steps: [string, number] | undefined;
  try {
    steps = parseGpuCheck(args, STEP_WORKS.map(({ name }) => name));
  } catch (error) {
    console.error((error as Error).message);
    return 2;
  }
  if (steps === undefined) return await checkAll("webgpu") > 0 ? 1 : 0;
  await timeSteps(steps[0], String(steps[1]));
  return 0;
}
