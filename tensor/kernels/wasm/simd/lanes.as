// Arithmetic that several kernels share. Rows have `channels` floats; pointers are byte addresses on tfjs's heap.

// @ts-ignore: decorator
@inline
export function loadLanes(at: usize): v128 {
  return v128.load(at);
}

// Parametric ReLU: z where z > 0, else slope·z.
// @ts-ignore: decorator
@inline
export function activateLanes(z: v128, slope: v128): v128 {
  return v128.bitselect(z, f32x4.mul(z, slope), f32x4.gt(z, f32x4.splat(0)));
}

// @ts-ignore: decorator
@inline
export function activate(z: f32, slope: f32): f32 {
  return z > 0 ? z : z * slope;
}

// Adds four float32 sums to four float64 sums.
// @ts-ignore: decorator
@inline
export function flush(sums: usize, value: v128): void {
  const low = f64x2.promote_low_f32x4(value);
  const high = f64x2.promote_low_f32x4(i8x16.shuffle(value, value, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7));
  v128.store(sums, f64x2.add(v128.load(sums), low));
  v128.store(sums, f64x2.add(v128.load(sums, 16), high), 16);
}
