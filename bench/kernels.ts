/**
 * The suite `kernels`: ours with a library of matrix products, ours without, and tfjs's own, in turn.
 *
 * @module
 */
import { checkDevice } from "../tensor/device.ts";
import { type Tensor, tf } from "../tensor/tf.ts";
import { alternate, type Side } from "./alternate.ts";
import { type Device, finish } from "./devices.ts";
import { type KernelCase, kernelCases, type Prepared } from "./kernel_cases.ts";
import { compare, type Comparison, type Peak } from "./result.ts";

/** Milliseconds that one timing lasts at least, by repeating the call; a WebGPU device tells the end of work late. */
const LEAST = { wasm: 8, webgpu: 160 };

/** Times all kernels on the tables of one backend. */
export async function* benchKernels(
  devices: readonly Device[],
  { quick, peak }: { quick: boolean; peak: Peak | undefined },
): AsyncGenerator<Comparison> {
  for (const one of kernelCases(quick)) yield await benchKernel(one, devices, quick, peak);
  devices[0]!.activate();
}

async function benchKernel(
  { name, work, prepare }: KernelCase,
  devices: readonly Device[],
  quick: boolean,
  peak: Peak | undefined,
): Promise<Comparison> {
  devices[0]!.activate();
  const prepared = prepare();
  const sides = devices.map((device) => sideOf(prepared, device));
  const timed = await alternate(sides, { warmUp: 3, rounds: quick ? 7 : 15, budget: quick ? 1000 : 4000 });
  tf.dispose([...prepared.inputs]);
  return compare({ suite: "kernels", name, work }, timed, () => peak ? { peak } : {});
}

function sideOf({ run, stock }: Prepared, device: Device): Side {
  const call = device.stock && stock ? stock : run;
  const least = LEAST[device.backend];
  let repeats = 1;
  return {
    name: device.name,
    async measure() {
      device.activate();
      const outputs: Tensor[] = [], since = performance.now();
      for (let i = 0; i < repeats; i++) {
        tf.dispose(outputs.splice(0));
        outputs.push(...call().filter((output) => output));
      }
      await finish();
      const ms = (performance.now() - since) / repeats;
      tf.dispose(outputs);
      checkDevice();
      if (ms * repeats < least) repeats = Math.min(1000, Math.ceil(1.2 * least / Math.max(ms, 1e-3)));
      return ms;
    },
  };
}
