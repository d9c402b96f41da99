/**
 * The shaders of batch normalisation's forward pass: means and deviations of chunks of rows, their combination, the
 * result.
 *
 * Source: T. F. Chan, G. H. Golub, R. J. LeVeque, The American Statistician 37 (1983).
 *
 * @module
 */
import { activation, type BatchNormVariant, POOLED, settings, total, TREE, vectors } from "./batch_norm_code.ts";
import { declareBuffer, mainCode, valueType } from "./storage.ts";

/**
 * Mean and sum of squared deviations of every chunk of rows, about a guess from four of them, so that neither a mean far
 * from 0 nor a single far row costs digits: bindings x, partial.
 */
export function FORWARD_SUMS(variant: BatchNormVariant): string {
  return `alias V = ${valueType(variant.vector)};
${declareBuffer(0, "x", variant.elements)}
${vectors(variant, 1, ["partial"], ["partial"])}
${settings(2, "lanes: i32, rows: i32, chunk: i32, chunks: i32")}
${mainCode(64)}
  if (id >= p.lanes * p.chunks) { return; }
  let c = id % p.lanes;
  let first = (id / p.lanes) * p.chunk;
  let end = min(first + p.chunk, p.rows);
  var guess = V(0.0);
  for (var i = 0; i < 4; i++) { guess += 0.25 * load_x((first + i * (end - 1 - first) / 3) * p.lanes + c); }
  var sum = V(0.0);
  var square = V(0.0);
  for (var row = first; row < end; row++) {
    let value = load_x(row * p.lanes + c) - guess;
    sum += value;
    square = fma(value, value, square);
  }
  let away = sum / f32(end - first);
  let to = (id / p.lanes) * 2 * p.lanes + c;
  store_partial(to, guess + away);
  store_partial(to + p.lanes, max(fma(-away, sum, square), V(0.0)));
}`;
}

const CHUNK = `
    let count = f32(min(p.chunk, p.rows - chunk * p.chunk));
    let mean_here = load_partial(2 * chunk * p.lanes + c);`;

/** Mean, biased variance and γ/√(σ² + ε): bindings partial, gamma, mean, variance, scale. */
export function FORWARD_COMBINE(variant: BatchNormVariant): string {
  const names = ["partial", "gamma", "mean", "variance", "scale"];
  return `alias V = ${valueType(variant.vector)};
${vectors(variant, 0, names, ["mean", "variance", "scale"])}
${settings(5, "lanes: i32, rows: i32, chunk: i32, chunks: i32, epsilon: f32")}
${TREE}
${mainCode(64)}
  let c = i32(group.x);
  let origin = load_partial(c);
  ${total("sum", `${CHUNK}\n    let value = count * (mean_here - origin);`)}
  let mean = origin + sum / f32(p.rows);
  ${
    total(
      "square",
      `${CHUNK}
    let away = mean_here - mean;
    let value = fma(count * away, away, load_partial((2 * chunk + 1) * p.lanes + c));`,
    )
  }
  if (lane > 0u) { return; }
  let variance = square / f32(p.rows);
  store_mean(c, mean);
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
