/**
 * How a buffer of a shader is declared and read, whether it holds float32 or, two to a word, float16; arithmetic is in
 * float32 always. Packing is core WGSL, so it needs no feature of the adapter.
 *
 * @module
 */
import type { TensorInfo } from "../kernel.ts";

/** What the elements of a buffer are: float32 one by one, float32 by fours, float16 by fours. */
export type Elements = "f32" | "vec4" | "half4";

/** The elements of a tensor: half tensors are int32, two channels a word; see `half.ts`. */
export function elementsOf({ dtype }: TensorInfo, vector: boolean): Elements {
  if (dtype === "int32") return "half4";
  return vector ? "vec4" : "f32";
}

/** Whether a tensor holds float16; its last dimension is then half the channels. */
export function isHalfInfo({ dtype }: TensorInfo): boolean {
  return dtype === "int32";
}

/** Shape in channels, whatever the storage. */
export function fullShapeOf({ shape, dtype }: TensorInfo): number[] {
  return dtype === "int32" ? [...shape.slice(0, -1), 2 * shape.at(-1)!] : [...shape];
}

/** Shape and type of a tensor of this shape in a storage. */
export function storedAs(shape: readonly number[], half: boolean): { shape: number[]; dtype: string } {
  if (!half) return { shape: [...shape], dtype: "float32" };
  const channels = shape.at(-1)!;
  if (channels % 4 !== 0) {
    throw new RangeError(`Cannot store ${channels} channels as float16: wanted a multiple of 4`);
  }
  return { shape: [...shape.slice(0, -1), channels / 2], dtype: "int32" };
}

/** WGSL of a buffer `name`, with `load_name(i)` and, if it is written, `store_name(i, value)`. */
export function declareBuffer(
  binding: number,
  name: string,
  elements: Elements,
  access: "read" | "write" | "update" = "read",
): string {
  const type = { f32: "f32", vec4: "vec4<f32>", half4: "vec2<u32>" }[elements];
  const value = elements === "f32" ? "f32" : "vec4<f32>";
  const half = elements === "half4";
  const load = half ? `vec4<f32>(unpack2x16float(${name}[i].x), unpack2x16float(${name}[i].y))` : `${name}[i]`;
  const packed = half ? `vec2<u32>(pack_${name}(value.xy), pack_${name}(value.zw))` : "value";
  return [
    `@group(0) @binding(${binding}) var<storage, ${
      access === "read" ? "read" : "read_write"
    }> ${name}: array<${type}>;`,
    half && access !== "read" ? packCode(`pack_${name}`) : "",
    access === "write" ? "" : `fn load_${name}(i: i32) -> ${value} { return ${load}; }`,
    access === "read" ? "" : `fn store_${name}(i: i32, value: ${value}) { ${name}[i] = ${packed}; }`,
  ].join("\n");
}

/**
 * WGSL of packing two floats. `pack2x16float` need not give anything certain beyond ±65,504: what rounds beyond, and
 * what is no number, is stored as infinite, so that an overflow is found.
 */
function packCode(name: string): string {
  return `fn ${name}(v: vec2<f32>) -> u32 {
  let fits = abs(v) < vec2<f32>(65520.0);
  let bits = pack2x16float(select(vec2<f32>(0.0), clamp(v, vec2<f32>(-65504.0), vec2<f32>(65504.0)), fits));
  let low = select(0x7c00u | ((bitcast<u32>(v.x) >> 16u) & 0x8000u), 0u, fits.x);
  let high = select(0x7c000000u | (bitcast<u32>(v.y) & 0x80000000u), 0u, fits.y);
  return bits | low | high;
}`;
}

/** WGSL: four floats or one, for shaders that do the same work on either. */
export function valueType(vector: boolean): string {
  return vector ? "vec4<f32>" : "f32";
}

/** WGSL of the head of `main`, with `id`, the number of the invocation. */
export function mainCode(workgroup: number): string {
  return `
@compute @workgroup_size(${workgroup})
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>,
        @builtin(local_invocation_index) lane: u32) {
  let id = i32((group.y * groups.x + group.x) * ${workgroup}u + lane);`;
}
