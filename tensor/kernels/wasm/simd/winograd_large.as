// Winograd's F(4×4, 3×3): tiles of 6×6 inputs and 4×4 outputs, four times fewer multiplications than the convolution has
// (A. Lavin and S. Gray, https://arxiv.org/abs/1509.09308), interpolated at 0, ±√½, ±√2 and ∞, which rounds several times
// less than 0, ±1, ±2 and ∞. Channels are a multiple of four; transformed tiles are [36, tiles, channels]; `temp` is room
// for 36 vectors.

const SMALL: f32 = 0.7071067811865476, LARGE: f32 = 1.4142135623730951;

// Inputs: Bᵀ d B of every tile, zeros outside the image.
export function winogradLargeInput(
  x: usize, to: usize, temp: usize, batch: i32, height: i32, columns: i32, channels: i32, top: i32, left: i32, down: i32,
  across: i32,
): void {
  const width = <usize>channels << 2, line = <usize>columns * width, plane = <usize>(batch * down * across) * width;
  for (let n = 0; n < batch; n++, x += <usize>height * line) {
    for (let ty = 0; ty < down; ty++) {
      const v = 4 * ty - top;
      for (let tx = 0; tx < across; tx++, to += width) {
        const u = 4 * tx - left, inside = v >= 0 && u >= 0 && v + 6 <= height && u + 6 <= columns;
        for (let c: usize = 0; c < width; c += 16) {
          for (let j = 0; j < 6; j++) {
            let d0: v128, d1: v128, d2: v128, d3: v128, d4: v128, d5: v128;
            if (inside) {
              const at = x + <usize>v * line + <usize>(u + j) * width + c;
              d0 = v128.load(at), d1 = v128.load(at + line), d2 = v128.load(at + 2 * line);
              d3 = v128.load(at + 3 * line), d4 = v128.load(at + 4 * line), d5 = v128.load(at + 5 * line);
            } else {
              const base = x + c, w = u + j;
              d0 = pickLarge(base, v, w, height, columns, width), d1 = pickLarge(base, v + 1, w, height, columns, width);
              d2 = pickLarge(base, v + 2, w, height, columns, width), d3 = pickLarge(base, v + 3, w, height, columns, width);
              d4 = pickLarge(base, v + 4, w, height, columns, width), d5 = pickLarge(base, v + 5, w, height, columns, width);
            }
            inputLine(temp + (<usize>j << 4), 96, d0, d1, d2, d3, d4, d5);
          }
          for (let i: usize = 0; i < 6; i++) {
            const at = temp + 96 * i;
            inputLine(
              to + c + 6 * i * plane, plane, v128.load(at), v128.load(at, 16), v128.load(at, 32), v128.load(at, 48),
              v128.load(at, 64), v128.load(at, 80),
            );
          }
        }
      }
    }
  }
}

// @ts-ignore: decorator
@inline
function pickLarge(base: usize, v: i32, u: i32, height: i32, columns: i32, width: usize): v128 {
  if (v < 0 || u < 0 || v >= height || u >= columns) return f32x4.splat(0);
  return v128.load(base + (<usize>v * columns + u) * width);
}

// Bᵀ d, stored `step` bytes apart.
// @ts-ignore: decorator
@inline
function inputLine(to: usize, step: usize, d0: v128, d1: v128, d2: v128, d3: v128, d4: v128, d5: v128): void {
  const two = f32x4.splat(2), half = f32x4.splat(0.5), both = f32x4.splat(2.5);
  const a = f32x4.sub(d4, f32x4.mul(two, d2)), b = f32x4.mul(f32x4.splat(SMALL), f32x4.sub(d3, f32x4.mul(two, d1)));
  const e = f32x4.sub(d4, f32x4.mul(half, d2)), f = f32x4.mul(f32x4.splat(LARGE), f32x4.sub(d3, f32x4.mul(half, d1)));
  v128.store(to, f32x4.sub(f32x4.add(d0, d4), f32x4.mul(both, d2)));
  v128.store(to + step, f32x4.add(a, b));
  v128.store(to + 2 * step, f32x4.sub(a, b));
  v128.store(to + 3 * step, f32x4.add(e, f));
  v128.store(to + 4 * step, f32x4.sub(e, f));
  v128.store(to + 5 * step, f32x4.sub(f32x4.add(d1, d5), f32x4.mul(both, d3)));
}

// Filters: G g Gᵀ; [3, 3, in, out] → [36, in, out]; `size` floats are in·out, a multiple of four.
export function winogradLargeFilter(w: usize, to: usize, temp: usize, size: i32): void {
  const plane = <usize>size << 2;
  for (let i: usize = 0; i < plane; i += 16) {
    for (let j: usize = 0; j < 3; j++) {
      const at = w + i + j * plane;
      filterLine(temp + (j << 4), 48, v128.load(at), v128.load(at + 3 * plane), v128.load(at + 6 * plane));
    }
    for (let row: usize = 0; row < 6; row++) {
      const at = temp + 48 * row;
      filterLine(to + i + 6 * row * plane, plane, v128.load(at), v128.load(at, 16), v128.load(at, 32));
    }
  }
}

// G g, stored `step` bytes apart.
// @ts-ignore: decorator
@inline
function filterLine(to: usize, step: usize, g0: v128, g1: v128, g2: v128): void {
  const third = f32x4.splat(1.0 / 3.0);
  const a = f32x4.mul(f32x4.add(f32x4.add(g0, g0), g2), third), b = f32x4.mul(g1, f32x4.splat(LARGE / 3.0));
  const e = f32x4.mul(f32x4.add(f32x4.mul(g0, f32x4.splat(0.5)), g2), third), f = f32x4.mul(g1, f32x4.splat(LARGE / 6.0));
  v128.store(to, g0);
  v128.store(to + step, f32x4.neg(f32x4.add(a, b)));
  v128.store(to + 2 * step, f32x4.sub(b, a));
  v128.store(to + 3 * step, f32x4.add(e, f));
  v128.store(to + 4 * step, f32x4.sub(e, f));
  v128.store(to + 5 * step, g2);
}

// Outputs: Aᵀ m A of every tile.
export function winogradLargeOutput(
  m: usize, y: usize, temp: usize, batch: i32, height: i32, columns: i32, channels: i32, down: i32, across: i32,
): void {
  const width = <usize>channels << 2, line = <usize>columns * width, plane = <usize>(batch * down * across) * width;
  for (let n = 0; n < batch; n++, y += <usize>height * line) {
    for (let ty = 0; ty < down; ty++) {
      const rows = min(4, height - 4 * ty);
      for (let tx = 0; tx < across; tx++, m += width) {
        const at = y + <usize>(4 * ty) * line + <usize>(4 * tx) * width, wide = min(4, columns - 4 * tx);
        for (let c: usize = 0; c < width; c += 16) {
          for (let j: usize = 0; j < 6; j++) {
            const p = m + c + j * plane, step = 6 * plane;
            outputLine(
              temp + (j << 4), 96, 4, v128.load(p), v128.load(p + step), v128.load(p + 2 * step), v128.load(p + 3 * step),
              v128.load(p + 4 * step), v128.load(p + 5 * step),
            );
          }
          for (let i = 0; i < rows; i++) {
            const p = temp + 96 * <usize>i;
            outputLine(
              at + c + <usize>i * line, width, wide, v128.load(p), v128.load(p, 16), v128.load(p, 32), v128.load(p, 48),
              v128.load(p, 64), v128.load(p, 80),
            );
          }
        }
      }
    }
  }
}

// The first `count` of Aᵀ m, stored `step` bytes apart.
// @ts-ignore: decorator
@inline
function outputLine(to: usize, step: usize, count: i32, m0: v128, m1: v128, m2: v128, m3: v128, m4: v128, m5: v128): void {
  const s = f32x4.add(m1, m2), d = f32x4.sub(m1, m2), p = f32x4.add(m3, m4), q = f32x4.sub(m3, m4);
  v128.store(to, f32x4.add(f32x4.add(m0, s), p));
  if (count > 1) v128.store(to + step, f32x4.add(f32x4.mul(f32x4.splat(SMALL), d), f32x4.mul(f32x4.splat(LARGE), q)));
  if (count > 2) v128.store(to + 2 * step, f32x4.add(f32x4.mul(f32x4.splat(0.5), s), f32x4.mul(f32x4.splat(2), p)));
  if (count > 3) {
    const far = f32x4.add(f32x4.mul(f32x4.splat(SMALL / 2), d), f32x4.mul(f32x4.splat(2 * LARGE), q));
    v128.store(to + 3 * step, f32x4.add(far, m5));
  }
}
