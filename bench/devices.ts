/**
 * Backends as the benchmarks use them: started once, with the tables of kernels that can be put in turn.
 *
 * @module
 */
import { loadBlas } from "../experiments/openblas.ts";
import { tuneBackend } from "../experiments/tiles.ts";
import { type BackendInfo, type BackendOptions, useBackend } from "../tensor/backend.ts";
import { registerKernels } from "../tensor/kernels/mod.ts";
import { tf } from "../tensor/tf.ts";
import type { BenchBackend } from "./options.ts";

/** A table of kernels on a backend. */
export interface Device {
  /** What tables call it. */
  readonly name: string;
  /** Whose backend it is. */
  readonly backend: BenchBackend;
  /** Whether the kernels are tfjs's own, without ours. */
  readonly stock: boolean;
  /** Whether a library of matrix products is used. */
  readonly blas: boolean;
  /** Puts the table in place. */
  activate(): void;
}

/** What {@link startDevices} gives. */
export interface Devices {
  readonly info: BackendInfo;
  /** Name of the library of matrix products, if there is one. */
  readonly library: string | null;
  readonly devices: readonly Device[];
}

type Table = ReadonlyMap<string, tf.KernelConfig>;

/** Starts a backend as a run does, with the tile that a trial finds on a hardware adapter. */
export async function useTuned(backend: BenchBackend, options: BackendOptions = {}): Promise<BackendInfo> {
  const nowhere = {
    read: () => Promise.resolve(undefined),
    write: () => Promise.resolve(),
    alone: <T>(work: () => Promise<T>) => work(),
  };
  return await tuneBackend(await useBackend(backend, options), nowhere);
}

/** Starts a backend and gives its tables: ours with the library, ours without, tfjs's own. */
export async function startDevices(backend: BenchBackend, options: { blas: boolean }): Promise<Devices> {
  const products = backend === "wasm" && options.blas ? await loadBlas() : undefined;
  const stock = snapshot(backend);
  const info = await useTuned(backend);
  const plain = snapshot(backend);
  const tables: [string, Table, Partial<Device>][] = [[backend, plain, {}], [`stock ${backend}`, stock, {
    stock: true,
  }]];
  if (products) {
    registerKernels(backend, { products });
    tables.unshift([`${backend}, ${products.name}`, snapshot(backend), { blas: true }]);
  }
  const devices = tables.map(([name, table, kind]): Device => ({
    name,
    backend,
    stock: false,
    blas: false,
    ...kind,
    activate: () => put(backend, table),
  }));
  devices[0]!.activate();
  return { info, library: products?.name ?? null, devices };
}

function snapshot(backend: string): Table {
  return new Map(tf.getKernelsForBackend(backend).map((kernel) => [kernel.kernelName, kernel]));
}

function put(backend: string, table: Table): void {
  for (const { kernelName } of tf.getKernelsForBackend(backend)) {
    if (tf.getKernel(kernelName, backend) !== table.get(kernelName)) tf.unregisterKernel(kernelName, backend);
  }
  for (const [name, kernel] of table) if (!tf.getKernel(name, backend)) tf.registerKernel(kernel);
}

/** Waits until the device has done all that it was given. */
export async function finish(): Promise<void> {
  if (tf.getBackend() !== "webgpu") return;
  const backend = tf.backend() as unknown as {
    readonly device: { readonly queue: { onSubmittedWorkDone(): Promise<void> } };
    readonly commandEncoder: unknown;
    endComputePassEncoder(): void;
    submitQueue(): void;
  };
  backend.endComputePassEncoder();
  if (backend.commandEncoder) backend.submitQueue();
  await backend.device.queue.onSubmittedWorkDone();
}
