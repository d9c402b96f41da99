// Gradients of a depthwise convolution: channel c of the input makes channels c·multiplier … of the output.
import { flush } from "./lanes";

// In the input: every pixel gathers from the outputs that its window taps reached.
export function depthwiseInputGrad(
  dy: usize, w: usize, dx: usize, batch: i32, height: i32, columns: i32, channels: i32, multiplier: i32,
  kh: i32, kw: i32, sy: i32, sx: i32, top: i32, left: i32, oh: i32, ow: i32,
): void {
  const out = channels * multiplier, line = <usize>out << 2;
  for (let n = 0; n < batch; n++) {
    for (let v = 0; v < height; v++) {
      for (let u = 0; u < columns; u++, dx += <usize>channels << 2) {
        memory.fill(dx, 0, <usize>channels << 2);
        for (let i = 0; i < kh; i++) {
          const a = v + top - i, oy = a / sy;
          if (a < 0 || oy * sy != a || oy >= oh) continue;
          for (let j = 0; j < kw; j++) {
            const b = u + left - j, ox = b / sx;
            if (b < 0 || ox * sx != b || ox >= ow) continue;
            const from = dy + <usize>((n * oh + oy) * ow + ox) * line, taps = w + <usize>(i * kw + j) * line;
            let c = 0;
            if (multiplier == 1) {
              for (; c + 4 <= channels; c += 4) {
                const at = <usize>c << 2, product = f32x4.mul(v128.load(from + at), v128.load(taps + at));
                v128.store(dx + at, f32x4.add(v128.load(dx + at), product));
              }
            }
            for (; c < channels; c++) {
              let sum: f32 = load<f32>(dx + (<usize>c << 2));
              for (let m = 0; m < multiplier; m++) {
                const at = <usize>(c * multiplier + m) << 2;
                sum += load<f32>(from + at) * load<f32>(taps + at);
              }
              store<f32>(dx + (<usize>c << 2), sum);
            }
          }
        }
      }
    }
  }
}

// In the filter; `sums` holds kh·kw·channels·multiplier float64 zeros.
export function depthwiseFilterGrad(
  x: usize, dy: usize, sums: usize, batch: i32, height: i32, columns: i32, channels: i32, multiplier: i32,
  kh: i32, kw: i32, sy: i32, sx: i32, top: i32, left: i32, oh: i32, ow: i32,
): void {
  const out = channels * multiplier, line = <usize>out << 2, width = <usize>channels << 2;
  for (let n = 0; n < batch; n++) {
    for (let oy = 0; oy < oh; oy++) {
      for (let i = 0; i < kh; i++) {
        const v = oy * sy + i - top;
        if (v < 0 || v >= height) continue;
        for (let j = 0; j < kw; j++) {
          const to = sums + (<usize>((i * kw + j) * out) << 3);
          // The outputs of this row whose tap lies inside the image.
          let first = 0, end = ow;
          while (first < ow && first * sx + j - left < 0) first++;
          while (end > first && (end - 1) * sx + j - left >= columns) end--;
          const from = x + <usize>((n * height + v) * columns) * width, gradient = dy + <usize>((n * oh + oy) * ow) * line;
          let c = 0;
          if (multiplier == 1) {
            for (; c + 4 <= channels; c += 4) {
              const at = <usize>c << 2;
              let sum = f32x4.splat(0);
              for (let ox = first; ox < end; ox++) {
                const value = v128.load(from + <usize>(ox * sx + j - left) * width + at);
                sum = f32x4.add(sum, f32x4.mul(value, v128.load(gradient + <usize>ox * line + at)));
              }
              flush(to + (at << 1), sum);
            }
          }
          for (; c < channels; c++) {
            for (let m = 0; m < multiplier; m++) {
              const o = c * multiplier + m;
              let sum: f32 = 0;
              for (let ox = first; ox < end; ox++) {
                const value = load<f32>(from + <usize>(ox * sx + j - left) * width + (<usize>c << 2));
                sum += value * load<f32>(gradient + <usize>ox * line + (<usize>o << 2));
              }
              const at = to + (<usize>o << 3);
              store<f64>(at, load<f64>(at) + <f64>sum);
            }
          }
        }
      }
    }
  }
}
