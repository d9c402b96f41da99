// Matrix products, row-major, in tiles of 4 × 8 sums that stay in registers. Both sides are read from panels packed
// into a room of the caller's, so that neither a long row nor one whose length is a power of two costs the cache.

// Terms of a panel, rows that are gone through before the next eight columns.
const TERMS = 512, ROWS = 128;
// Fewer rows than these are not worth a packed panel of the right side.
const WORTH = 12;

// Bytes of room that a product needs: eight columns of the right side, one tile of sums, the rows of the left side.
export function multiplyRoom(): i32 {
  return 4 * (8 * TERMS + 32 + ROWS * TERMS);
}

// c ← a·b, or c + a·b where `add` is set: a is [m, k], b is [k, n]; sums begin at c.
export function multiply(a: usize, b: usize, c: usize, m: i32, n: i32, k: i32, add: i32, room: usize): void {
  const line = <usize>n << 2, depth = <usize>k << 2;
  for (let first = 0; first == 0 || first < k; first += TERMS) {
    const terms = min(TERMS, k - first), begin = first > 0 ? 1 : add;
    for (let top = 0; top < m; top += ROWS) {
      const left = a + <usize>top * depth + (<usize>first << 2), to = c + <usize>top * line;
      columns(left, depth, 4 * depth, 4, b + <usize>first * line, to, min(ROWS, m - top), n, terms, begin, 0, room);
    }
  }
}

// c ← aᵀ·b, or c + aᵀ·b: a is [k, m], b is [k, n]; the sum of every 512 terms is added to c.
export function multiplyTransposed(a: usize, b: usize, c: usize, m: i32, n: i32, k: i32, add: i32, room: usize): void {
  const line = <usize>n << 2, width = <usize>m << 2, packed = room + 4 * (8 * TERMS + 32);
  for (let first = 0; first == 0 || first < k; first += TERMS) {
    const terms = min(TERMS, k - first), after = first > 0 ? 1 : add;
    for (let top = 0; top < m; top += ROWS) {
      const rows = min(ROWS, m - top), left = a + <usize>first * width + (<usize>top << 2);
      const right = b + <usize>first * line, to = c + <usize>top * line;
      packRows(left, packed, terms, rows, width);
      columns(packed, 4, 16 * terms, 16, right, to, rows, n, terms, 0, after, room);
    }
  }
}

// The product of some rows with all columns. Row i begins at a + ⌊i/4⌋·group + (i mod 4)·down, and its terms are `along`
// bytes apart. Where `begin` is set sums begin at c, where `after` is they are added to it.
function columns(
  a: usize, down: usize, group: usize, along: usize, b: usize, c: usize,
  m: i32, n: i32, terms: i32, begin: i32, after: i32, room: usize,
): void {
  const line = <usize>n << 2, tile = room + 32 * TERMS;
  for (let j = 0; j < n; j += 8) {
    const width = min(8, n - j), from = b + (<usize>j << 2), to = c + (<usize>j << 2);
    if (width == 8) {
      if (m >= WORTH) {
        packPanel(from, room, terms, line, 8);
        rows(a, down, group, along, room, 32, to, line, m, terms, begin, after);
      } else rows(a, down, group, along, from, line, to, line, m, terms, begin, after);
      continue;
    }
    packPanel(from, room, terms, line, width);
    for (let i = 0; i < m; i += 4) {
      const count = min(4, m - i), at = to + <usize>i * line;
      if (begin | after) copyTile(at, line, tile, 32, count, width);
      rows(a + <usize>(i >> 2) * group, down, group, along, room, 32, tile, 32, count, terms, begin, after);
      copyTile(tile, 32, at, line, count, width);
    }
  }
}

// The product of rows with eight columns; `step` and `line` are the bytes from a line of b and c to the next.
function rows(
  a: usize, down: usize, group: usize, along: usize, b: usize, step: usize, c: usize, line: usize,
  m: i32, terms: i32, begin: i32, after: i32,
): void {
  let i = 0;
  for (; i + 4 <= m; i += 4) {
    let p = a + <usize>(i >> 2) * group, q = b, r = c + <usize>i * line;
    let s00 = f32x4.splat(0), s01 = s00, s10 = s00, s11 = s00, s20 = s00, s21 = s00, s30 = s00, s31 = s00;
    if (begin) {
      s00 = v128.load(r), s01 = v128.load(r, 16);
      s10 = v128.load(r + line), s11 = v128.load(r + line, 16);
      s20 = v128.load(r + 2 * line), s21 = v128.load(r + 2 * line, 16);
      s30 = v128.load(r + 3 * line), s31 = v128.load(r + 3 * line, 16);
    }
    for (const end = q + <usize>terms * step; q < end; p += along, q += step) {
      const b0 = v128.load(q), b1 = v128.load(q, 16);
      let x = v128.load32_splat(p);
      s00 = f32x4.add(s00, f32x4.mul(x, b0)), s01 = f32x4.add(s01, f32x4.mul(x, b1));
      x = v128.load32_splat(p + down);
      s10 = f32x4.add(s10, f32x4.mul(x, b0)), s11 = f32x4.add(s11, f32x4.mul(x, b1));
      x = v128.load32_splat(p + 2 * down);
      s20 = f32x4.add(s20, f32x4.mul(x, b0)), s21 = f32x4.add(s21, f32x4.mul(x, b1));
      x = v128.load32_splat(p + 3 * down);
      s30 = f32x4.add(s30, f32x4.mul(x, b0)), s31 = f32x4.add(s31, f32x4.mul(x, b1));
    }
    put(r, s00, s01, after);
    put(r + line, s10, s11, after);
    put(r + 2 * line, s20, s21, after);
    put(r + 3 * line, s30, s31, after);
  }
  for (; i < m; i++) {
    let p = a + <usize>(i >> 2) * group + <usize>(i & 3) * down, q = b, r = c + <usize>i * line, s0 = f32x4.splat(0), s1 = s0;
    if (begin) s0 = v128.load(r), s1 = v128.load(r, 16);
    for (const end = q + <usize>terms * step; q < end; p += along, q += step) {
      const x = v128.load32_splat(p);
      s0 = f32x4.add(s0, f32x4.mul(x, v128.load(q))), s1 = f32x4.add(s1, f32x4.mul(x, v128.load(q, 16)));
    }
    put(r, s0, s1, after);
  }
}

// @ts-ignore: decorator
@inline
function put(to: usize, s0: v128, s1: v128, after: i32): void {
  if (after) s0 = f32x4.add(s0, v128.load(to)), s1 = f32x4.add(s1, v128.load(to, 16));
  v128.store(to, s0), v128.store(to, s1, 16);
}

// Eight columns of b one beside the other, those past the last as zeros.
function packPanel(from: usize, to: usize, terms: i32, line: usize, width: i32): void {
  for (const end = to + <usize>terms * 32; to < end; from += line, to += 32) {
    if (width == 8) v128.store(to, v128.load(from)), v128.store(to, v128.load(from, 16), 16);
    else {
      for (let j = 0; j < 8; j++) store<f32>(to + (j << 2), j < width ? load<f32>(from + (j << 2)) : 0);
    }
  }
}

// Some lines and columns of c into the tile of sums, or back.
function copyTile(from: usize, step: usize, to: usize, line: usize, count: i32, width: i32): void {
  for (let i = 0; i < count; i++, from += step, to += line) {
    for (let j = 0; j < width; j++) store<f32>(to + (j << 2), load<f32>(from + (j << 2)));
  }
}

// Columns of a, [terms, width], by fours: the terms of a four one after the other.
function packRows(from: usize, to: usize, terms: i32, count: i32, width: usize): void {
  for (let i = 0; i < count; i += 4, from += 16) {
    let p = from;
    for (const end = to + <usize>terms * 16; to < end; p += width, to += 16) {
      if (i + 4 <= count) v128.store(to, v128.load(p));
      else for (let j = i; j < count; j++) store<f32>(to + (<usize>(j - i) << 2), load<f32>(p + (<usize>(j - i) << 2)));
    }
  }
}
