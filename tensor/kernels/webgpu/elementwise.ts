/**
 * Small kernels on WebGPU: gradients of PReLU, dropout, the optimizer's update.
 *
 * @module
 */
import { tf } from "../../tf.ts";
import { dropThreshold } from "../dropout.ts";
import type { KernelCall, TensorInfo } from "../kernel.ts";
import { composedStep, type SgdStep, type SgdVariable } from "../sgd_reference.ts";
import { forgetHostCopy } from "./class_rows.ts";
import { deviceOutput, dispatch, flatGroups, webgpuDevice } from "./device_program.ts";
import { scratch } from "./scratch.ts";
import { declareBuffer, elementsOf, fullShapeOf, isHalfInfo, mainCode, valueType } from "./storage.ts";
import { sumSlabs } from "./sum_slabs.ts";

/** Rows that one invocation adds. */
const CHUNK = 128;

/** Inputs x, dy, slope; outputs dx, dslope. */
export function preluGradientOnDevice({ backend, inputs }: KernelCall): TensorInfo[] {
  const { x, dy, slope } = inputs as { x: TensorInfo; dy: TensorInfo; slope: TensorInfo };
  const shape = fullShapeOf(x), channels = shape.at(-1)!, vector = channels % 4 === 0, elements = elementsOf(x, vector);
  const rows = sizeOf(shape) / channels, chunks = Math.ceil(rows / CHUNK), lanes = channels / (vector ? 4 : 1);
  const dx = deviceOutput(backend, x.shape, x.dtype), partial = scratch(backend, chunks * channels);
  const small = vector ? "vec4" : "f32";
  const code = () =>
    `alias V = ${valueType(vector)};
${declareBuffer(0, "x", elements)}
${declareBuffer(1, "dy", elements)}
${declareBuffer(2, "slope", small)}
${declareBuffer(3, "dx", elements, "write")}
${declareBuffer(4, "partial", small, "write")}
struct Settings { lanes: i32, rows: i32, chunk: i32, chunks: i32 };
@group(0) @binding(5) var<uniform> p: Settings;
${mainCode(64)}
  if (id >= p.lanes * p.chunks) { return; }
  let c = id % p.lanes;
  let first = (id / p.lanes) * p.chunk;
  let slope = load_slope(c);
  var sum = V(0.0);
  for (var row = first; row < min(first + p.chunk, p.rows); row++) {
    let at = row * p.lanes + c;
    let value = load_x(at);
    let g = load_dy(at);
    store_dx(at, select(slope * g, g, value > V(0.0)));
    sum += g * min(value, V(0.0));
  }
  store_partial(id, sum);
}`;
  const settings = [lanes, rows, CHUNK, chunks];
  const program = { key: `preluGradient ${elements}`, code };
  dispatch(backend, program, [x, dy, slope, dx, partial], settings, flatGroups(Math.ceil(lanes * chunks / 64)));
  return [dx, sumSlabs(backend, partial, chunks, deviceOutput(backend, [channels]))];
}

// Philox4x32-10; 32×32 → 64 bit products by halves.
const PHILOX = `
fn high(a: u32, b: u32) -> u32 {
  let al = a & 0xffffu; let ah = a >> 16u; let bl = b & 0xffffu; let bh = b >> 16u;
  let middle = ah * bl + ((al * bl) >> 16u);
  let carry = al * bh + (middle & 0xffffu);
  return ah * bh + (middle >> 16u) + (carry >> 16u);
}
fn philox(block: u32) -> vec4<u32> {
  var c = vec4<u32>(block, 0u, p.nonce0, p.nonce1);
  var k = vec2<u32>(p.key0, p.key1);
  for (var round = 0; round < 10; round++) {
    c = vec4<u32>(high(0xcd9e8d57u, c.z) ^ c.y ^ k.x, 0xcd9e8d57u * c.z, high(0xd2511f53u, c.x) ^ c.w ^ k.y, 0xd2511f53u * c.x);
    k += vec2<u32>(0x9e3779b9u, 0xbb67ae85u);
  }
  return c;
}`;

/** Inputs x; attributes rate, key, nonce; output y. One invocation has a block of four words. */
export function dropoutOnDevice({ backend, inputs, attributes }: KernelCall): TensorInfo[] {
  const x = inputs.x!, half = isHalfInfo(x), size = sizeOf(fullShapeOf(x)), y = deviceOutput(backend, x.shape, x.dtype);
  const vector = size % 4 === 0, elements = half ? "half4" : vector ? "vec4" : "f32";
  const rate = attributes.rate as number, words = [...attributes.key as number[], ...attributes.nonce as number[]];
  const body = vector
    ? "store_y(id, select(load_x(id) * p.scale, vec4<f32>(0.0), words < vec4<u32>(p.threshold)));"
    : `for (var i = 0; i < 4 && 4 * id + i < p.size; i++) {
    store_y(4 * id + i, select(load_x(4 * id + i) * p.scale, 0.0, words[i] < p.threshold));
  }`;
  const code = () => `
${declareBuffer(0, "x", elements)}
${declareBuffer(1, "y", elements, "write")}
struct Settings { key0: u32, key1: u32, nonce0: u32, nonce1: u32, threshold: u32, size: i32, scale: f32 };
@group(0) @binding(2) var<uniform> p: Settings;
${PHILOX}
${mainCode(64)}
  if (4 * id >= p.size) { return; }
  let words = philox(u32(id));
  ${body}
}`;
  const settings = [...words, dropThreshold(rate), size, { f32: 1 / (1 - rate) }];
  dispatch(backend, { key: `dropout ${elements}`, code }, [x, y], settings, flatGroups(Math.ceil(size / 256)));
  return [y];
}

/** Storage buffers that every device binds at once. */
const BUFFERS = 8;

/** Updates variables in place, several a dispatch; one whose data another tensor shares gets data of its own. */
export function sgdStepOnDevice(variables: readonly SgdVariable[], step: SgdStep): void {
  const backend = webgpuDevice(),
    shared = ({ dataId }: TensorInfo) => (backend.tensorMap.get(dataId)?.refCount ?? 1) > 1;
  const own = variables.filter(({ variable, velocity }) => !shared(variable) && !(velocity && shared(velocity)));
  for (const one of variables) if (!own.includes(one)) tf.tidy(() => composedStep(one, step));
  for (const velocity of [true, false]) {
    const group = own.filter((one) => (one.velocity !== undefined) === velocity);
    const most = Math.floor((BUFFERS - (step.gate ? 1 : 0)) / (velocity ? 3 : 2));
    for (let i = 0; i < group.length; i += most) updateInPlace(backend, group.slice(i, i + most), step, velocity);
  }
}

function updateInPlace(backend: unknown, variables: readonly SgdVariable[], step: SgdStep, velocity: boolean): void {
  const { rate, momentum, nesterov, gradientScale = 1, gate } = step, count = variables.length;
  const blocks = variables.map(({ variable }) => Math.ceil(variable.size / 64));
  const tensors = variables.flatMap((one) => [one.variable, one.gradient, ...velocity ? [one.velocity!] : []]);
  if (gate) tensors.push(gate);
  const floats = [
    momentum,
    gradientScale,
    nesterov ? 1 : 0,
    ...variables.map(({ weightDecay }) => weightDecay),
    ...variables.map(({ rateFactor = 1 }) => rate * rateFactor),
  ];
  const settings = [
    ...floats.map((f32) => ({ f32 })),
    ...variables.map(({ variable }) => variable.size),
    ...blocks.map((_, i) => blocks.slice(0, i + 1).reduce((a, b) => a + b)),
  ];
  // tfjs keeps what was read of a tensor on the host, and would give it again.
  for (const { variable, velocity } of variables) {
    for (const tensor of velocity ? [variable, velocity] : [variable]) forgetHostCopy(backend, tensor);
  }
  const code = () => sgdCode(count, { velocity, gated: gate !== undefined });
  const program = { key: `sgd ${count} ${velocity} ${gate !== undefined}`, code };
  dispatch(backend, program, tensors, settings, flatGroups(blocks.reduce((a, b) => a + b)));
}

function sgdCode(count: number, { velocity, gated }: { velocity: boolean; gated: boolean }): string {
  const each = Array.from({ length: count }, (_, i) => i), width = velocity ? 3 : 2;
  const names = (prefix: string, type: string) => each.map((i) => `${prefix}${i}: ${type}`).join(", ");
  const update = (i: number) => `
  ${i > 0 ? "else " : ""}if (block < p.end${i}) {
    let at = id - ${i > 0 ? `64 * p.end${i - 1}` : "0"};
    if (at < p.size${i}) {
      let value = v${i}[at];
      var step = fma(value, p.decay${i}, g${i}[at] * factor);
      ${
    velocity
      ? `let speed = fma(m${i}[at], p.momentum, step);
      m${i}[at] = speed;
      step = select(speed, fma(speed, p.momentum, step), p.nesterov > 0.0);`
      : ""
  }
      v${i}[at] = fma(-p.rate${i}, step, value);
    }
  }`;
  const buffers = each.map((i) => `
@group(0) @binding(${width * i}) var<storage, read_write> v${i}: array<f32>;
@group(0) @binding(${width * i + 1}) var<storage, read> g${i}: array<f32>;
${velocity ? `@group(0) @binding(${width * i + 2}) var<storage, read_write> m${i}: array<f32>;` : ""}`);
  return `
struct Settings { momentum: f32, factor: f32, nesterov: f32, ${names("decay", "f32")}, ${names("rate", "f32")}, ${
    names("size", "i32")
  }, ${names("end", "i32")} };
${buffers.join("")}
${gated ? `@group(0) @binding(${width * count}) var<storage, read> gate: array<f32>;` : ""}
@group(0) @binding(${width * count + (gated ? 1 : 0)}) var<uniform> p: Settings;
${mainCode(64)}
  ${gated ? "if (gate[1] == 0.0) { return; }" : ""}
  let factor = p.factor${gated ? " * gate[0]" : ""};
  let block = id / 64;
  ${each.map(update).join("")}
}`;
}

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((a, b) => a * b, 1);
}
