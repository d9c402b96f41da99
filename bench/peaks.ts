/**
 * The machine's own limits, measured: arithmetic from registers, and copies through memory.
 *
 * @module
 */
import { loadBlas } from "../experiments/openblas.ts";
import { tf } from "../tensor/tf.ts";
import { finish } from "./devices.ts";
import type { BenchBackend } from "./options.ts";
import type { Peak } from "./result.ts";

/** Times that each limit is measured; the best counts. */
const TIMES = 15;

/** Peaks of a backend. Both of wasm's are the processor's: what a library of matrix products reaches, else unknown. */
export async function measurePeak(backend: BenchBackend): Promise<Peak | undefined> {
  return backend === "webgpu" ? await webgpuPeak() : await processorPeak();
}

async function best(work: number, run: () => void | Promise<void>): Promise<number> {
  let least = Infinity;
  for (let i = 0; i <= TIMES; i++) {
    const since = performance.now();
    await run();
    if (i > 0) least = Math.min(least, performance.now() - since);
  }
  return work / least / 1e6;
}

async function processorPeak(): Promise<Peak | undefined> {
  const products = await loadBlas();
  if (!products) return undefined;
  const size = 1536,
    [a, b, c] = [0, 0, 0].map(() => new Float32Array(size * size).fill(0.5)) as [
      Float32Array,
      Float32Array,
      Float32Array,
    ];
  const gflops = await best(2 * size ** 3, () => products.multiply({ m: size, n: size, k: size, a, b, c }));
  const from = new Float32Array(2 ** 24).fill(1), to = new Float32Array(2 ** 24);
  return { gflops, gigabytes: await best(2 * from.byteLength, () => to.set(from)) };
}

// tfjs hands out its device; the types of WebGPU are the browser's, which Deno's library has.
interface Gpu {
  readonly device: GPUDevice;
}

const GROUP = 64, LOOPS = 512, CHAINS = 8;

/** Eight chains of vec4 multiply-adds a thread: enough that none waits for another. */
const ARITHMETIC = `
@group(0) @binding(0) var<storage, read_write> result: array<vec4f>;
@compute @workgroup_size(${GROUP}) fn main(@builtin(global_invocation_id) id: vec3u) {
  let factor = vec4f(0.9999) + vec4f(result[id.x & 255u].x * 1e-9);
${chains((i) => `  var a${i} = vec4f(f32(id.x + ${i}u));`)}
  for (var i = 0u; i < ${LOOPS}u; i++) {
${chains((i) => `    a${i} = fma(a${i}, factor, factor);`)}
  }
  result[id.x & 255u] = ${Array.from({ length: CHAINS }, (_, i) => `a${i}`).join(" + ")};
}`;

const COPY = `
@group(0) @binding(0) var<storage, read_write> target_: array<vec4f>;
@group(0) @binding(1) var<storage, read> source: array<vec4f>;
@compute @workgroup_size(${GROUP}) fn main(@builtin(global_invocation_id) id: vec3u) {
  target_[id.x] = source[id.x];
}`;

function chains(line: (i: number) => string): string {
  return Array.from({ length: CHAINS }, (_, i) => line(i)).join("\n");
}

async function webgpuPeak(): Promise<Peak> {
  const { device } = tf.backend() as unknown as Gpu;
  const buffer = (bytes: number) => device.createBuffer({ size: bytes, usage: 0x80 /* storage */ });
  const dispatch = (code: string, buffers: readonly GPUBuffer[]) => {
    const module = device.createShaderModule({ code });
    const pipeline = device.createComputePipeline({ layout: "auto", compute: { module, entryPoint: "main" } });
    const entries = buffers.map((buffer, binding) => ({ binding, resource: { buffer } }));
    const group = device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries });
    return async (groups: number) => {
      const encoder = device.createCommandEncoder(), pass = encoder.beginComputePass();
      pass.setPipeline(pipeline);
      pass.setBindGroup(0, group);
      pass.dispatchWorkgroups(groups);
      pass.end();
      device.queue.submit([encoder.finish()]);
      await device.queue.onSubmittedWorkDone();
    };
  };
  await finish();
  const result = buffer(256 * 16), arithmetic = dispatch(ARITHMETIC, [result]);
  const perGroup = GROUP * LOOPS * CHAINS * 4 * 2;
  // As many groups as make a run of a tenth of a second, whatever the adapter is.
  let groups = 256;
  for (; groups < 32768; groups *= 2) {
    const since = performance.now();
    await arithmetic(groups);
    if (performance.now() - since > 100) break;
  }
  const gflops = await best(perGroup * groups, () => arithmetic(groups));
  const bytes = 65535 * GROUP * 16, from = buffer(bytes), to = buffer(bytes), copy = dispatch(COPY, [to, from]);
  const gigabytes = await best(2 * bytes, () => copy(65535));
  [result, from, to].forEach((buffer) => buffer.destroy());
  return { gflops, gigabytes };
}
