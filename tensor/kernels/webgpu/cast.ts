/**
 * Casts to float32 that convert: tfjs's keep the integers' bits and have its own programs read them as integers, which
 * programs of ours cannot know.
 *
 * @module
 */
import "@tensorflow/tfjs-backend-webgpu";
import { tf } from "../../tf.ts";
import { type KernelCall, stockCall, type TensorInfo } from "../kernel.ts";
import { deviceOutput, dispatch, FLAT_GROUP, flatGroups } from "./device_program.ts";

const STOCK = tf.getKernel("Cast", "webgpu");

const code = () =>
  `@group(0) @binding(0) var<storage, read> x: array<i32>;
@group(0) @binding(1) var<storage, read_write> y: array<f32>;
struct Settings { count: u32 };
@group(0) @binding(2) var<uniform> p: Settings;
@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u,
        @builtin(local_invocation_index) lane: u32) {
  let id = (${FLAT_GROUP}) * 64u + lane;
  if (id < p.count) { y[id] = f32(x[id]); }
}`;

/** Input x; attribute dtype. */
export function castOnDevice(call: KernelCall): TensorInfo | TensorInfo[] {
  const { backend, inputs, attributes } = call, x = inputs.x!;
  const integers = x.dtype === "int32" || x.dtype === "bool", count = x.shape.reduce((a, b) => a * b, 1);
  if (attributes.dtype !== "float32" || !integers || count === 0) return STOCK!.kernelFunc(stockCall(call));
  const y = deviceOutput(backend, x.shape);
  dispatch(backend, { key: "cast", code }, [x, y], [count], flatGroups(Math.ceil(count / 64)));
  return y;
}
