/**
 * The shaders of batch normalisation. Channels are the fastest dimension: an invocation has one channel, or four.
 *
 * @module
 */
import { declareBuffer, type Elements, mainCode, valueType } from "./storage.ts";

/** What a shader is specialised to. */
export interface BatchNormVariant {
  /** Whether an invocation has four channels. */
  readonly vector: boolean;
  /** Storage of x, y and their gradients. */
  readonly elements: Elements;
  /** Whether a PReLU follows. */
  readonly slope: boolean;
  /** Whether a residual is added. */
  readonly residual: boolean;
  /** Whether 2×2 pooling follows. */
  readonly pool: boolean;
}

/** Buffers of small float32 vectors, by fours or one by one. */
function vectors(
  variant: BatchNormVariant,
  first: number,
  names: readonly string[],
  written: readonly string[] = [],
): string {
  const elements = variant.vector ? "vec4" : "f32";
  return names.map((name, i) => declareBuffer(first + i, name, elements, written.includes(name) ? "write" : "read"))
    .join("\n");
}

function settings(binding: number, fields: string): string {
  return `struct Settings { ${fields} };\n@group(0) @binding(${binding}) var<uniform> p: Settings;`;
}

/** Activation, its argument given. */
function activation({ slope }: BatchNormVariant, z: string, channel: string): string {
  return slope ? `select(load_slope(${channel}) * ${z}, ${z}, ${z} > V(0.0))` : z;
}

/** Partial sums of x − x₀ and its square: bindings x, partial. */
export function FORWARD_SUMS(variant: BatchNormVariant): string {
  return `alias V = ${valueType(variant.vector)};
${declareBuffer(0, "x", variant.elements)}
${vectors(variant, 1, ["partial"], ["partial"])}
${settings(2, "lanes: i32, rows: i32, chunk: i32, chunks: i32")}
${mainCode(64)}
  if (id >= p.lanes * p.chunks) { return; }
  let c = id % p.lanes;
  let first = (id / p.lanes) * p.chunk;
  let shift = load_x(c);
  var sum = V(0.0);
  var square = V(0.0);
  for (var row = first; row < min(first + p.chunk, p.rows); row++) {
    let value = load_x(row * p.lanes + c) - shift;
    sum += value;
    square = fma(value, value, square);
  }
  let to = (id / p.lanes) * 2 * p.lanes + c;
  store_partial(to, sum);
  store_partial(to + p.lanes, square);
}`;
}

/** WGSL that adds a column of partial sums with compensation. */
function total(name: string, count: number, index: number): string {
  return `
  var ${name} = V(0.0);
  var ${name}Lost = V(0.0);
  for (var chunk = 0; chunk < p.chunks; chunk++) {
    let value = load_partial((chunk * ${count} + ${index}) * p.lanes + c);
    let next = ${name} + value;
    ${name}Lost += select((value - next) + ${name}, (${name} - next) + value, abs(${name}) >= abs(value));
    ${name} = next;
  }
  ${name} += ${name}Lost;`;
}

/** Mean, biased variance and γ/√(σ² + ε): bindings partial, x, gamma, mean, variance, scale. */
export function FORWARD_COMBINE(variant: BatchNormVariant): string {
  return `alias V = ${valueType(variant.vector)};
${vectors(variant, 0, ["partial"])}
${declareBuffer(1, "x", variant.elements)}
${vectors(variant, 2, ["gamma", "mean", "variance", "scale"], ["mean", "variance", "scale"])}
${settings(6, "lanes: i32, rows: i32, chunks: i32, rest: i32, epsilon: f32")}
${mainCode(64)}
  if (id >= p.lanes) { return; }
  let c = id;
  ${total("sum", 2, 0)}
  ${total("square", 2, 1)}
  let shifted = sum / f32(p.rows);
  let variance = max(square / f32(p.rows) - shifted * shifted, V(0.0));
  store_mean(c, load_x(c) + shifted);
  store_variance(c, variance);
  store_scale(c, load_gamma(c) / sqrt(variance + p.epsilon));
}`;
}

/** The result: bindings x, mean, scale, beta, y, then slope and residual if there are any. */
export function FORWARD_APPLY(variant: BatchNormVariant): string {
  const { elements, slope, residual, pool } = variant;
  const at = (place: string) => activation(variant, `z(${place}, c)`, "c");
  const value = pool
    ? `let corner = pooled(i) * p.lanes + c; let down = p.width * p.lanes;
  var y = max(max(${at("corner")}, ${at("corner + p.lanes")}), max(${at("corner + down")}, ${
      at("corner + down + p.lanes")
    }));`
    : `var y = ${at("id")};`;
  return `alias V = ${valueType(variant.vector)};
${declareBuffer(0, "x", elements)}
${vectors(variant, 1, ["mean", "scale", "beta"])}
${declareBuffer(4, "y", elements, "write")}
${slope ? vectors(variant, 5, ["slope"]) : ""}
${residual ? declareBuffer(slope ? 6 : 5, "residual", elements) : ""}
${settings(5 + Number(slope) + Number(residual), "lanes: i32, size: i32, height: i32, width: i32")}
${NORMALISE}
${pool ? POOLED : ""}
${mainCode(64)}
  if (id >= p.size) { return; }
  let c = id % p.lanes;
  let i = id / p.lanes;
  ${value}
  ${residual ? "y += load_residual(id);" : ""}
  store_y(id, y);
}`;
}

const NORMALISE = `
fn z(at: i32, c: i32) -> V { return fma(load_x(at) - load_mean(c), load_scale(c), load_beta(c)); }`;

// The upper left pixel under a pooled one.
const POOLED = `
fn pooled(i: i32) -> i32 {
  let columns = p.width / 2; let rows = p.height / 2;
  let ox = i % columns; let q = i / columns;
  return (q / rows * p.height + 2 * (q % rows)) * p.width + 2 * ox;
}`;

/** Partial sums of dz, dz·(x − μ), dy·min(z, 0): bindings x, dy, gamma, beta, mean, variance, partial, slope?. */
export function BACKWARD_SUMS(variant: BatchNormVariant): string {
  const { elements, slope, pool } = variant;
  const pick = pool
    ? `
    let corner = pooled(i) * p.lanes + c; let down = p.width * p.lanes;
    var centred = load_x(corner) - mean;
    var best = fma(centred, scale, beta);
    var level = ${activation(variant, "best", "c")};
    for (var place = 1; place < 4; place++) {
      let other = load_x(corner + (place & 1) * p.lanes + (place >> 1) * down) - mean;
      let z = fma(other, scale, beta);
      let value = ${activation(variant, "z", "c")};
      let larger = value > level;
      centred = select(centred, other, larger);
      best = select(best, z, larger);
      level = select(level, value, larger);
    }`
    : `
    let centred = load_x(i * p.lanes + c) - mean;
    let best = fma(centred, scale, beta);`;
  return `alias V = ${valueType(variant.vector)};
${declareBuffer(0, "x", elements)}
${declareBuffer(1, "dy", elements)}
${vectors(variant, 2, ["gamma", "beta", "mean", "variance", "partial"], ["partial"])}
${slope ? vectors(variant, 7, ["slope"]) : ""}
${settings(slope ? 8 : 7, "lanes: i32, rows: i32, chunk: i32, chunks: i32, height: i32, width: i32, epsilon: f32")}
${pool ? POOLED : ""}
${mainCode(64)}
  if (id >= p.lanes * p.chunks) { return; }
  let c = id % p.lanes;
  let first = (id / p.lanes) * p.chunk;
  let mean = load_mean(c);
  let beta = load_beta(c);
  let scale = load_gamma(c) / sqrt(load_variance(c) + p.epsilon);
  var s1 = V(0.0);
  var s2 = V(0.0);
  var s3 = V(0.0);
  for (var i = first; i < min(first + p.chunk, p.rows); i++) {
    ${pick}
    let g = load_dy(i * p.lanes + c);
    ${slope ? "let dz = select(load_slope(c) * g, g, best > V(0.0));\n    s3 += g * min(best, V(0.0));" : "let dz = g;"}
    s1 += dz;
    s2 = fma(dz, centred, s2);
  }
  let to = (id / p.lanes) * 3 * p.lanes + c;
  store_partial(to, s1);
  store_partial(to + p.lanes, s2);
  store_partial(to + 2 * p.lanes, s3);
}`;
}

/** Gradients of the vectors and what dx needs: bindings partial, gamma, variance, coefficients, dGamma, dBeta, dSlope?. */
export function BACKWARD_COMBINE(variant: BatchNormVariant): string {
  const outputs = ["coefficients", "dGamma", "dBeta", ...variant.slope ? ["dSlope"] : []];
  return `alias V = ${valueType(variant.vector)};
${vectors(variant, 0, ["partial", "gamma", "variance", ...outputs], outputs)}
${settings(3 + outputs.length, "lanes: i32, rows: i32, chunks: i32, rest: i32, epsilon: f32")}
${mainCode(64)}
  if (id >= p.lanes) { return; }
  let c = id;
  ${total("s1", 3, 0)}
  ${total("s2", 3, 1)}
  ${variant.slope ? total("s3", 3, 2) + "\n  store_dSlope(c, s3);" : ""}
  let inverse = 1.0 / sqrt(load_variance(c) + p.epsilon);
  let scale = load_gamma(c) * inverse;
  store_dGamma(c, s2 * inverse);
  store_dBeta(c, s1);
  store_coefficients(c, scale);
  store_coefficients(c + p.lanes, -scale * inverse * inverse * s2 / f32(p.rows));
  store_coefficients(c + 2 * p.lanes, -scale * s1 / f32(p.rows));
}`;
}

/** dx = scale·dz + tilt·(x − μ) + level: bindings x, dy, mean, beta, coefficients, dx, slope?. */
export function BACKWARD_APPLY(variant: BatchNormVariant): string {
  const { elements, slope, pool } = variant;
  const gradient = pool
    ? `
  let x = i % p.width; let q = i / p.width; let y = q % p.height; let n = q / p.height;
  let columns = p.width / 2; let rows = p.height / 2;
  var dz = V(0.0);
  if (x < 2 * columns && y < 2 * rows) {
    let corner = ((n * p.height + (y & ~1)) * p.width + (x & ~1)) * p.lanes + c;
    let own = (x & 1) + 2 * (y & 1);
    let mine = ${activation(variant, "here", "c")};
    // The first maximum in row-major order: nothing before it is as large, nothing after it larger.
    var first = mine == mine;
    for (var place = 0; place < 4; place++) {
      let z = value(corner + (place & 1) * p.lanes + (place >> 1) * p.width * p.lanes, c);
      let other = ${activation(variant, "z", "c")};
      if (place < own) { first = first & (mine > other); }
      if (place > own) { first = first & (mine >= other); }
    }
    let g = load_dy(((n * rows + y / 2) * columns + x / 2) * p.lanes + c);
    dz = select(V(0.0), ${slope ? "select(load_slope(c) * g, g, here > V(0.0))" : "g"}, first);
  }`
    : `
  let g = load_dy(id);
  let dz = ${slope ? "select(load_slope(c) * g, g, here > V(0.0))" : "g"};`;
  return `alias V = ${valueType(variant.vector)};
${declareBuffer(0, "x", elements)}
${declareBuffer(1, "dy", elements)}
${vectors(variant, 2, ["mean", "beta", "coefficients"])}
${declareBuffer(5, "dx", elements, "write")}
${slope ? vectors(variant, 6, ["slope"]) : ""}
${settings(slope ? 7 : 6, "lanes: i32, size: i32, height: i32, width: i32")}
fn value(at: i32, c: i32) -> V { return fma(load_x(at) - load_mean(c), load_coefficients(c), load_beta(c)); }
${mainCode(64)}
  if (id >= p.size) { return; }
  let c = id % p.lanes;
  let i = id / p.lanes;
  let centred = load_x(id) - load_mean(c);
  let scale = load_coefficients(c);
  let here = fma(centred, scale, load_beta(c));
  ${gradient}
  store_dx(id, fma(dz, scale, fma(centred, load_coefficients(c + p.lanes), load_coefficients(c + 2 * p.lanes))));
}`;
}
