// Gradient of 2×2 max pooling with stride 2: to the first maximum in row-major order.
export function poolGrad(
  x: usize, dy: usize, dx: usize, batch: i32, height: i32, columns: i32, channels: i32,
): void {
  const width = <usize>channels << 2, down = <usize>columns * width, oh = height >> 1, ow = columns >> 1;
  const image = <usize>height * down;
  for (let n = 0; n < batch; n++, x += image, dx += image) {
    if ((height & 1) | (columns & 1)) memory.fill(dx, 0, image);
    for (let oy = 0; oy < oh; oy++) {
      for (let ox = 0; ox < ow; ox++, dy += width) {
        const at = (<usize>(2 * oy)) * down + (<usize>(2 * ox)) * width;
        let c: usize = 0;
        for (; c + 16 <= width; c += 16) {
          const p = at + c, q = p + width, r = p + down, s = r + width;
          const yp = v128.load(x + p), yq = v128.load(x + q), yr = v128.load(x + r), ys = v128.load(x + s);
          const top = f32x4.gt(yq, yp), low = f32x4.gt(ys, yr);
          const lower = f32x4.gt(v128.bitselect(ys, yr, low), v128.bitselect(yq, yp, top));
          const g = v128.load(dy + c), upper = v128.andnot(g, lower), under = v128.and(g, lower);
          v128.store(dx + p, v128.andnot(upper, top));
          v128.store(dx + q, v128.and(upper, top));
          v128.store(dx + r, v128.andnot(under, low));
          v128.store(dx + s, v128.and(under, low));
        }
        for (; c < width; c += 4) {
          const corner = at + c;
          let where: usize = 0, best = load<f32>(x + corner);
          for (let i = 0; i < 4; i++) {
            const offset = (i & 1 ? width : 0) + (i & 2 ? down : 0), value = load<f32>(x + corner + offset);
            if (value > best) where = offset, best = value;
            store<f32>(dx + corner + offset, 0);
          }
          store<f32>(dx + corner + where, load<f32>(dy + c));
        }
      }
    }
  }
}
