/**
 * The shaders of batch normalisation's backward pass: partial sums by chunks of rows, their totals, the gradient in x.
 *
 * @module
 */
import { activation, type BatchNormVariant, POOLED, settings, total, TREE, vectors } from "./batch_norm_code.ts";
import { declareBuffer, mainCode, valueType } from "./storage.ts";

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

/** WGSL of a column of partial sums as a term of {@link total}. */
function column(count: number, index: number): string {
  return `let value = load_partial((chunk * ${count} + ${index}) * p.lanes + c);`;
}

/** Gradients of the vectors and what dx needs: bindings partial, gamma, variance, coefficients, dGamma, dBeta, dSlope?. */
export function BACKWARD_COMBINE(variant: BatchNormVariant): string {
  const outputs = ["coefficients", "dGamma", "dBeta", ...variant.slope ? ["dSlope"] : []];
  return `alias V = ${valueType(variant.vector)};
${vectors(variant, 0, ["partial", "gamma", "variance", ...outputs], outputs)}
${settings(3 + outputs.length, "lanes: i32, rows: i32, chunks: i32, rest: i32, epsilon: f32")}
${TREE}
${mainCode(64)}
  let c = i32(group.x);
  ${total("s1", column(3, 0))}
  ${total("s2", column(3, 1))}
  ${variant.slope ? total("s3", column(3, 2)) : ""}
  if (lane > 0u) { return; }
  let root = sqrt(load_variance(c) + p.epsilon);
  let inverse = 1.0 / root;
  // As the other shaders compute it: all must find the same maxima and signs.
  let scale = load_gamma(c) / root;
  ${variant.slope ? "store_dSlope(c, s3);" : ""}
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
