/**
 * Adds slabs of partial sums, in order and with compensation, so that the result does not depend on how busy the device
 * is and no digit is lost where they cancel.
 *
 * @module
 */
import type { TensorInfo } from "../kernel.ts";
import { dispatch, FLAT_GROUP, flatGroups } from "./device_program.ts";

// Neumaier's sum: `lost` holds what rounding took from `sum`.
const CODE = `
struct Settings { size: u32, slabs: u32, more: u32 };
@group(0) @binding(0) var<storage, read> partial: array<f32>;
@group(0) @binding(1) var<storage, read_write> total: array<f32>;
@group(0) @binding(2) var<uniform> p: Settings;
@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>,
        @builtin(local_invocation_index) lane: u32) {
  let i = (${FLAT_GROUP}) * 64u + lane;
  if (i >= p.size) { return; }
  var sum = 0.0;
  if (p.more == 1u) { sum = total[i]; }
  var lost = 0.0;
  for (var slab = 0u; slab < p.slabs; slab++) {
    let value = partial[slab * p.size + i];
    let next = sum + value;
    lost += select((value - next) + sum, (sum - next) + value, abs(sum) >= abs(value));
    sum = next;
  }
  total[i] = sum + lost;
}`;

/**
 * Adds up slabs of partial sums.
 *
 * @param partial The slabs, one after the other; see `scratch.ts`.
 * @param total Where the sums are written, or added to where `more` is set.
 */
export function sumSlabs(
  backend: unknown,
  partial: TensorInfo,
  slabs: number,
  total: TensorInfo,
  more = false,
): TensorInfo {
  const size = total.shape.reduce((a, b) => a * b, 1), program = { key: "sumSlabs", code: () => CODE };
  dispatch(backend, program, [partial, total], [size, slabs, more ? 1 : 0], flatGroups(Math.ceil(size / 64)));
  return total;
}
