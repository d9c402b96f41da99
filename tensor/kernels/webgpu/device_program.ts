/**
 * Runs WGSL of ours beside tfjs's own programs: several outputs, outputs that are inputs too, and settings that are
 * uploaded once, none of which tfjs's runner has.
 *
 * @module
 */
import { tf } from "../../tf.ts";
import type { TensorInfo } from "../kernel.ts";

/** A compute shader with entry point `main`; storage buffers are bindings 0, 1, …, settings the last. */
export interface DeviceProgram {
  /** Names the code: programs of one key are compiled once. */
  readonly key: string;
  /** The WGSL; called on the first run of the key. */
  code(): string;
}

/** What the runner needs of a WebGPU pipeline. */
interface Pipeline {
  getBindGroupLayout(index: number): object;
}

interface Pass {
  setPipeline(pipeline: Pipeline): void;
  setBindGroup(index: number, group: object): void;
  dispatchWorkgroups(x: number, y: number, z: number): void;
}

interface Device {
  readonly limits: { readonly maxComputeWorkgroupsPerDimension: number; readonly maxStorageBufferBindingSize: number };
  createShaderModule(descriptor: { code: string }): object;
  createComputePipeline(descriptor: object): Pipeline;
  createBindGroup(descriptor: object): object;
  createBuffer(descriptor: { size: number; usage: number }): object;
}

/** The parts of tfjs's WebGPU backend that are used here. */
export interface WebgpuDevice {
  /** The device. */
  readonly device: Device;
  /** Its queue. */
  readonly queue: { writeBuffer(buffer: object, offset: number, data: ArrayBufferView): void };
  /** Tensors of the commands that are not submitted yet. */
  readonly commandQueueOwnedIds: WeakSet<object>;
  readonly tensorMap: { get(id: object): { resource?: object; refCount: number } | undefined };
  readonly commandEncoder: { beginComputePass(): Pass };
  computePassEncoder: Pass | null;
  dispatchCountInPass: number;
  makeTensorInfo(shape: readonly number[], dtype: string): TensorInfo;
  uploadToGPU(id: object): void;
  ensureCommandEncoderReady(): void;
  endComputePassEncoder(): void;
  submitQueue(): void;
}

const UNIFORM = 0x40, COPY_DST = 0x08;

interface Cache {
  readonly pipelines: Map<string, Pipeline>;
  readonly settings: Map<string, object>;
}

const caches = new WeakMap<object, Cache>();

/** Settings of a program: 32-bit integers and floats in the order of its struct. */
export type Settings = readonly (number | { readonly f32: number })[];

/** The current WebGPU backend. */
export function webgpuDevice(): WebgpuDevice {
  return tf.backend() as unknown as WebgpuDevice;
}

/** A new tensor on the device; its content is undefined. */
export function deviceOutput(backend: unknown, shape: readonly number[], dtype = "float32"): TensorInfo {
  return (backend as WebgpuDevice).makeTensorInfo([...shape], dtype);
}

/**
 * Records a dispatch.
 *
 * @param tensors What is bound to bindings 0, 1, …: inputs, outputs, or both in one.
 * @param settings Bound last, as a uniform struct.
 * @param groups Workgroups in each dimension.
 */
export function dispatch(
  backend: unknown,
  program: DeviceProgram,
  tensors: readonly TensorInfo[],
  settings: Settings,
  groups: readonly [number, number?, number?],
): void {
  const own = backend as WebgpuDevice, cache = cacheOf(own.device);
  const pipeline = cache.pipelines.get(program.key) ?? compile(own.device, program, cache);
  const resources = tensors.map(({ dataId }) => {
    own.uploadToGPU(dataId);
    return { buffer: own.tensorMap.get(dataId)!.resource! };
  });
  const entries = [...resources, { buffer: settingsBuffer(own, cache, settings) }]
    .map((resource, binding) => ({ binding, resource }));
  const bindGroup = own.device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries });
  for (const { dataId } of tensors) own.commandQueueOwnedIds.add(dataId);
  own.ensureCommandEncoderReady();
  const pass = own.computePassEncoder ??= own.commandEncoder.beginComputePass();
  pass.setPipeline(pipeline);
  pass.setBindGroup(0, bindGroup);
  pass.dispatchWorkgroups(groups[0], groups[1] ?? 1, groups[2] ?? 1);
  own.dispatchCountInPass++;
  if (own.dispatchCountInPass >= (tf.env().get("WEBGPU_DEFERRED_SUBMIT_BATCH_SIZE") as number)) {
    own.endComputePassEncoder();
    own.submitQueue();
  }
}

/** Spreads workgroups over two dimensions where one may not have as many; see {@link FLAT_GROUP}. */
export function flatGroups(count: number): [number, number] {
  const most = 65_535;
  if (count <= most) return [count, 1];
  const rows = Math.ceil(count / most);
  return [Math.ceil(count / rows), rows];
}

/** WGSL of the number of a workgroup of {@link flatGroups}. */
export const FLAT_GROUP = "group.y * groups.x + group.x";

function cacheOf(device: object): Cache {
  const known = caches.get(device) ?? { pipelines: new Map(), settings: new Map() };
  caches.set(device, known);
  return known;
}

function compile(device: Device, program: DeviceProgram, { pipelines }: Cache): Pipeline {
  const module = device.createShaderModule({ code: program.code() });
  const pipeline = device.createComputePipeline({ layout: "auto", compute: { module, entryPoint: "main" } });
  pipelines.set(program.key, pipeline);
  return pipeline;
}

/** Most settings that are kept: their values recur from step to step, except learning rates and dropout keys. */
const KEPT_SETTINGS = 1_024;

function settingsBuffer({ device, queue }: WebgpuDevice, { settings: kept }: Cache, settings: Settings): object {
  const key = settings.map((value) => typeof value === "number" ? value : `${value.f32}f`).join();
  const known = kept.get(key);
  if (known) return known;
  const size = Math.max(16, Math.ceil(settings.length / 4) * 16), data = new DataView(new ArrayBuffer(size));
  settings.forEach((value, i) => {
    if (typeof value === "number") data.setUint32(4 * i, value >>> 0, true);
    else data.setFloat32(4 * i, value.f32, true);
  });
  const buffer = device.createBuffer({ size, usage: UNIFORM | COPY_DST });
  queue.writeBuffer(buffer, 0, data);
  // The oldest is dropped, not destroyed: a command that is not submitted yet may use it.
  if (kept.size >= KEPT_SETTINGS) kept.delete(kept.keys().next().value!);
  kept.set(key, buffer);
  return buffer;
}
