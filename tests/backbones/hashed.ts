/**
 * Weights that a test and its oracle both make from names; the mirror of `tests/oracle/parity.py`.
 *
 * @module
 */

/** Values in [-1, 1): FNV-1a of the name, then a hash of each index. */
export function hashed(name: string, size: number): Float32Array {
  let seed = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(name)) seed = Math.imul(seed ^ byte, 0x01000193);
  return Float32Array.from({ length: size }, (_, i) => {
    let x = (seed + Math.imul(i, 0x9e3779b9)) | 0;
    x = Math.imul(x ^ (x >>> 16), 0x7feb352d);
    x = Math.imul(x ^ (x >>> 15), 0x846ca68b);
    return ((x ^ (x >>> 16)) >>> 0) / 2 ** 31 - 1;
  });
}

/** A weight by its name and shape in PyTorch: batch norms near 1, statistics that are not trivial. */
export function hashedWeight(name: string, shape: readonly number[]): Float32Array {
  const size = shape.reduce((a, b) => a * b, 1), u = hashed(name, size);
  const nearOne = name.endsWith("running_var") ||
    shape.length === 1 && !name.includes("prelu") && name.endsWith("weight");
  if (nearOne) return u.map((value) => 1 + 0.5 * value);
  if (shape.length === 1) return u.map((value) => 0.3 * value);
  const scale = Math.sqrt(3 / (size / shape[0]!));
  return u.map((value) => scale * value);
}
