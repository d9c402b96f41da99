// Copies between images and the rows of a convolution's matrix product.

// One row for each output pixel: the kh·kw·channels inputs under it, zeros outside the image.
export function gatherPatches(
  x: usize, rows: usize, batch: i32, height: i32, columns: i32, channels: i32,
  kh: i32, kw: i32, sy: i32, sx: i32, top: i32, left: i32, oh: i32, ow: i32,
): void {
  const width = <usize>channels << 2, line = <usize>columns * width, segment = <usize>kw * width;
  for (let n = 0; n < batch; n++, x += <usize>height * line) {
    for (let oy = 0; oy < oh; oy++) {
      for (let ox = 0; ox < ow; ox++) {
        const u = ox * sx - left, before = max(0, -u), after = max(0, u + kw - columns);
        const inside = kw - before - after;
        for (let i = 0; i < kh; i++, rows += segment) {
          const v = oy * sy + i - top;
          if (v < 0 || v >= height || inside <= 0) {
            memory.fill(rows, 0, segment);
            continue;
          }
          const from = x + <usize>v * line + <usize>(u + before) * width;
          if (before | after) {
            memory.fill(rows, 0, <usize>before * width);
            memory.fill(rows + <usize>(before + inside) * width, 0, <usize>after * width);
          }
          copy(rows + <usize>before * width, from, <usize>inside * width);
        }
      }
    }
  }
}

// The reverse: adds each row to the inputs under its output pixel.
export function scatterPatches(
  rows: usize, x: usize, batch: i32, height: i32, columns: i32, channels: i32,
  kh: i32, kw: i32, sy: i32, sx: i32, top: i32, left: i32, oh: i32, ow: i32,
): void {
  const width = <usize>channels << 2, line = <usize>columns * width, segment = <usize>kw * width;
  for (let n = 0; n < batch; n++, x += <usize>height * line) {
    for (let oy = 0; oy < oh; oy++) {
      for (let ox = 0; ox < ow; ox++) {
        const u = ox * sx - left, before = max(0, -u), after = max(0, u + kw - columns);
        const inside = kw - before - after;
        for (let i = 0; i < kh; i++, rows += segment) {
          const v = oy * sy + i - top;
          if (v < 0 || v >= height || inside <= 0) continue;
          add(x + <usize>v * line + <usize>(u + before) * width, rows + <usize>before * width, <usize>inside * width);
        }
      }
    }
  }
}

// Every second tap of a filter turned by 180°, its channels exchanged: [kh, kw, in, out] → [kh, kw, out, in].
export function turnFilter(from: usize, to: usize, taps: i32, channelsIn: i32, channelsOut: i32): void {
  const size = <usize>channelsIn * channelsOut << 2;
  for (let tap = 0; tap < taps; tap++) {
    transpose(from + <usize>(taps - 1 - tap) * size, to + <usize>tap * size, channelsIn, channelsOut);
  }
}

// [rows, columns] → [columns, rows], in tiles that stay in the first cache.
export function transpose(from: usize, to: usize, rows: i32, columns: i32): void {
  const TILE = 32;
  for (let r0 = 0; r0 < rows; r0 += TILE) {
    const r1 = min(rows, r0 + TILE);
    for (let c0 = 0; c0 < columns; c0 += TILE) {
      const c1 = min(columns, c0 + TILE);
      let r = r0;
      for (; r + 4 <= r1; r += 4) {
        let c = c0;
        for (; c + 4 <= c1; c += 4) transpose4(from + (<usize>r * columns + c << 2), to + (<usize>c * rows + r << 2), columns, rows);
        for (; c < c1; c++) for (let i = r; i < r + 4; i++) move(from, to, i, c, rows, columns);
      }
      for (; r < r1; r++) for (let c = c0; c < c1; c++) move(from, to, r, c, rows, columns);
    }
  }
}

// @ts-ignore: decorator
@inline
function move(from: usize, to: usize, row: i32, column: i32, rows: i32, columns: i32): void {
  store<f32>(to + (<usize>column * rows + row << 2), load<f32>(from + (<usize>row * columns + column << 2)));
}

// @ts-ignore: decorator
@inline
function transpose4(from: usize, to: usize, columns: i32, rows: i32): void {
  const line = <usize>columns << 2, out = <usize>rows << 2;
  const a = v128.load(from), b = v128.load(from + line), c = v128.load(from + 2 * line), d = v128.load(from + 3 * line);
  const ab = i8x16.shuffle(a, b, 0, 1, 2, 3, 16, 17, 18, 19, 4, 5, 6, 7, 20, 21, 22, 23);
  const cd = i8x16.shuffle(c, d, 0, 1, 2, 3, 16, 17, 18, 19, 4, 5, 6, 7, 20, 21, 22, 23);
  const AB = i8x16.shuffle(a, b, 8, 9, 10, 11, 24, 25, 26, 27, 12, 13, 14, 15, 28, 29, 30, 31);
  const CD = i8x16.shuffle(c, d, 8, 9, 10, 11, 24, 25, 26, 27, 12, 13, 14, 15, 28, 29, 30, 31);
  v128.store(to, i8x16.shuffle(ab, cd, 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23));
  v128.store(to + out, i8x16.shuffle(ab, cd, 8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30, 31));
  v128.store(to + 2 * out, i8x16.shuffle(AB, CD, 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23));
  v128.store(to + 3 * out, i8x16.shuffle(AB, CD, 8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30, 31));
}

// Copies a multiple of four bytes; short copies cost less here than in the engine.
// @ts-ignore: decorator
@inline
function copy(to: usize, from: usize, bytes: usize): void {
  let i: usize = 0;
  for (; i + 64 <= bytes; i += 64) {
    const a = v128.load(from + i), b = v128.load(from + i, 16), c = v128.load(from + i, 32), d = v128.load(from + i, 48);
    v128.store(to + i, a), v128.store(to + i, b, 16), v128.store(to + i, c, 32), v128.store(to + i, d, 48);
  }
  for (; i + 16 <= bytes; i += 16) v128.store(to + i, v128.load(from + i));
  for (; i < bytes; i += 4) store<u32>(to + i, load<u32>(from + i));
}

// @ts-ignore: decorator
@inline
function add(to: usize, from: usize, bytes: usize): void {
  let i: usize = 0;
  for (; i + 16 <= bytes; i += 16) v128.store(to + i, f32x4.add(v128.load(to + i), v128.load(from + i)));
  for (; i < bytes; i += 4) store<f32>(to + i, load<f32>(to + i) + load<f32>(from + i));
}
