/**
 * Rows of a parameter on the WebGPU device; see `../class_rows.ts`.
 *
 * @module
 */
import type { tf } from "../../tf.ts";
import type { KernelCall, TensorInfo } from "../kernel.ts";
import { runFlat } from "./flat.ts";

/** Kernel `MarginlabGatherRows`; an index outside takes the nearest row. */
export function gatherRowsWebgpu({ backend, inputs: { x, rows } }: KernelCall): TensorInfo {
  const [length = 0, ...rest] = x!.shape, width = sizeOf(rest);
  return runFlat(backend, {
    key: "marginlabGatherRows",
    inputs: { x, rows },
    integers: { width, last: length - 1 },
    shape: [rows!.shape[0]!, ...rest],
    code: `
      let place = index / uniforms.width;
      let row = clamp(rows[place], 0, uniforms.last);
      result[index] = x[row * uniforms.width + index - place * uniforms.width];`,
  });
}

/** Kernel `MarginlabScatterRows`. */
export function scatterRowsWebgpu({ backend, inputs: { x, rows, values } }: KernelCall): TensorInfo {
  const width = sizeOf(x!.shape.slice(1));
  return runFlat(backend, {
    key: "marginlabScatterRows",
    inputs: { values, rows },
    integers: { width },
    shape: x!.shape,
    count: sizeOf(values!.shape),
    output: writable(backend, x!),
    code: `
      let place = index / uniforms.width;
      result[rows[place] * uniforms.width + index - place * uniforms.width] = values[index];`,
  });
}

/** The parts of tfjs's WebGPU backend that keep track of data. */
interface Owner extends Pick<tf.KernelBackend, "refCount" | "incRef"> {
  uploadToGPU(dataId: object): void;
  readonly tensorMap: { get(dataId: object): { values: unknown } };
}

/** A tensor's own memory if nothing else holds it, else a copy, to write to. */
export function writable(backend: unknown, x: TensorInfo): TensorInfo {
  const owner = backend as Owner;
  if (owner.refCount(x.dataId) !== 1) {
    return runFlat(backend, { key: "marginlabCopy", inputs: { x }, shape: x.shape, code: "result[index] = x[index];" });
  }
  // What tfjs remembers of the numbers on the host would be read instead of the device's.
  forgetHostCopy(backend, x);
  owner.incRef(x.dataId);
  return { dataId: x.dataId, shape: x.shape, dtype: "float32" };
}

/** Uploads a tensor and frees the numbers that tfjs keeps of it on the host. */
export function forgetHostCopy(backend: unknown, { dataId }: Pick<TensorInfo, "dataId">): void {
  const owner = backend as Owner;
  owner.uploadToGPU(dataId);
  owner.tensorMap.get(dataId).values = null;
}

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((a, b) => a * b, 1);
}
