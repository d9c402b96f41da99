// Winograd's F(2×2, 3×3): a 3×3 convolution of stride 1 as sixteen products a tile of 4×4 inputs and 2×2 outputs, with
// 2.25 times fewer multiplications (A. Lavin and S. Gray, https://arxiv.org/abs/1509.09308). Channels are a multiple of
// four; transformed tiles are [16, tiles, channels].

// Inputs: Bᵀ d B of every tile, zeros outside the image.
export function winogradInput(
  x: usize, to: usize, batch: i32, height: i32, columns: i32, channels: i32, top: i32, left: i32, down: i32, across: i32,
): void {
  const width = <usize>channels << 2, line = <usize>columns * width, plane = <usize>(batch * down * across) * width;
  for (let n = 0; n < batch; n++, x += <usize>height * line) {
    for (let ty = 0; ty < down; ty++) {
      const v = 2 * ty - top;
      for (let tx = 0; tx < across; tx++, to += width) {
        const u = 2 * tx - left, inside = v >= 0 && u >= 0 && v + 4 <= height && u + 4 <= columns;
        for (let c: usize = 0; c < width; c += 16) {
          let d00: v128, d01: v128, d02: v128, d03: v128, d10: v128, d11: v128, d12: v128, d13: v128;
          let d20: v128, d21: v128, d22: v128, d23: v128, d30: v128, d31: v128, d32: v128, d33: v128;
          if (inside) {
            const at = x + <usize>v * line + <usize>u * width + c, b = at + line, e = b + line, f = e + line;
            d00 = v128.load(at), d01 = v128.load(at + width), d02 = v128.load(at + 2 * width), d03 = v128.load(at + 3 * width);
            d10 = v128.load(b), d11 = v128.load(b + width), d12 = v128.load(b + 2 * width), d13 = v128.load(b + 3 * width);
            d20 = v128.load(e), d21 = v128.load(e + width), d22 = v128.load(e + 2 * width), d23 = v128.load(e + 3 * width);
            d30 = v128.load(f), d31 = v128.load(f + width), d32 = v128.load(f + 2 * width), d33 = v128.load(f + 3 * width);
          } else {
            const base = x + c;
            d00 = pick(base, v, u, height, columns, width), d01 = pick(base, v, u + 1, height, columns, width);
            d02 = pick(base, v, u + 2, height, columns, width), d03 = pick(base, v, u + 3, height, columns, width);
            d10 = pick(base, v + 1, u, height, columns, width), d11 = pick(base, v + 1, u + 1, height, columns, width);
            d12 = pick(base, v + 1, u + 2, height, columns, width), d13 = pick(base, v + 1, u + 3, height, columns, width);
            d20 = pick(base, v + 2, u, height, columns, width), d21 = pick(base, v + 2, u + 1, height, columns, width);
            d22 = pick(base, v + 2, u + 2, height, columns, width), d23 = pick(base, v + 2, u + 3, height, columns, width);
            d30 = pick(base, v + 3, u, height, columns, width), d31 = pick(base, v + 3, u + 1, height, columns, width);
            d32 = pick(base, v + 3, u + 2, height, columns, width), d33 = pick(base, v + 3, u + 3, height, columns, width);
          }
          let p = to + c;
          p = inputRow(p, plane, f32x4.sub(d00, d20), f32x4.sub(d01, d21), f32x4.sub(d02, d22), f32x4.sub(d03, d23));
          p = inputRow(p, plane, f32x4.add(d10, d20), f32x4.add(d11, d21), f32x4.add(d12, d22), f32x4.add(d13, d23));
          p = inputRow(p, plane, f32x4.sub(d20, d10), f32x4.sub(d21, d11), f32x4.sub(d22, d12), f32x4.sub(d23, d13));
          inputRow(p, plane, f32x4.sub(d10, d30), f32x4.sub(d11, d31), f32x4.sub(d12, d32), f32x4.sub(d13, d33));
        }
      }
    }
  }
}

// @ts-ignore: decorator
@inline
function pick(base: usize, v: i32, u: i32, height: i32, columns: i32, width: usize): v128 {
  if (v < 0 || u < 0 || v >= height || u >= columns) return f32x4.splat(0);
  return v128.load(base + (<usize>v * columns + u) * width);
}

// @ts-ignore: decorator
@inline
function inputRow(to: usize, plane: usize, a: v128, b: v128, c: v128, d: v128): usize {
  v128.store(to, f32x4.sub(a, c));
  v128.store(to + plane, f32x4.add(b, c));
  v128.store(to + 2 * plane, f32x4.sub(c, b));
  v128.store(to + 3 * plane, f32x4.sub(b, d));
  return to + 4 * plane;
}

// Filters: G g Gᵀ; [3, 3, in, out] → [16, in, out]; `size` floats are in·out, a multiple of four.
export function winogradFilter(w: usize, to: usize, size: i32): void {
  const plane = <usize>size << 2, half = f32x4.splat(0.5);
  for (let i: usize = 0; i < plane; i += 16) {
    for (let row = 0; row < 4; row++) {
      let g0: v128, g1: v128, g2: v128;
      const at = w + i;
      if (row == 0 || row == 3) {
        const from = at + (row ? 6 * plane : 0);
        g0 = v128.load(from), g1 = v128.load(from + plane), g2 = v128.load(from + 2 * plane);
      } else {
        const sign = f32x4.splat(row == 1 ? 0.5 : -0.5);
        g0 = mixed(at, plane, half, sign), g1 = mixed(at + plane, plane, half, sign), g2 = mixed(at + 2 * plane, plane, half, sign);
      }
      const p = to + i + <usize>(4 * row) * plane, outer = f32x4.mul(f32x4.add(g0, g2), half), inner = f32x4.mul(g1, half);
      v128.store(p, g0);
      v128.store(p + plane, f32x4.add(outer, inner));
      v128.store(p + 2 * plane, f32x4.sub(outer, inner));
      v128.store(p + 3 * plane, g2);
    }
  }
}

// (first + third)/2 ± second/2 of three rows of a filter.
// @ts-ignore: decorator
@inline
function mixed(at: usize, plane: usize, half: v128, sign: v128): v128 {
  const outer = f32x4.mul(f32x4.add(v128.load(at), v128.load(at + 6 * plane)), half);
  return f32x4.add(outer, f32x4.mul(v128.load(at + 3 * plane), sign));
}

// Outputs: Aᵀ m A of every tile.
export function winogradOutput(
  m: usize, y: usize, batch: i32, height: i32, columns: i32, channels: i32, down: i32, across: i32,
): void {
  const width = <usize>channels << 2, line = <usize>columns * width, plane = <usize>(batch * down * across) * width;
  for (let n = 0; n < batch; n++, y += <usize>height * line) {
    for (let ty = 0; ty < down; ty++) {
      for (let tx = 0; tx < across; tx++, m += width) {
        const right = 2 * tx + 1 < columns, under = 2 * ty + 1 < height;
        const at = y + <usize>(2 * ty) * line + <usize>(2 * tx) * width;
        for (let c: usize = 0; c < width; c += 16) {
          let s0 = f32x4.splat(0), s1 = s0, t0 = s0, t1 = s0;
          for (let row = 0; row < 4; row++) {
            const p = m + c + <usize>(4 * row) * plane;
            const a = v128.load(p), b = v128.load(p + plane), d = v128.load(p + 2 * plane), e = v128.load(p + 3 * plane);
            const first = f32x4.add(a, f32x4.add(b, d)), second = f32x4.sub(f32x4.sub(b, d), e);
            if (row < 3) s0 = f32x4.add(s0, first), s1 = f32x4.add(s1, second);
            if (row == 1) t0 = first, t1 = second;
            else if (row > 1) t0 = f32x4.sub(t0, first), t1 = f32x4.sub(t1, second);
          }
          v128.store(at + c, s0);
          if (right) v128.store(at + c + width, s1);
          if (under) v128.store(at + c + line, t0);
          if (right && under) v128.store(at + c + line + width, t1);
        }
      }
    }
  }
}

// Gradients of outputs: A dy Aᵀ of every tile, zeros outside.
export function winogradOutputGrad(
  dy: usize, to: usize, batch: i32, height: i32, columns: i32, channels: i32, down: i32, across: i32,
): void {
  const width = <usize>channels << 2, line = <usize>columns * width, plane = <usize>(batch * down * across) * width;
  const zero = f32x4.splat(0);
  for (let n = 0; n < batch; n++, dy += <usize>height * line) {
    for (let ty = 0; ty < down; ty++) {
      for (let tx = 0; tx < across; tx++, to += width) {
        const right = 2 * tx + 1 < columns, under = 2 * ty + 1 < height;
        const at = dy + <usize>(2 * ty) * line + <usize>(2 * tx) * width;
        for (let c: usize = 0; c < width; c += 16) {
          const a = v128.load(at + c), b = right ? v128.load(at + c + width) : zero;
          const d = under ? v128.load(at + c + line) : zero, e = right && under ? v128.load(at + c + line + width) : zero;
          let p = to + c;
          p = gradRow(p, plane, a, b);
          p = gradRow(p, plane, f32x4.add(a, d), f32x4.add(b, e));
          p = gradRow(p, plane, f32x4.sub(a, d), f32x4.sub(b, e));
          gradRow(p, plane, f32x4.neg(d), f32x4.neg(e));
        }
      }
    }
  }
}

// @ts-ignore: decorator
@inline
function gradRow(to: usize, plane: usize, a: v128, b: v128): usize {
  v128.store(to, a);
  v128.store(to + plane, f32x4.add(a, b));
  v128.store(to + 2 * plane, f32x4.sub(a, b));
  v128.store(to + 3 * plane, f32x4.neg(b));
  return to + 4 * plane;
}

// Gradients of filters: Gᵀ u G; [16, in, out] → [3, 3, in, out].
export function winogradFilterGrad(u: usize, dw: usize, size: i32): void {
  const plane = <usize>size << 2, half = f32x4.splat(0.5);
  for (let i: usize = 0; i < plane; i += 16) {
    for (let column = 0; column < 4; column++) {
      const p = u + i + <usize>column * plane;
      const a = v128.load(p), b = v128.load(p + 4 * plane), c = v128.load(p + 8 * plane), d = v128.load(p + 12 * plane);
      const sum = f32x4.mul(f32x4.add(b, c), half), difference = f32x4.mul(f32x4.sub(b, c), half);
      v128.store(p, f32x4.add(a, sum));
      v128.store(p + 4 * plane, difference);
      v128.store(p + 8 * plane, f32x4.add(sum, d));
    }
    for (let row = 0; row < 3; row++) {
      const p = u + i + <usize>(4 * row) * plane, to = dw + i + <usize>(3 * row) * plane;
      const a = v128.load(p), b = v128.load(p + plane), c = v128.load(p + 2 * plane), d = v128.load(p + 3 * plane);
      const sum = f32x4.mul(f32x4.add(b, c), half);
      v128.store(to, f32x4.add(a, sum));
      v128.store(to + plane, f32x4.mul(f32x4.sub(b, c), half));
      v128.store(to + 2 * plane, f32x4.add(sum, d));
    }
  }
}
