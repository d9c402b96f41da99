// Gradients of the parametric ReLU; `sums` holds `channels` float64 zeros.
import { flush } from "./lanes";

const BLOCK: i32 = 64;

export function preluGrad(x: usize, dy: usize, dx: usize, rows: i32, channels: i32, slope: usize, sums: usize): void {
  const width = <usize>channels << 2, zero = f32x4.splat(0);
  for (let first = 0; first < rows; first += BLOCK) {
    const count = min(BLOCK, rows - first), base = <usize>first * width;
    let c: usize = 0;
    for (; c + 16 <= width; c += 16) {
      const k = v128.load(slope + c);
      let sum = zero, at = base + c;
      for (let row = 0; row < count; row++, at += width) {
        const value = v128.load(x + at), g = v128.load(dy + at), positive = f32x4.gt(value, zero);
        v128.store(dx + at, v128.bitselect(g, f32x4.mul(g, k), positive));
        sum = f32x4.add(sum, v128.andnot(f32x4.mul(g, value), positive));
      }
      flush(sums + (c << 1), sum);
    }
    for (; c < width; c += 4) {
      let sum: f32 = 0, at = base + c;
      for (let row = 0; row < count; row++, at += width) {
        const value = load<f32>(x + at), g = load<f32>(dy + at);
        if (value > 0) store<f32>(dx + at, g);
        else store<f32>(dx + at, g * load<f32>(slope + c)), sum += g * value;
      }
      store<f64>(sums + (c << 1), load<f64>(sums + (c << 1)) + <f64>sum);
    }
  }
}
