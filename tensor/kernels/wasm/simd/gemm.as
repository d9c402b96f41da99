// Matrix products, row-major, in tiles of 4 × 8 sums that stay in registers.

// c ← a·b, or c + a·b where `add` is set: a is [m, k], b is [k, n].
export function multiply(a: usize, b: usize, c: usize, m: i32, n: i32, k: i32, add: i32): void {
  const line = <usize>n << 2, depth = <usize>k << 2;
  let j = 0;
  for (; j + 8 <= n; j += 8) {
    const from = b + (<usize>j << 2), to = c + (<usize>j << 2);
    let i = 0;
    for (; i + 4 <= m; i += 4) {
      let p = a + <usize>i * depth, q = from, r = to + <usize>i * line;
      let s00 = f32x4.splat(0), s01 = s00, s10 = s00, s11 = s00, s20 = s00, s21 = s00, s30 = s00, s31 = s00;
      if (add) {
        s00 = v128.load(r), s01 = v128.load(r, 16);
        s10 = v128.load(r + line), s11 = v128.load(r + line, 16);
        s20 = v128.load(r + 2 * line), s21 = v128.load(r + 2 * line, 16);
        s30 = v128.load(r + 3 * line), s31 = v128.load(r + 3 * line, 16);
      }
      for (const end = p + depth; p < end; p += 4, q += line) {
        const b0 = v128.load(q), b1 = v128.load(q, 16);
        let x = v128.load32_splat(p);
        s00 = f32x4.add(s00, f32x4.mul(x, b0)), s01 = f32x4.add(s01, f32x4.mul(x, b1));
        x = v128.load32_splat(p + depth);
        s10 = f32x4.add(s10, f32x4.mul(x, b0)), s11 = f32x4.add(s11, f32x4.mul(x, b1));
        x = v128.load32_splat(p + 2 * depth);
        s20 = f32x4.add(s20, f32x4.mul(x, b0)), s21 = f32x4.add(s21, f32x4.mul(x, b1));
        x = v128.load32_splat(p + 3 * depth);
        s30 = f32x4.add(s30, f32x4.mul(x, b0)), s31 = f32x4.add(s31, f32x4.mul(x, b1));
      }
      v128.store(r, s00), v128.store(r, s01, 16);
      v128.store(r + line, s10), v128.store(r + line, s11, 16);
      v128.store(r + 2 * line, s20), v128.store(r + 2 * line, s21, 16);
      v128.store(r + 3 * line, s30), v128.store(r + 3 * line, s31, 16);
    }
    for (; i < m; i++) {
      let p = a + <usize>i * depth, q = from, r = to + <usize>i * line;
      let s0 = f32x4.splat(0), s1 = s0;
      if (add) s0 = v128.load(r), s1 = v128.load(r, 16);
      for (const end = p + depth; p < end; p += 4, q += line) {
        const x = v128.load32_splat(p);
        s0 = f32x4.add(s0, f32x4.mul(x, v128.load(q))), s1 = f32x4.add(s1, f32x4.mul(x, v128.load(q, 16)));
      }
      v128.store(r, s0), v128.store(r, s1, 16);
    }
  }
  for (; j < n; j++) {
    for (let i = 0; i < m; i++) {
      let p = a + <usize>i * depth, q = b + (<usize>j << 2), r = c + <usize>i * line + (<usize>j << 2);
      let sum: f32 = add ? load<f32>(r) : 0;
      for (const end = p + depth; p < end; p += 4, q += line) sum += load<f32>(p) * load<f32>(q);
      store<f32>(r, sum);
    }
  }
}

// c ← aᵀ·b, or c + aᵀ·b: a is [k, m], b is [k, n]. The caller keeps k small enough for float32 sums.
export function multiplyTransposed(a: usize, b: usize, c: usize, m: i32, n: i32, k: i32, add: i32): void {
  const line = <usize>n << 2, width = <usize>m << 2;
  let j = 0;
  for (; j + 8 <= n; j += 8) {
    const from = b + (<usize>j << 2), to = c + (<usize>j << 2);
    let i = 0;
    for (; i + 4 <= m; i += 4) {
      let p = a + (<usize>i << 2), q = from, r = to + <usize>i * line;
      let s00 = f32x4.splat(0), s01 = s00, s10 = s00, s11 = s00, s20 = s00, s21 = s00, s30 = s00, s31 = s00;
      for (const end = p + <usize>k * width; p < end; p += width, q += line) {
        const b0 = v128.load(q), b1 = v128.load(q, 16);
        let x = v128.load32_splat(p);
        s00 = f32x4.add(s00, f32x4.mul(x, b0)), s01 = f32x4.add(s01, f32x4.mul(x, b1));
        x = v128.load32_splat(p, 4);
        s10 = f32x4.add(s10, f32x4.mul(x, b0)), s11 = f32x4.add(s11, f32x4.mul(x, b1));
        x = v128.load32_splat(p, 8);
        s20 = f32x4.add(s20, f32x4.mul(x, b0)), s21 = f32x4.add(s21, f32x4.mul(x, b1));
        x = v128.load32_splat(p, 12);
        s30 = f32x4.add(s30, f32x4.mul(x, b0)), s31 = f32x4.add(s31, f32x4.mul(x, b1));
      }
      put(r, s00, s01, add);
      put(r + line, s10, s11, add);
      put(r + 2 * line, s20, s21, add);
      put(r + 3 * line, s30, s31, add);
    }
    for (; i < m; i++) {
      let p = a + (<usize>i << 2), q = from, s0 = f32x4.splat(0), s1 = s0;
      for (const end = p + <usize>k * width; p < end; p += width, q += line) {
        const x = v128.load32_splat(p);
        s0 = f32x4.add(s0, f32x4.mul(x, v128.load(q))), s1 = f32x4.add(s1, f32x4.mul(x, v128.load(q, 16)));
      }
      put(to + <usize>i * line, s0, s1, add);
    }
  }
  for (; j < n; j++) {
    for (let i = 0; i < m; i++) {
      let p = a + (<usize>i << 2), q = b + (<usize>j << 2), sum: f32 = 0;
      for (const end = p + <usize>k * width; p < end; p += width, q += line) sum += load<f32>(p) * load<f32>(q);
      const r = c + <usize>i * line + (<usize>j << 2);
      store<f32>(r, add ? load<f32>(r) + sum : sum);
    }
  }
}

// @ts-ignore: decorator
@inline
function put(to: usize, s0: v128, s1: v128, add: i32): void {
  if (add) s0 = f32x4.add(s0, v128.load(to)), s1 = f32x4.add(s1, v128.load(to, 16));
  v128.store(to, s0), v128.store(to, s1, 16);
}
