/**
 * The suite `steps`: whole training steps, each side in a process of its own, in turn.
 *
 * @module
 */
import { builtins } from "../registry/builtins.ts";
import { alternate } from "./alternate.ts";
import { STEP_WORKS, type StepWork } from "./networks.ts";
import type { BenchOptions } from "./options.ts";
import { denoScript, sideOfStarted, start, type Started, startTorch } from "./peers.ts";
import { compare, type Comparison, type SideResult } from "./result.ts";
import type { Answer } from "./worker.ts";

/** Times all steps; with `quick`, the convnet alone. */
export async function* benchSteps(options: BenchOptions): AsyncGenerator<Comparison> {
  const works = options.quick ? STEP_WORKS.slice(0, 1) : STEP_WORKS;
  for (const work of works) {
    yield await compareWorkers(
      work,
      [...await ours(work, options), ...options.peers ? await others(work) : []],
      options,
    );
  }
}

async function ours({ name }: StepWork, { backends, blas }: BenchOptions): Promise<Started[]> {
  const started: Started[] = [];
  for (const backend of backends) {
    for (const library of backend === "wasm" && blas ? ["auto", "none"] : ["none"]) {
      started.push(await start(backend, ...denoScript("main", ["step-worker", name, backend, library])));
    }
  }
  return started;
}

async function others({ name, batch, classes }: StepWork): Promise<Started[]> {
  const threads = `--threads=${navigator.hardwareConcurrency}`;
  const torch = await startTorch([name, `--batch=${batch}`, `--classes=${classes}`, threads]);
  if (name !== "convnet") return [torch];
  const stock: Started[] = [];
  for (const backend of ["wasm", "webgpu"]) {
    stock.push(await start(`stock tfjs, ${backend}`, ...denoScript("peers/stock_tfjs", [backend])));
  }
  return [torch, ...stock];
}

/** Times workers in turn and ends them. */
export async function compareWorkers(
  work: StepWork,
  started: readonly Started[],
  { quick }: Pick<BenchOptions, "quick">,
): Promise<Comparison> {
  const last = new Map<string, Answer>();
  const sides = started.map((one) => sideOfStarted(one, (answer) => void last.set(sideName(one), answer)));
  const timed = await alternate(sides, {
    warmUp: 1,
    rounds: quick ? 9 : 15,
    budget: quick ? 10_000 : 90_000,
    rest: 200,
  });
  for (const one of started) if ("worker" in one) await one.worker.close();
  const counted = { flops: 6 * work.batch * multiplyAdds(work), images: work.batch };
  return compare({ suite: "steps", name: work.title, work: counted }, timed, (name): Partial<SideResult> => {
    const { peakMiB, parts } = last.get(name) ?? {};
    return { ...peakMiB === undefined ? {} : { peakMiB }, ...parts ? { parts } : {} };
  });
}

function sideName(started: Started): string {
  return "worker" in started ? started.worker.name : started.name;
}

function multiplyAdds({ backbone, params, shape, classes }: StepWork): number {
  const plugin = builtins().backbone.get(backbone);
  const cost = plugin.cost(plugin.params.parse(params) as never, shape);
  return cost.multiplyAdds + cost.embedding * classes;
}
