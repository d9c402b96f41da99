// The class side: log-sum-exp and softmax over rows of raw products P, with logits z_j = s · inverse_j · P_j + bias_j.
// A sample's own column takes no part in sums and gets a gradient of its own.
import { loadLanes } from "./lanes";

// Columns whose maximum is taken before their exponentials, while they are in the first-level cache.
const BLOCK: i32 = 512;

// e^x for x ≤ 0, to 1 ulp: 2ⁿ · p(r) with x = n ln 2 + r and Cephes' polynomial; 0 below −87.3, where floats end; NaN stays.
// @ts-ignore: decorator
@inline
function expLanes(x: v128): v128 {
  const low = f32x4.splat(-87.33654), tiny = f32x4.lt(x, low);
  const c = f32x4.max(x, low);
  const n = f32x4.nearest(f32x4.mul(c, f32x4.splat(1.4426950408889634)));
  const near = f32x4.sub(c, f32x4.mul(n, f32x4.splat(0.693359375)));
  const r = f32x4.sub(near, f32x4.mul(n, f32x4.splat(-2.12194440e-4)));
  let p = f32x4.splat(1.9875691500e-4);
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(1.3981999507e-3));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(8.3334519073e-3));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(4.1665795894e-2));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(1.6666665459e-1));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(5.0000001201e-1));
  p = f32x4.add(f32x4.mul(p, f32x4.mul(r, r)), f32x4.add(r, f32x4.splat(1)));
  const power = i32x4.shl(i32x4.add(i32x4.trunc_sat_f32x4_s(n), i32x4.splat(127)), 23);
  return v128.andnot(f32x4.mul(p, power), tiny);
}

// @ts-ignore: decorator
@inline
function expOne(x: f32): f32 {
  return f32x4.extract_lane(expLanes(f32x4.splat(x)), 0);
}

// @ts-ignore: decorator
@inline
function logitLanes(p: usize, inverse: usize, bias: usize, j: usize, s: v128): v128 {
  const z = f32x4.mul(f32x4.mul(loadLanes(inverse + j), s), loadLanes(p + j));
  return bias ? f32x4.add(z, loadLanes(bias + j)) : z;
}

// @ts-ignore: decorator
@inline
function logit(p: usize, inverse: usize, bias: usize, j: usize, s: f32): f32 {
  const z = load<f32>(inverse + j) * s * load<f32>(p + j);
  return bias ? z + load<f32>(bias + j) : z;
}

// @ts-ignore: decorator
@inline
function sumLanes(x: v128): f64 {
  return <f64>f32x4.extract_lane(x, 0) + <f64>f32x4.extract_lane(x, 1) + <f64>f32x4.extract_lane(x, 2) +
    <f64>f32x4.extract_lane(x, 3);
}

// @ts-ignore: decorator
@inline
function maxLanes(x: v128): f32 {
  return max(
    max(f32x4.extract_lane(x, 0), f32x4.extract_lane(x, 1)),
    max(f32x4.extract_lane(x, 2), f32x4.extract_lane(x, 3)),
  );
}

// Maximum and sum of exponentials of a row so far.
let top: f32 = 0;
let total: f64 = 0;

// Adds the columns from `from` to `end` to `top` and `total`; both are byte offsets.
function scan(p: usize, inverse: usize, bias: usize, from: usize, end: usize, s: f32): void {
  const scale = f32x4.splat(s);
  for (let start = from; start < end; start += <usize>BLOCK << 2) {
    const stop = min(start + (<usize>BLOCK << 2), end);
    let j = start, highest = top;
    let lanes = f32x4.splat(top);
    for (; j + 16 <= stop; j += 16) lanes = f32x4.pmax(lanes, logitLanes(p, inverse, bias, j, scale));
    highest = maxLanes(lanes);
    for (; j < stop; j += 4) highest = max(highest, logit(p, inverse, bias, j, s));
    if (highest > top) total *= <f64>expOne(top - highest);
    top = highest;
    const offset = f32x4.splat(top);
    let sum = f32x4.splat(0);
    for (j = start; j + 16 <= stop; j += 16) {
      sum = f32x4.add(sum, expLanes(f32x4.sub(logitLanes(p, inverse, bias, j, scale), offset)));
    }
    total += sumLanes(sum);
    for (; j < stop; j += 4) total += <f64>expOne(logit(p, inverse, bias, j, s) - top);
  }
}

// Maximum and sum of e^(z − maximum) of each row over all columns but its own, after those `before` (or 0).
export function classStatistics(
  p: usize, inverse: usize, bias: usize, labels: usize, before: usize, out: usize,
  batch: i32, n: i32, first: i32, s: f32,
): void {
  const row = <usize>n << 2;
  for (let i = 0; i < batch; i++) {
    const at = p + <usize>i * row, pair = <usize>i << 3;
    const own = load<i32>(labels + (<usize>i << 2)) - first;
    top = before ? load<f32>(before + pair) : -f32.MAX_VALUE;
    total = before ? <f64>load<f32>(before + pair, 4) : 0;
    if (own < 0 || own >= n) {
      scan(at, inverse, bias, 0, row, s);
    } else {
      scan(at, inverse, bias, 0, <usize>own << 2, s);
      scan(at, inverse, bias, <usize>(own + 1) << 2, row, s);
    }
    store<f32>(out + pair, top);
    store<f32>(out + pair, <f32>total, 4);
  }
}

// Gradient in P: weight_i · e^(z − lse_i) · s · inverse_j, in a row's own column target_i · s · inverse_j. In place if
// `out` is `p`.
export function classGradient(
  p: usize, inverse: usize, bias: usize, labels: usize, lse: usize, weight: usize, target: usize, out: usize,
  batch: i32, n: i32, first: i32, s: f32,
): void {
  const row = <usize>n << 2, scale = f32x4.splat(s), zero = f32x4.splat(0);
  for (let i = 0; i < batch; i++) {
    const from = p + <usize>i * row, to = out + <usize>i * row, k = <usize>i << 2;
    const own = load<i32>(labels + k) - first, offset = load<f32>(lse + k), w = load<f32>(weight + k) * s;
    const offsets = f32x4.splat(offset), weights = f32x4.splat(w);
    let j: usize = 0;
    for (; j + 16 <= row; j += 16) {
      const share = expLanes(f32x4.pmin(f32x4.sub(logitLanes(from, inverse, bias, j, scale), offsets), zero));
      v128.store(to + j, f32x4.mul(f32x4.mul(share, weights), loadLanes(inverse + j)));
    }
    for (; j < row; j += 4) {
      const share = expOne(min<f32>(logit(from, inverse, bias, j, s) - offset, 0));
      store<f32>(to + j, share * w * load<f32>(inverse + j));
    }
    if (own >= 0 && own < n) {
      const column = <usize>own << 2;
      store<f32>(to + column, load<f32>(target + k) * s * load<f32>(inverse + column));
    }
  }
}

// @ts-ignore: decorator
@inline
function dot(a: usize, b: usize, bytes: usize): f64 {
  let sum0 = f32x4.splat(0), sum1 = f32x4.splat(0), sum2 = f32x4.splat(0), sum3 = f32x4.splat(0);
  let j: usize = 0;
  for (; j + 64 <= bytes; j += 64) {
    sum0 = f32x4.add(sum0, f32x4.mul(v128.load(a + j), v128.load(b + j)));
    sum1 = f32x4.add(sum1, f32x4.mul(v128.load(a + j, 16), v128.load(b + j, 16)));
    sum2 = f32x4.add(sum2, f32x4.mul(v128.load(a + j, 32), v128.load(b + j, 32)));
    sum3 = f32x4.add(sum3, f32x4.mul(v128.load(a + j, 48), v128.load(b + j, 48)));
  }
  let total = sumLanes(f32x4.add(f32x4.add(sum0, sum1), f32x4.add(sum2, sum3)));
  for (; j < bytes; j += 4) total += <f64>load<f32>(a + j) * <f64>load<f32>(b + j);
  return total;
}

// 1 / max(‖row‖, smallest) of each row.
export function inverseNorms(x: usize, out: usize, rows: i32, d: i32, smallest: f32): void {
  const bytes = <usize>d << 2;
  for (let i = 0; i < rows; i++) {
    const at = x + <usize>i * bytes;
    store<f32>(out + (<usize>i << 2), <f32>(1 / Math.max(Math.sqrt(dot(at, at, bytes)), <f64>smallest)));
  }
}

// g − ŵ (ŵ·g) of each row, g itself where 1 / ‖w‖ is not below `limit`. In place if `out` is `g`.
export function tangentRows(
  g: usize, x: usize, inverse: usize, out: usize, rows: i32, d: i32, limit: f32,
): void {
  const bytes = <usize>d << 2;
  for (let i = 0; i < rows; i++) {
    const from = g + <usize>i * bytes, w = x + <usize>i * bytes, to = out + <usize>i * bytes;
    const inverted = load<f32>(inverse + (<usize>i << 2));
    const radial = inverted < limit ? <f32>(dot(from, w, bytes) * <f64>inverted * <f64>inverted) : 0;
    const lanes = f32x4.splat(radial);
    let j: usize = 0;
    for (; j + 16 <= bytes; j += 16) {
      v128.store(to + j, f32x4.sub(v128.load(from + j), f32x4.mul(v128.load(w + j), lanes)));
    }
    for (; j < bytes; j += 4) store<f32>(to + j, load<f32>(from + j) - load<f32>(w + j) * radial);
  }
}

// Copies rows of `bytes` bytes: the rows of x in the order of `rows`, or back to them.
export function gatherRows(x: usize, rows: usize, out: usize, count: i32, bytes: i32): void {
  for (let i = 0; i < count; i++) {
    const row = load<i32>(rows + (<usize>i << 2));
    memory.copy(out + <usize>i * bytes, x + <usize>row * bytes, bytes);
  }
}

export function scatterRows(values: usize, rows: usize, out: usize, count: i32, bytes: i32): void {
  for (let i = 0; i < count; i++) {
    const row = load<i32>(rows + (<usize>i << 2));
    memory.copy(out + <usize>row * bytes, values + <usize>i * bytes, bytes);
  }
}
