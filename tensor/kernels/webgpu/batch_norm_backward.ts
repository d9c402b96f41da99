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

/** WGSL of every pixel's gradient, an invocation a pixel. */
function applyToPixels({ slope }: BatchNormVariant): string {
  return `
  let c = id % p.lanes;
  let scale = load_coefficients(c);
  let centred = load_x(id) - load_mean(c);
  // Named even where no slope needs it: a binding that no code names is none.
  let z = fma(centred, scale, load_beta(c));
  let g = load_dy(id);
  let dz = ${slope ? "select(load_slope(c) * g, g, z > V(0.0))" : "g"};
  store_dx(id, fma(dz, scale, fma(centred, load_coefficients(c + p.lanes), load_coefficients(c + 2 * p.lanes))));`;
}

/** WGSL of the same behind pooling, an invocation a window of four pixels, so that each is read once. */
function applyToWindows(variant: BatchNormVariant): string {
  const each = (code: (place: number) => string) => [0, 1, 2, 3].map(code).join("\n  ");
  return `
  let c = id % p.lanes;
  let columns = (p.width + 1) / 2; let rows = (p.height + 1) / 2;
  let ox = (id / p.lanes) % columns; let q = (id / p.lanes) / columns;
  let oy = q % rows; let n = q / rows;
  let corner = ((n * p.height + 2 * oy) * p.width + 2 * ox) * p.lanes + c;
  // An odd edge belongs to no window: its pixels have no gradient of their own.
  let inside0 = true;
  let inside1 = 2 * ox + 1 < p.width;
  let inside2 = 2 * oy + 1 < p.height;
  let inside3 = inside1 && inside2;
  let mean = load_mean(c);
  let beta = load_beta(c);
  let scale = load_coefficients(c);
  ${
    each((place) => `
  let at${place} = corner + select(0, ${place & 1} * p.lanes + ${place >> 1} * p.width * p.lanes, inside${place});
  let centred${place} = load_x(at${place}) - mean;
  let z${place} = fma(centred${place}, scale, beta);
  let value${place} = ${activation(variant, `z${place}`, "c")};`)
  }
  // The first maximum in row-major order.
  var winner = V(0.0);
  var highest = value0;
  ${
    [1, 2, 3].map((place) => `
  winner = select(winner, V(${place}.0), value${place} > highest);
  highest = select(highest, value${place}, value${place} > highest);`).join("")
  }
  var g = V(0.0);
  if (inside3) { g = load_dy(((n * (p.height / 2) + oy) * (p.width / 2) + ox) * p.lanes + c); }
  let tilt = load_coefficients(c + p.lanes);
  let level = load_coefficients(c + 2 * p.lanes);
  ${
    each((place) => `
  if (inside${place}) {
    let own = ${variant.slope ? `select(load_slope(c) * g, g, z${place} > V(0.0))` : "g"};
    let dz = select(V(0.0), own, winner == V(${place}.0));
    store_dx(at${place}, fma(dz, scale, fma(centred${place}, tilt, level)));
  }`)
  }`;
}

/** dx = scale·dz + tilt·(x − μ) + level: bindings x, dy, mean, beta, coefficients, dx, slope?. */
export function BACKWARD_APPLY(variant: BatchNormVariant): string {
  const { elements, slope, pool } = variant;
  return `alias V = ${valueType(variant.vector)};
${declareBuffer(0, "x", elements)}
${declareBuffer(1, "dy", elements)}
${vectors(variant, 2, ["mean", "beta", "coefficients"])}
${declareBuffer(5, "dx", elements, "write")}
${slope ? vectors(variant, 6, ["slope"]) : ""}
${settings(slope ? 7 : 6, "lanes: i32, size: i32, height: i32, width: i32")}
${mainCode(64)}
  if (id >= p.size) { return; }
  ${pool ? applyToWindows(variant) : applyToPixels(variant)}
}`;
}
