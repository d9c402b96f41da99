// Batch normalisation followed by an activation and 2×2 max pooling with stride 2, and its gradient: the normalised
// values are made again from x, and the first maximum in row-major order receives the gradient.
import { activate, activateLanes, flush } from "./lanes";

export function normPoolApply(
  x: usize, y: usize, batch: i32, height: i32, columns: i32, channels: i32,
  mean: usize, scale: usize, beta: usize, slope: usize,
): void {
  const width = <usize>channels << 2, down = <usize>columns * width, oh = height >> 1, ow = columns >> 1;
  for (let n = 0; n < batch; n++) {
    for (let oy = 0; oy < oh; oy++) {
      let at = x + (<usize>(n * height + 2 * oy)) * down;
      for (let ox = 0; ox < ow; ox++, at += width << 1, y += width) {
        let c: usize = 0;
        for (; c + 16 <= width; c += 16) {
          const m = v128.load(mean + c), a = v128.load(scale + c), b = v128.load(beta + c);
          const corner = at + c;
          let p = f32x4.add(f32x4.mul(f32x4.sub(v128.load(corner), m), a), b);
          let q = f32x4.add(f32x4.mul(f32x4.sub(v128.load(corner + width), m), a), b);
          let r = f32x4.add(f32x4.mul(f32x4.sub(v128.load(corner + down), m), a), b);
          let s = f32x4.add(f32x4.mul(f32x4.sub(v128.load(corner + down + width), m), a), b);
          if (slope) {
            const k = v128.load(slope + c);
            p = activateLanes(p, k), q = activateLanes(q, k), r = activateLanes(r, k), s = activateLanes(s, k);
          }
          v128.store(y + c, f32x4.max(f32x4.max(p, q), f32x4.max(r, s)));
        }
        for (; c < width; c += 4) {
          const m = load<f32>(mean + c), a = load<f32>(scale + c), b = load<f32>(beta + c), corner = at + c;
          const k: f32 = slope ? load<f32>(slope + c) : 1;
          const p = activate((load<f32>(corner) - m) * a + b, k);
          const q = activate((load<f32>(corner + width) - m) * a + b, k);
          const r = activate((load<f32>(corner + down) - m) * a + b, k);
          const s = activate((load<f32>(corner + down + width) - m) * a + b, k);
          store<f32>(y + c, max(max(p, q), max(r, s)));
        }
      }
    }
  }
}

// Sums of dz, dz·(x − mean) and dy·min(z, 0) over the maxima; `sums` holds 3·channels float64 zeros.
export function normPoolGradSums(
  x: usize, dy: usize, batch: i32, height: i32, columns: i32, channels: i32,
  mean: usize, scale: usize, beta: usize, slope: usize, sums: usize,
): void {
  const width = <usize>channels << 2, down = <usize>columns * width, oh = height >> 1, ow = columns >> 1;
  const second = sums + (width << 1), third = second + (width << 1), zero = f32x4.splat(0), one = f32x4.splat(1);
  for (let n = 0; n < batch; n++) {
    for (let oy = 0; oy < oh; oy++) {
      const base = x + (<usize>(n * height + 2 * oy)) * down, from = dy + (<usize>((n * oh + oy) * ow)) * width;
      let c: usize = 0;
      for (; c + 16 <= width; c += 16) {
        const m = v128.load(mean + c), a = v128.load(scale + c), b = v128.load(beta + c);
        const k = slope ? v128.load(slope + c) : one;
        let s1 = zero, s2 = zero, s3 = zero, corner = base + c, gradient = from + c;
        for (let ox = 0; ox < ow; ox++, corner += width << 1, gradient += width) {
          let x0 = f32x4.sub(v128.load(corner), m), best = f32x4.add(f32x4.mul(x0, a), b), y0 = activateLanes(best, k);
          for (let i = 1; i < 4; i++) {
            const x1 = f32x4.sub(v128.load(corner + (i & 1 ? width : 0) + (i & 2 ? down : 0)), m);
            const z1 = f32x4.add(f32x4.mul(x1, a), b), y1 = activateLanes(z1, k), larger = f32x4.gt(y1, y0);
            x0 = v128.bitselect(x1, x0, larger);
            best = v128.bitselect(z1, best, larger);
            y0 = v128.bitselect(y1, y0, larger);
          }
          const g = v128.load(gradient), positive = f32x4.gt(best, zero);
          const dz = v128.bitselect(g, f32x4.mul(g, k), positive);
          s1 = f32x4.add(s1, dz);
          s2 = f32x4.add(s2, f32x4.mul(dz, x0));
          s3 = f32x4.add(s3, v128.andnot(f32x4.mul(g, best), positive));
        }
        flush(sums + (c << 1), s1);
        flush(second + (c << 1), s2);
        flush(third + (c << 1), s3);
      }
      for (; c < width; c += 4) {
        const m = load<f32>(mean + c), a = load<f32>(scale + c), b = load<f32>(beta + c);
        const k: f32 = slope ? load<f32>(slope + c) : 1;
        let s1: f32 = 0, s2: f32 = 0, s3: f32 = 0, corner = base + c, gradient = from + c;
        for (let ox = 0; ox < ow; ox++, corner += width << 1, gradient += width) {
          let x0 = load<f32>(corner) - m, best = x0 * a + b, y0 = activate(best, k);
          for (let i = 1; i < 4; i++) {
            const x1 = load<f32>(corner + (i & 1 ? width : 0) + (i & 2 ? down : 0)) - m, z1 = x1 * a + b;
            const y1 = activate(z1, k);
            if (y1 > y0) x0 = x1, best = z1, y0 = y1;
          }
          const g = load<f32>(gradient);
          let dz = g;
          if (!(best > 0)) dz = g * k, s3 += g * best;
          s1 += dz;
          s2 += dz * x0;
        }
        store<f64>(sums + (c << 1), load<f64>(sums + (c << 1)) + <f64>s1);
        store<f64>(second + (c << 1), load<f64>(second + (c << 1)) + <f64>s2);
        store<f64>(third + (c << 1), load<f64>(third + (c << 1)) + <f64>s3);
      }
    }
  }
}

// dx = tilt·(x − mean) + level, and at the maxima scale·dz more.
export function normPoolGradApply(
  x: usize, dy: usize, dx: usize, batch: i32, height: i32, columns: i32, channels: i32,
  mean: usize, scale: usize, beta: usize, slope: usize, tilt: usize, level: usize,
): void {
  const width = <usize>channels << 2, down = <usize>columns * width, oh = height >> 1, ow = columns >> 1;
  const one = f32x4.splat(1), zero = f32x4.splat(0), image = <usize>height * down;
  for (let n = 0; n < batch; n++, x += image, dx += image) {
    for (let oy = 0; oy < oh; oy++) {
      for (let ox = 0; ox < ow; ox++, dy += width) {
        const at = (<usize>(2 * oy)) * down + (<usize>(2 * ox)) * width;
        let c: usize = 0;
        for (; c + 16 <= width; c += 16) {
          const m = v128.load(mean + c), a = v128.load(scale + c), b = v128.load(beta + c);
          const k = slope ? v128.load(slope + c) : one, t = v128.load(tilt + c), l = v128.load(level + c);
          const p = at + c, q = p + width, r = p + down, s = r + width;
          const xp = f32x4.sub(v128.load(x + p), m), xq = f32x4.sub(v128.load(x + q), m);
          const xr = f32x4.sub(v128.load(x + r), m), xs = f32x4.sub(v128.load(x + s), m);
          const zp = f32x4.add(f32x4.mul(xp, a), b), zq = f32x4.add(f32x4.mul(xq, a), b);
          const zr = f32x4.add(f32x4.mul(xr, a), b), zs = f32x4.add(f32x4.mul(xs, a), b);
          const yp = activateLanes(zp, k), yq = activateLanes(zq, k);
          const yr = activateLanes(zr, k), ys = activateLanes(zs, k);
          const top = f32x4.gt(yq, yp), low = f32x4.gt(ys, yr);
          const yt = v128.bitselect(yq, yp, top), yl = v128.bitselect(ys, yr, low), lower = f32x4.gt(yl, yt);
          const best = v128.bitselect(v128.bitselect(zs, zr, low), v128.bitselect(zq, zp, top), lower);
          const g = f32x4.mul(v128.load(dy + c), a);
          const gradient = v128.bitselect(g, f32x4.mul(g, k), f32x4.gt(best, zero));
          const upper = v128.andnot(gradient, lower), under = v128.and(gradient, lower);
          const rp = f32x4.add(f32x4.mul(xp, t), l), rq = f32x4.add(f32x4.mul(xq, t), l);
          const rr = f32x4.add(f32x4.mul(xr, t), l), rs = f32x4.add(f32x4.mul(xs, t), l);
          v128.store(dx + p, f32x4.add(rp, v128.andnot(upper, top)));
          v128.store(dx + q, f32x4.add(rq, v128.and(upper, top)));
          v128.store(dx + r, f32x4.add(rr, v128.andnot(under, low)));
          v128.store(dx + s, f32x4.add(rs, v128.and(under, low)));
        }
        for (; c < width; c += 4) {
          const m = load<f32>(mean + c), a = load<f32>(scale + c), b = load<f32>(beta + c);
          const k: f32 = slope ? load<f32>(slope + c) : 1, t = load<f32>(tilt + c), l = load<f32>(level + c);
          const corner = at + c;
          let where: usize = 0, best: f32 = 0, y0: f32 = 0;
          for (let i = 0; i < 4; i++) {
            const offset = (i & 1 ? width : 0) + (i & 2 ? down : 0), centred = load<f32>(x + corner + offset) - m;
            const z = centred * a + b, y = activate(z, k);
            if (i == 0 || y > y0) where = offset, best = z, y0 = y;
            store<f32>(dx + corner + offset, centred * t + l);
          }
          let g = load<f32>(dy + c) * a;
          if (!(best > 0)) g *= k;
          store<f32>(dx + corner + where, load<f32>(dx + corner + where) + g);
        }
      }
    }
    // What pooling leaves out: an odd last row and column.
    for (let row = 0; row < height; row++) {
      const outside = row >= 2 * oh;
      for (let column = outside ? 0 : 2 * ow; column < columns; column++) {
        const at = (<usize>row) * down + (<usize>column) * width;
        for (let c: usize = 0; c < width; c += 4) {
          const centred = load<f32>(x + at + c) - load<f32>(mean + c);
          store<f32>(dx + at + c, centred * load<f32>(tilt + c) + load<f32>(level + c));
        }
      }
    }
  }
}
