/**
 * WGSL of depthwise convolutions. Where every channel has one filter and there are a multiple of four, an invocation
 * does four channels at once, and `channels` counts fours.
 *
 * @module
 */
import { declareBuffer, type Elements, mainCode, valueType } from "./storage.ts";

/** Neighbouring outputs of one invocation, which share what they read. */
export const STRIP = 4;

const SETTINGS = `
struct Settings {
  height: i32, width: i32, channels: i32, multiplier: i32, strideDown: i32, strideAcross: i32, top: i32, left: i32,
  gridHeight: i32, gridWidth: i32, count: i32, rows: i32, images: i32,
};`;

/** The shape of a filter, which the code is written for. */
export interface DepthwiseCode {
  /** Whether channels go by fours. */
  readonly vector: boolean;
  /** Height and width of the filter. */
  readonly taps: readonly [number, number];
  /** What the two inputs and the output hold, in the order of the buffers; halves only where channels go by fours. */
  readonly elements: readonly [Elements, Elements, Elements];
}

function head({ elements }: DepthwiseCode, ...[a, b, out]: readonly [string, string, string]): string {
  return `${SETTINGS}
${declareBuffer(0, a, elements[0])}
${declareBuffer(1, b, elements[1])}
${declareBuffer(2, out, elements[2], "write")}
@group(0) @binding(3) var<uniform> p: Settings;
${mainCode(64)}
  if (id >= p.count) { return; }
  let outs = p.channels * p.multiplier;`;
}

/** The input at column `u` of the line at `start`, 0 outside it. */
function inside(vector: boolean, u: string): string {
  const value = `load_x((start + clamp(${u}, 0, p.width - 1)) * p.channels + c)`;
  return `select(${valueType(vector)}(0.0), ${value}, ${u} >= 0 && ${u} < p.width)`;
}

const range = (count: number) => Array.from({ length: count }, (_, i) => i);

/**
 * `y[n, oy, ox, o] = Σ x[n, oy·stride + i − top, ox·stride + j − left, o/multiplier]·w[i, j, o]`, a strip of ox an
 * invocation.
 *
 * @param across Step between neighbouring outputs.
 * @param turned Whether the filter is turned by 180°, for the gradient in the input.
 */
export function forwardCode(code: DepthwiseCode, across: number, turned: boolean): string {
  const { vector, taps: [kh, kw] } = code;
  const columns = [...new Set(range(STRIP).flatMap((t) => range(kw).map((j) => t * across + j)))];
  const tap = (i: number, j: number) => turned ? kh * kw - 1 - (i * kw + j) : i * kw + j;
  const line = (i: number) => `
  { let v = oy * p.strideDown + ${i} - p.top;
    if (v >= 0 && v < p.height) {
      let start = (n * p.height + v) * p.width;
      ${range(kw).map((j) => `let w${j} = load_w(${tap(i, j)} * outs + o);`).join(" ")}
      ${columns.map((j) => `let u${j} = first + ${j}; let x${j} = ${inside(vector, `u${j}`)};`).join("\n      ")}
      ${range(STRIP).flatMap((t) => range(kw).map((j) => `s${t} += x${t * across + j} * w${j};`)).join(" ")}
    }
  }`;
  return `${head(code, "x", "w", "y")}
  let o = id % outs; let c = o / p.multiplier; let q = id / outs;
  let strips = (p.gridWidth + ${STRIP - 1}) / ${STRIP};
  let ox = (q % strips) * ${STRIP}; let oy = (q / strips) % p.gridHeight; let n = q / (strips * p.gridHeight);
  let first = ox * p.strideAcross - p.left;
  ${range(STRIP).map((t) => `var s${t} = ${valueType(vector)}(0.0);`).join(" ")}
  ${range(kh).map(line).join("")}
  let to = (n * p.gridHeight + oy) * p.gridWidth + ox;
  ${range(STRIP).map((t) => `if (ox + ${t} < p.gridWidth) { store_y((to + ${t}) * outs + o, s${t}); }`).join("\n  ")}
}`;
}

/** The gradient in the input, whatever the strides: a pixel an invocation. */
export function spreadCode(code: DepthwiseCode): string {
  const { vector, taps: [kh, kw] } = code;
  return `${head(code, "dy", "w", "dx")}
  let c = id % p.channels; let q = id / p.channels;
  let u = q % p.width; let v = (q / p.width) % p.height; let n = q / (p.width * p.height);
  var sum = ${valueType(vector)}(0.0);
  for (var i = (v + p.top) % p.strideDown; i < ${kh}; i += p.strideDown) {
    let oy = (v + p.top - i) / p.strideDown;
    if (v + p.top < i || oy >= p.gridHeight) { continue; }
    for (var j = (u + p.left) % p.strideAcross; j < ${kw}; j += p.strideAcross) {
      let ox = (u + p.left - j) / p.strideAcross;
      if (u + p.left < j || ox >= p.gridWidth) { continue; }
      let start = ((n * p.gridHeight + oy) * p.gridWidth + ox) * outs; let tap = (i * ${kw} + j) * outs;
      for (var o = c * p.multiplier; o < (c + 1) * p.multiplier; o++) { sum += load_dy(start + o) * load_w(tap + o); }
    }
  }
  store_dx(id, sum);
}`;
}

/** The gradient in the filter: a line of taps of a channel and a slab of output lines an invocation. */
export function filterGradientCode(code: DepthwiseCode): string {
  const { vector, taps: [kh, kw] } = code;
  const taps = range(kw);
  return `${head(code, "x", "dy", "partial")}
  let o = id % outs; let c = o / p.multiplier; let i = (id / outs) % ${kh}; let slab = id / (${kh} * outs);
  ${taps.map((j) => `var s${j} = ${valueType(vector)}(0.0);`).join(" ")}
  for (var row = slab * p.rows; row < min((slab + 1) * p.rows, p.images * p.gridHeight); row++) {
    let v = (row % p.gridHeight) * p.strideDown + i - p.top;
    if (v < 0 || v >= p.height) { continue; }
    let start = (row / p.gridHeight * p.height + v) * p.width;
    for (var ox = 0; ox < p.gridWidth; ox++) {
      let g = load_dy((row * p.gridWidth + ox) * outs + o); let first = ox * p.strideAcross - p.left;
      ${taps.map((j) => `{ let u = first + ${j}; s${j} += g * ${inside(vector, "u")}; }`).join("\n      ")}
    }
  }
  ${taps.map((j) => `store_partial(((slab * ${kh} + i) * ${kw} + ${j}) * outs + o, s${j});`).join("\n  ")}
}`;
}
