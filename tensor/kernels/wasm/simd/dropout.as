// Inverted dropout by the words of a Philox4x32-10 stream: block i gives the words of elements 4i to 4i + 3.
export function dropout(
  x: usize, y: usize, count: i32, threshold: f64, scale: f32, key0: u32, key1: u32, nonce0: u32, nonce1: u32,
): void {
  for (let i = 0; i < count; i += 4) {
    let c0: u32 = i >> 2, c1: u32 = 0, c2 = nonce0, c3 = nonce1, k0 = key0, k1 = key1;
    for (let round = 0; round < 10; round++) {
      const p0 = <u64>0xd2511f53 * c0, p1 = <u64>0xcd9e8d57 * c2;
      c0 = <u32>(p1 >> 32) ^ c1 ^ k0;
      c1 = <u32>p1;
      c2 = <u32>(p0 >> 32) ^ c3 ^ k1;
      c3 = <u32>p0;
      k0 += 0x9e3779b9;
      k1 += 0xbb67ae85;
    }
    const left = min(4, count - i), at = <usize>i << 2;
    put(x + at, y + at, c0, threshold, scale);
    if (left > 1) put(x + at + 4, y + at + 4, c1, threshold, scale);
    if (left > 2) put(x + at + 8, y + at + 8, c2, threshold, scale);
    if (left > 3) put(x + at + 12, y + at + 12, c3, threshold, scale);
  }
}

// @ts-ignore: decorator
@inline
function put(from: usize, to: usize, word: u32, threshold: f64, scale: f32): void {
  store<f32>(to, <f64>word < threshold ? 0 : load<f32>(from) * scale);
}
