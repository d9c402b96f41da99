/**
 * WGSL of where the patches of a product lie, for both of its generators: settings, and functions of a row.
 *
 * @module
 */

/** WGSL of the struct of settings that both generators share, and what each has for itself. */
export function patchSettings(...own: readonly string[]): string {
  const names = [
    ...["rows", "columns", "channels", "steps", "height", "width", "gridHeight", "gridWidth"],
    ...["tapsDown", "tapsAcross", "strideDown", "strideAcross", "top", "left", "slabs", ...own],
  ];
  return `struct Settings { ${names.map((name) => `${name}: i32`).join(", ")} };`;
}

/** WGSL: column, line and image of a row's place in a grid. */
const GRID = `
fn gridOf(row: i32) -> vec3<i32> {
  let q = row / p.gridWidth;
  return vec3(row % p.gridWidth, q % p.gridHeight, q / p.gridHeight);
}`;

/** WGSL of `place(row, …)`: the pixel that a tap of a patch reads, or −1 outside the image. */
export const GATHER: string = `${GRID}
fn place(row: i32, phase: i32, ky: i32, kx: i32) -> i32 {
  let o = gridOf(row);
  let v = o.y * p.strideDown + ky - p.top; let u = o.x * p.strideAcross + kx - p.left;
  let inside = row < p.rows && v >= 0 && v < p.height && u >= 0 && u < p.width;
  return select(-1, (o.z * p.height + v) * p.width + u, inside);
}
fn firstTap(phase: i32) -> vec2<i32> { return vec2(0, 0); }
fn pixelOf(row: i32, phase: i32) -> i32 { return select(-1, row, row < p.rows); }`;

/** The same for the mode `spread`: rows are the pixels of a phase. */
export const SPREAD: string = `${GRID}
fn patchOf(row: i32, phase: i32) -> vec3<i32> {
  let o = gridOf(row);
  return vec3(o.x * p.strideAcross + phase % p.strideAcross, o.y * p.strideDown + phase / p.strideAcross, o.z);
}
fn place(row: i32, phase: i32, ky: i32, kx: i32) -> i32 {
  let o = patchOf(row, phase);
  let a = o.y + p.top - ky; let b = o.x + p.left - kx; let v = a / p.strideDown; let u = b / p.strideAcross;
  let inside = row < p.rows && a >= 0 && b >= 0 && v < p.height && u < p.width;
  return select(-1, (o.z * p.height + v) * p.width + u, inside);
}
fn firstTap(phase: i32) -> vec2<i32> {
  return vec2((phase / p.strideAcross + p.top) % p.strideDown, (phase % p.strideAcross + p.left) % p.strideAcross);
}
fn pixelOf(row: i32, phase: i32) -> i32 {
  let o = patchOf(row, phase);
  return select(-1, (o.z * p.outHeight + o.y) * p.outWidth + o.x, row < p.rows && o.y < p.outHeight && o.x < p.outWidth);
}`;
