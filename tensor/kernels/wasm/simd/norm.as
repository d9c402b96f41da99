// Batch normalisation over rows: statistics, the pass that applies them, and the two passes of its gradient. Sums run
// in float32 over a block of rows, then in float64.
import { activate, activateLanes, flush } from "./lanes";

const BLOCK: i32 = 64;

// Sums of x − x₀ and (x − x₀)² by channel, x₀ the first row; `sums` holds 2·channels float64 zeros.
export function normSums(x: usize, rows: i32, channels: i32, sums: usize): void {
  const width = <usize>channels << 2, squares = sums + (<usize>channels << 3);
  for (let first = 0; first < rows; first += BLOCK) {
    const count = min(BLOCK, rows - first), base = x + <usize>first * width;
    let c: usize = 0;
    for (; c + 16 <= width; c += 16) {
      const shift = v128.load(x + c);
      let sum = f32x4.splat(0), square = f32x4.splat(0), at = base + c;
      for (let row = 0; row < count; row++, at += width) {
        const value = f32x4.sub(v128.load(at), shift);
        sum = f32x4.add(sum, value);
        square = f32x4.add(square, f32x4.mul(value, value));
      }
      flush(sums + (c << 1), sum);
      flush(squares + (c << 1), square);
    }
    for (; c < width; c += 4) {
      const shift = load<f32>(x + c);
      let sum: f32 = 0, square: f32 = 0, at = base + c;
      for (let row = 0; row < count; row++, at += width) {
        const value = load<f32>(at) - shift;
        sum += value;
        square += value * value;
      }
      store<f64>(sums + (c << 1), load<f64>(sums + (c << 1)) + <f64>sum);
      store<f64>(squares + (c << 1), load<f64>(squares + (c << 1)) + <f64>square);
    }
  }
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
