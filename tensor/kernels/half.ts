/**
 * Half tensors: activations stored as float16 on WebGPU, at half the memory and bandwidth; arithmetic stays in float32.
 *
 * A half tensor is an int32 tensor whose last dimension is half the channels: each word packs channel 2k in its low
 * bits and 2k + 1 in its high ones, by WGSL's `pack2x16float`, which rounds to nearest and needs no feature.
 *
 * @module
 */
import { type Tensor, tf } from "../tf.ts";
import { deviceOutput, dispatch, flatGroups } from "./webgpu/device_program.ts";
import { declareBuffer, mainCode, storedAs } from "./webgpu/storage.ts";

/** Whether a tensor is a half tensor; no kernel of a network gives other integers. */
export function isHalf(x: Tensor): boolean {
  return x.dtype === "int32";
}

/**
 * Packs a tensor; values beyond ±65,504 become infinite, those below 6e-8 zero.
 *
 * @param x Channels last, a multiple of 4.
 * @returns The caller disposes it.
 * @throws {RangeError} if the channels are not a multiple of 4.
 */
export function toHalf(x: Tensor): Tensor {
  const { shape, dtype } = storedAs(x.shape, true);
  return convert(x, { from: "vec4", to: "half4" }, shape, dtype);
}

/** Unpacks a half tensor; the caller disposes the result. */
export function fromHalf(x: Tensor): Tensor {
  return convert(x, { from: "half4", to: "vec4" }, [...x.shape.slice(0, -1), 2 * x.shape.at(-1)!], "float32");
}

function convert(x: Tensor, { from, to }: Conversion, shape: readonly number[], dtype: string): Tensor {
  const backend = tf.backend(), y = deviceOutput(backend, shape, dtype);
  const count = shape.reduce((a, b) => a * b, 1) / (dtype === "int32" ? 2 : 4);
  const code = () => `
${declareBuffer(0, "x", from)}
${declareBuffer(1, "y", to, "write")}
struct Settings { count: i32 };
@group(0) @binding(2) var<uniform> p: Settings;
${mainCode(64)}
  if (id < p.count) { store_y(id, load_x(id)); }
}`;
  dispatch(backend, { key: `half ${from} ${to}`, code }, [x, y], [count], flatGroups(Math.ceil(count / 64)));
  return tf.engine().makeTensorFromTensorInfo(y);
}

interface Conversion {
  readonly from: "vec4" | "half4";
  readonly to: "vec4" | "half4";
}

/** Sum of two tensors that are both half or both float32; the caller disposes it. */
export function addStored(a: Tensor, b: Tensor): Tensor {
  if (!isHalf(a)) return tf.add(a, b);
  const y = deviceOutput(tf.backend(), a.shape, a.dtype), count = a.size / 2;
  const code = () => `
${declareBuffer(0, "a", "half4")}
${declareBuffer(1, "b", "half4")}
${declareBuffer(2, "y", "half4", "write")}
struct Settings { count: i32 };
@group(0) @binding(3) var<uniform> p: Settings;
${mainCode(64)}
  if (id < p.count) { store_y(id, load_a(id) + load_b(id)); }
}`;
  dispatch(tf.backend(), { key: "half add", code }, [a, b, y], [count], flatGroups(Math.ceil(count / 64)));
  return tf.engine().makeTensorFromTensorInfo(y);
}

/** Tensors that one dispatch looks at. */
const BUFFERS = 7;
/** Invocations that share the work, and lanes of the result. */
const LANES = 1_024;

/**
 * Whether all values are finite, found on the WebGPU device.
 *
 * @param tensors Float32 tensors.
 * @returns A scalar, 1 or 0; the caller disposes it.
 */
export function allFinite(tensors: readonly Tensor[]): Tensor {
  return tf.tidy(() => {
    const counts: Tensor[] = [];
    for (let i = 0; i < tensors.length; i += BUFFERS) counts.push(countInfinite(tensors.slice(i, i + BUFFERS)));
    return tf.cast(tf.equal(tf.sum(tf.concat(counts)), 0), "float32");
  });
}

/** How many values are not finite, by lane; told by their bits, since a shader may take it that there are none. */
function countInfinite(tensors: readonly Tensor[]): Tensor {
  const backend = tf.backend(), y = deviceOutput(backend, [LANES]), count = tensors.length;
  const each = tensors.map((_, i) => i);
  const code = () => `
${each.map((i) => `@group(0) @binding(${i}) var<storage, read> t${i}: array<u32>;`).join("\n")}
${declareBuffer(count, "y", "f32", "write")}
struct Settings { ${each.map((i) => `size${i}: i32`).join(", ")} };
@group(0) @binding(${count + 1}) var<uniform> p: Settings;
${mainCode(64)}
  var bad = 0;
  ${
    each.map((i) =>
      `for (var at = id; at < p.size${i}; at += ${LANES}) { bad += select(0, 1, (t${i}[at] & 0x7f800000u) == 0x7f800000u); }`
    ).join("\n  ")
  }
  store_y(id, f32(bad));
}`;
  const program = { key: `allFinite ${count}`, code };
  dispatch(backend, program, [...tensors, y], tensors.map(({ size }) => size), flatGroups(LANES / 64));
  return tf.engine().makeTensorFromTensorInfo(y);
}
