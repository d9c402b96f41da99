/**
 * What computes here: Deno, WebGPU, WASM, a library of matrix products, cores and memory.
 *
 * @module
 */
import { processor } from "../../experiments/environment.ts";
import { availableMemory } from "../../experiments/machine.ts";
import { BLAS_PATHS, loadBlas } from "../../experiments/openblas.ts";
import { type AdapterInfo, findAdapter, useBackend } from "../../tensor/mod.ts";
import { formatBytes } from "../format.ts";
import type { Finding } from "./finding.ts";

/** The Deno that the tests are run with. */
const DENO = "2.9.6";

/** Looks at all that computes. */
export async function lookAtCompute(): Promise<Finding[]> {
  return [
    denoFinding(Deno.version.deno),
    await processorFinding(),
    memoryFinding(await availableMemory()),
    adapterFinding(await findAdapter()),
    await wasmFinding(),
    await libraryFinding(),
  ];
}

/** Whether this Deno is the tested one or newer. */
export function denoFinding(version: string): Finding {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const old = major < 2 || (major === 2 && minor < 9);
  const found = version === DENO ? version : `${version}; tested with ${DENO}`;
  return old
    ? { name: "Deno", standing: "lacking", found, mend: `deno upgrade ${DENO}, or npx -y deno@${DENO}`, needed: true }
    : { name: "Deno", standing: "ok", found };
}

/** What a WebGPU adapter is good for here. */
export function adapterFinding(adapter: AdapterInfo | undefined): Finding {
  const name = "WebGPU", driver = "a Vulkan, Metal or D3D12 driver of the graphics card";
  if (!adapter) {
    return {
      name,
      standing: "lacking",
      found: "no adapter; WASM is used",
      mend: `${driver}; in software, for --backend webgpu and the tests: apt install mesa-vulkan-drivers`,
    };
  }
  const limits = `buffers to ${formatBytes(adapter.bufferBytes)}, ${adapter.f16 ? "with" : "without"} float16`;
  return adapter.software
    ? {
      name,
      standing: "lacking",
      found: `${adapter.name}: software, ${limits}; used for --backend webgpu alone`,
      mend: `for a graphics card: ${driver}`,
    }
    : { name, standing: "ok", found: `${adapter.name}: hardware, ${limits}` };
}

async function processorFinding(): Promise<Finding> {
  const found = await processor(), cores = navigator.hardwareConcurrency;
  return found === "unknown"
    ? { name: "Processor", standing: "unknown", found: `${cores} cores`, mend: "allow --allow-sys=cpus to see which" }
    : { name: "Processor", standing: "ok", found };
}

/** Memory that processes can take; one that trains a small network wants half a gibibyte. */
export function memoryFinding(bytes: number | null): Finding {
  const name = "Memory";
  if (bytes === null) {
    return { name, standing: "unknown", found: "not looked at", mend: "allow --allow-sys=systemMemoryInfo to see it" };
  }
  const found = `${formatBytes(bytes)} available`;
  return bytes < 2 ** 29
    ? { name, standing: "lacking", found, mend: "end other programs: the smallest run takes about 512 MiB" }
    : { name, standing: "ok", found };
}

async function wasmFinding(): Promise<Finding> {
  const name = "WASM", needed = true;
  try {
    const { flags } = await useBackend("wasm"), simd = flags["WASM_HAS_SIMD_SUPPORT"];
    return simd
      ? { name, standing: "ok", found: "starts, with SIMD" }
      : { name, standing: "lacking", found: "starts without SIMD", mend: "a processor of the last ten years", needed };
  } catch (error) {
    const mend = "with a network, once: deno install --frozen; on a machine without one: deno task pack on another";
    return { name, standing: "lacking", found: `does not start: ${(error as Error).message}`, mend, needed };
  }
}

async function libraryFinding(): Promise<Finding> {
  const name = "Matrix products", library = await loadBlas();
  library?.close();
  if (library) return { name, standing: "ok", found: library.name };
  const states = await Promise.all(BLAS_PATHS.map((path) => Deno.permissions.query({ name: "ffi", path })));
  if (states.every(({ state }) => state !== "granted")) {
    return { name, standing: "unknown", found: "not looked at", mend: "allow --allow-ffi to see OpenBLAS" };
  }
  return {
    name,
    standing: "lacking",
    found: "our own SIMD kernels, on one thread",
    mend: "apt install libopenblas0-pthread, dnf install openblas-threads, or brew install openblas",
  };
}
