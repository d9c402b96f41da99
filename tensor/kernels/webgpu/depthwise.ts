/**
 * Depthwise convolutions and their gradients on WebGPU: channel c of the input makes channels c·multiplier … of the
 * output.
 *
 * @module
 */
import "@tensorflow/tfjs-backend-webgpu";
import { tf } from "../../tf.ts";
import { convGeometry, isPlain, type Shape4D } from "../geometry.ts";
import { type KernelCall, stockCall, type TensorInfo } from "../kernel.ts";
import { deviceOutput, dispatch, flatGroups } from "./device_program.ts";
import { mainCode } from "./storage.ts";
import { scratch } from "./scratch.ts";
import { sumSlabs } from "./sum_slabs.ts";

const SETTINGS = `
struct Settings {
  batch: i32, height: i32, width: i32, channels: i32, multiplier: i32,
  tapsDown: i32, tapsAcross: i32, strideDown: i32, strideAcross: i32, top: i32, left: i32,
  gridHeight: i32, gridWidth: i32, count: i32, rows: i32,
};`;

function buffers(...names: readonly string[]): string {
  const each = names.map((name, i) => {
    const access = i === names.length - 1 ? "read_write" : "read";
    return `@group(0) @binding(${i}) var<storage, ${access}> ${name}: array<f32>;`;
  });
  return [SETTINGS, ...each, `@group(0) @binding(${names.length}) var<uniform> p: Settings;`].join("\n");
}

const FORWARD = `${buffers("x", "w", "y")}
${mainCode(64)}
  if (id >= p.count) { return; }
  let outs = p.channels * p.multiplier;
  let o = id % outs; let c = o / p.multiplier; let q = id / outs;
  let ox = q % p.gridWidth; let oy = (q / p.gridWidth) % p.gridHeight; let n = q / (p.gridWidth * p.gridHeight);
  var sum = 0.0;
  for (var i = 0; i < p.tapsDown; i++) {
    for (var j = 0; j < p.tapsAcross; j++) {
      let v = oy * p.strideDown + i - p.top; let u = ox * p.strideAcross + j - p.left;
      if (v >= 0 && v < p.height && u >= 0 && u < p.width) {
        sum = fma(x[((n * p.height + v) * p.width + u) * p.channels + c], w[(i * p.tapsAcross + j) * outs + o], sum);
      }
    }
  }
  y[id] = sum;
}`;

const INPUT_GRADIENT = `${buffers("dy", "w", "dx")}
${mainCode(64)}
  if (id >= p.count) { return; }
  let outs = p.channels * p.multiplier;
  let c = id % p.channels; let q = id / p.channels;
  let u = q % p.width; let v = (q / p.width) % p.height; let n = q / (p.width * p.height);
  var sum = 0.0;
  for (var i = 0; i < p.tapsDown; i++) {
    for (var j = 0; j < p.tapsAcross; j++) {
      let a = v + p.top - i; let b = u + p.left - j; let oy = a / p.strideDown; let ox = b / p.strideAcross;
      if (a >= 0 && b >= 0 && oy * p.strideDown == a && ox * p.strideAcross == b && oy < p.gridHeight && ox < p.gridWidth) {
        for (var m = 0; m < p.multiplier; m++) {
          let o = c * p.multiplier + m;
          sum = fma(dy[((n * p.gridHeight + oy) * p.gridWidth + ox) * outs + o], w[(i * p.tapsAcross + j) * outs + o], sum);
        }
      }
    }
  }
  dx[id] = sum;
}`;

// One invocation an element of the filter and slab of output rows.
const FILTER_GRADIENT = `${buffers("x", "dy", "partial")}
${mainCode(64)}
  if (id >= p.count) { return; }
  let outs = p.channels * p.multiplier; let size = p.tapsDown * p.tapsAcross * outs;
  let o = id % outs; let c = o / p.multiplier; let tap = (id % size) / outs; let slab = id / size;
  let i = tap / p.tapsAcross; let j = tap % p.tapsAcross;
  var sum = 0.0;
  for (var row = slab * p.rows; row < min((slab + 1) * p.rows, p.batch * p.gridHeight); row++) {
    let v = (row % p.gridHeight) * p.strideDown + i - p.top; let n = row / p.gridHeight;
    for (var ox = 0; ox < p.gridWidth; ox++) {
      let u = ox * p.strideAcross + j - p.left;
      if (v >= 0 && v < p.height && u >= 0 && u < p.width) {
        sum = fma(x[((n * p.height + v) * p.width + u) * p.channels + c], dy[(row * p.gridWidth + ox) * outs + o], sum);
      }
    }
  }
  partial[id] = sum;
}`;

/** Output pixels that one invocation adds. */
const SLAB_PIXELS = 256;

/** tfjs's own, for dilated convolutions; its module is imported so that it is there. */
const STOCK = tf.getKernel("DepthwiseConv2dNative", "webgpu");

/** `DepthwiseConv2dNative`: inputs x, filter. */
export function depthwiseOnDevice(call: KernelCall): TensorInfo | TensorInfo[] {
  const { backend, inputs, attributes } = call;
  if (!isPlain(attributes)) return STOCK!.kernelFunc(stockCall(call));
  const { x, filter } = inputs as { x: TensorInfo; filter: TensorInfo };
  const [settings, output] = layoutOf(attributes, x.shape as Shape4D, filter.shape as Shape4D);
  const y = deviceOutput(backend, [x.shape[0]!, ...output, filter.shape[2]! * filter.shape[3]!]);
  run(backend, ["depthwise", FORWARD], [x, filter, y], settings, sizeOf(y.shape));
  return y;
}

/** `DepthwiseConv2dNativeBackpropInput`: inputs dy, filter; attribute inputShape. */
export function depthwiseInputGradientOnDevice({ backend, inputs, attributes }: KernelCall): TensorInfo | TensorInfo[] {
  const { dy, filter } = inputs as { dy: TensorInfo; filter: TensorInfo }, shape = attributes.inputShape as Shape4D;
  const [settings] = layoutOf(attributes, shape, filter.shape as Shape4D), dx = deviceOutput(backend, shape);
  run(backend, ["depthwise input", INPUT_GRADIENT], [dy, filter, dx], settings, sizeOf(shape));
  return dx;
}

/** `DepthwiseConv2dNativeBackpropFilter`: inputs x, dy; attribute filterShape. */
export function depthwiseFilterGradientOnDevice(
  { backend, inputs, attributes }: KernelCall,
): TensorInfo | TensorInfo[] {
  const { x, dy } = inputs as { x: TensorInfo; dy: TensorInfo }, shape = attributes.filterShape as Shape4D;
  const [settings, [oh, ow]] = layoutOf(attributes, x.shape as Shape4D, shape);
  const rows = Math.max(1, Math.floor(SLAB_PIXELS / ow)), slabs = Math.ceil(x.shape[0]! * oh / rows);
  const partial = scratch(backend, slabs * sizeOf(shape));
  run(backend, ["depthwise filter", FILTER_GRADIENT], [x, dy, partial], settings, slabs * sizeOf(shape), rows);
  return sumSlabs(backend, partial, slabs, deviceOutput(backend, shape));
}

function run(
  backend: unknown,
  [key, code]: readonly [string, string],
  tensors: readonly TensorInfo[],
  settings: readonly number[],
  count: number,
  rows = 0,
): void {
  dispatch(backend, { key, code: () => code }, tensors, [...settings, count, rows], flatGroups(Math.ceil(count / 64)));
}

/** Settings without the count, and the height and width of the output. */
function layoutOf(
  attributes: Readonly<Record<string, unknown>>,
  input: Shape4D,
  filter: Shape4D,
): [settings: number[], output: [number, number]] {
  const g = convGeometry(attributes, input, filter, true);
  return [[...input, filter[3], ...g.filter, ...g.strides, g.top, g.left, ...g.output], g.output];
}

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((a, b) => a * b, 1);
}
