// Batch normalisation over rows: statistics, the pass that applies them, and the two passes of its gradient. Sums run
// in float32 over a block of rows, then in float64.
import { activate, activateLanes, flush } from "./lanes";

const BLOCK: i32 = 64;

// Sum of x and sum of (x − mean)² by channel; `sums` holds 2·channels float64 zeros, `shifts` channels float32. A block
// is summed about the mean of the rows before it, the first about its own, and blocks are put together by their means
// (T. Chan, G. Golub, R. LeVeque, 1983): one far row costs no digits of the others.
export function normSums(x: usize, rows: i32, channels: i32, sums: usize, shifts: usize): void {
  const width = <usize>channels << 2, squares = sums + (<usize>channels << 3);
  for (let first = 0; first < rows; first += BLOCK) {
    const count = min(BLOCK, rows - first), base = x + <usize>first * width;
    if (first == 0) blockMeans(x, count, width, shifts);
    else for (let c: usize = 0; c < width; c += 4) store<f32>(shifts + c, <f32>(load<f64>(sums + (c << 1)) / first));
    let c: usize = 0;
    for (; c + 16 <= width; c += 16) {
      const shift = v128.load(shifts + c);
      let sum = f32x4.splat(0), square = f32x4.splat(0), at = base + c;
      for (let row = 0; row < count; row++, at += width) {
        const value = f32x4.sub(v128.load(at), shift);
        sum = f32x4.add(sum, value);
        square = f32x4.add(square, f32x4.mul(value, value));
      }
      const to = sums + (c << 1), up = squares + (c << 1);
      merge(to, up, first, count, f32x4.extract_lane(shift, 0), f32x4.extract_lane(sum, 0), f32x4.extract_lane(square, 0));
      merge(to + 8, up + 8, first, count, f32x4.extract_lane(shift, 1), f32x4.extract_lane(sum, 1), f32x4.extract_lane(square, 1));
      merge(to + 16, up + 16, first, count, f32x4.extract_lane(shift, 2), f32x4.extract_lane(sum, 2), f32x4.extract_lane(square, 2));
      merge(to + 24, up + 24, first, count, f32x4.extract_lane(shift, 3), f32x4.extract_lane(sum, 3), f32x4.extract_lane(square, 3));
    }
    for (; c < width; c += 4) {
      const shift = load<f32>(shifts + c);
      let sum: f32 = 0, square: f32 = 0, at = base + c;
      for (let row = 0; row < count; row++, at += width) {
        const value = load<f32>(at) - shift;
        sum += value;
        square += value * value;
      }
      merge(sums + (c << 1), squares + (c << 1), first, count, shift, sum, square);
    }
  }
}

// Means of a block's columns, near enough to sum about.
function blockMeans(x: usize, count: i32, width: usize, means: usize): void {
  for (let c: usize = 0; c < width; c += 4) {
    let sum: f64 = 0, at = x + c;
    for (let row = 0; row < count; row++, at += width) sum += load<f32>(at);
    store<f32>(means + c, <f32>(sum / count));
  }
}

// Adds a block of `count` rows, summed about `shift`, to the `before` rows of a channel.
function merge(sums: usize, squares: usize, before: i32, count: i32, shift: f32, sum: f32, square: f32): void {
  const total = <f64>shift * count + sum, mean = total / count, n = <f64>before, old = load<f64>(sums);
  let spread = <f64>square - <f64>sum * sum / count;
  if (before > 0) {
    const lead = mean - old / n;
    spread += lead * lead * (n * count / (n + count));
  }
  store<f64>(sums, old + total);
  store<f64>(squares, load<f64>(squares) + spread);
}

// y = activate((x − mean)·scale + beta) + residual; no slopes or no residual where its pointer is 0.
export function normApply(
  x: usize, y: usize, rows: i32, channels: i32,
  mean: usize, scale: usize, beta: usize, slope: usize, residual: usize,
): void {
  const width = <usize>channels << 2;
  for (let row = 0; row < rows; row++, x += width, y += width) {
    let c: usize = 0;
    for (; c + 16 <= width; c += 16) {
      let z = f32x4.add(
        f32x4.mul(f32x4.sub(v128.load(x + c), v128.load(mean + c)), v128.load(scale + c)),
        v128.load(beta + c),
      );
      if (slope) z = activateLanes(z, v128.load(slope + c));
      if (residual) z = f32x4.add(z, v128.load(residual + c));
      v128.store(y + c, z);
    }
    for (; c < width; c += 4) {
      let z = (load<f32>(x + c) - load<f32>(mean + c)) * load<f32>(scale + c) + load<f32>(beta + c);
      if (slope) z = activate(z, load<f32>(slope + c));
      if (residual) z += load<f32>(residual + c);
      store<f32>(y + c, z);
    }
    if (residual) residual += width;
  }
}

// Sums of dz, dz·(x − mean) and, with slopes, dy·min(z, 0); `sums` holds 3·channels float64 zeros.
export function normGradSums(
  x: usize, dy: usize, rows: i32, channels: i32,
  mean: usize, scale: usize, beta: usize, slope: usize, sums: usize,
): void {
  const width = <usize>channels << 2, second = sums + (width << 1), third = second + (width << 1);
  const zero = f32x4.splat(0);
  for (let first = 0; first < rows; first += BLOCK) {
    const count = min(BLOCK, rows - first), base = <usize>first * width;
    let c: usize = 0;
    for (; c + 16 <= width; c += 16) {
      const m = v128.load(mean + c), a = v128.load(scale + c), b = v128.load(beta + c);
      let s1 = zero, s2 = zero, s3 = zero, at = base + c;
      if (slope) {
        const k = v128.load(slope + c);
        for (let row = 0; row < count; row++, at += width) {
          const centred = f32x4.sub(v128.load(x + at), m), z = f32x4.add(f32x4.mul(centred, a), b);
          const g = v128.load(dy + at), positive = f32x4.gt(z, zero);
          const dz = v128.bitselect(g, f32x4.mul(g, k), positive);
          s1 = f32x4.add(s1, dz);
          s2 = f32x4.add(s2, f32x4.mul(dz, centred));
          s3 = f32x4.add(s3, v128.andnot(f32x4.mul(g, z), positive));
        }
        flush(third + (c << 1), s3);
      } else {
        for (let row = 0; row < count; row++, at += width) {
          const g = v128.load(dy + at);
          s1 = f32x4.add(s1, g);
          s2 = f32x4.add(s2, f32x4.mul(g, f32x4.sub(v128.load(x + at), m)));
        }
      }
      flush(sums + (c << 1), s1);
      flush(second + (c << 1), s2);
    }
    for (; c < width; c += 4) {
      const m = load<f32>(mean + c), a = load<f32>(scale + c), b = load<f32>(beta + c);
      let s1: f32 = 0, s2: f32 = 0, s3: f32 = 0, at = base + c;
      for (let row = 0; row < count; row++, at += width) {
        const centred = load<f32>(x + at) - m, z = centred * a + b, g = load<f32>(dy + at);
        let dz = g;
        if (slope && !(z > 0)) {
          dz = g * load<f32>(slope + c);
          s3 += g * z;
        }
        s1 += dz;
        s2 += dz * centred;
      }
      store<f64>(sums + (c << 1), load<f64>(sums + (c << 1)) + <f64>s1);
      store<f64>(second + (c << 1), load<f64>(second + (c << 1)) + <f64>s2);
      store<f64>(third + (c << 1), load<f64>(third + (c << 1)) + <f64>s3);
    }
  }
}

// dx = scale·dz + tilt·(x − mean) + level.
export function normGradApply(
  x: usize, dy: usize, dx: usize, rows: i32, channels: i32,
  mean: usize, scale: usize, beta: usize, slope: usize, tilt: usize, level: usize,
): void {
  const width = <usize>channels << 2, zero = f32x4.splat(0);
  for (let row = 0; row < rows; row++, x += width, dy += width, dx += width) {
    let c: usize = 0;
    for (; c + 16 <= width; c += 16) {
      const a = v128.load(scale + c), centred = f32x4.sub(v128.load(x + c), v128.load(mean + c));
      let dz = v128.load(dy + c);
      if (slope) {
        const z = f32x4.add(f32x4.mul(centred, a), v128.load(beta + c));
        dz = v128.bitselect(dz, f32x4.mul(dz, v128.load(slope + c)), f32x4.gt(z, zero));
      }
      const rest = f32x4.add(f32x4.mul(centred, v128.load(tilt + c)), v128.load(level + c));
      v128.store(dx + c, f32x4.add(f32x4.mul(dz, a), rest));
    }
    for (; c < width; c += 4) {
      const a = load<f32>(scale + c), centred = load<f32>(x + c) - load<f32>(mean + c);
      let dz = load<f32>(dy + c);
      if (slope && !(centred * a + load<f32>(beta + c) > 0)) dz *= load<f32>(slope + c);
      store<f32>(dx + c, dz * a + (centred * load<f32>(tilt + c) + load<f32>(level + c)));
    }
  }
}
