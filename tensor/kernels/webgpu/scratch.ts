/**
 * Memory for partial sums, one buffer a device: the commands of a queue run in order, so each may write over what the
 * one before it has read, and the memory of a step does not grow with its layers.
 *
 * @module
 */
import type { TensorInfo } from "../kernel.ts";
import { deviceOutput, type WebgpuDevice } from "./device_program.ts";

/** Floats of the scratch memory: 16 MiB. More is taken only where one filter alone is larger. */
export const SCRATCH_FLOATS = 1 << 22;

const scratches = new WeakMap<object, TensorInfo>();

/**
 * The scratch memory of a device, shape `[at least floats]`; its content is undefined, and the next command that uses it
 * may overwrite it. Never freed by the caller.
 */
export function scratch(backend: unknown, floats: number): TensorInfo {
  const { device, disposeData } = backend as WebgpuDevice & { disposeData(id: object): void };
  const known = scratches.get(device);
  if (known && known.shape[0]! >= floats) return known;
  if (known) disposeData.call(backend, known.dataId);
  const fresh = deviceOutput(backend, [Math.max(floats, SCRATCH_FLOATS)]);
  scratches.set(device, fresh);
  return fresh;
}
