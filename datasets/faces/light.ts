/**
 * Light on the paint: a soft Lambert term that reddens at its edge, a highlight, and ambient light.
 *
 * @module
 */
import type { Conditions } from "./conditions.ts";
import type { Paint } from "./paint.ts";

/** How far light reaches round the edge of shadow on skin, by channel: red scatters furthest. */
const WRAP_SKIN = [0.34, 0.2, 0.15] as const;
const WRAP_PLAIN = [0.2, 0.2, 0.2] as const;

/**
 * Lights a paint in place.
 *
 * Directed light is `max(0, (n·l + wrap) / (1 + wrap))`, the highlight `gloss (n·h)^20`, with h between light and
 * viewer.
 *
 * @param paint The paint, changed in place.
 * @param light The conditions' light.
 * @param normal Unit normal's x, y, z at `normal[at]` and on.
 * @param skin Whether light scatters below the surface.
 */
export function shade(paint: Paint, light: Conditions["light"], normal: Float32Array, at: number, skin: boolean): void {
  const nx = normal[at]!, ny = normal[at + 1]!, nz = normal[at + 2]!, [lx, ly, lz] = light.direction;
  const cosine = nx * lx + ny * ly + nz * lz, wrap = skin ? WRAP_SKIN : WRAP_PLAIN, { directed, ambient } = light;
  const sky = 0.85 - 0.2 * ny;
  const half = Math.sqrt(lx * lx + ly * ly + (lz + 1) ** 2) || 1;
  const mirror = Math.max(0, (cosine + nz) / half), squared = mirror * mirror, fourth = squared * squared;
  const shine = paint.gloss * fourth * fourth * fourth * fourth * fourth;
  paint.red = paint.red * (ambient[0] * sky + 1.35 * directed[0] * reach(cosine, wrap[0])) + shine * directed[0];
  paint.green = paint.green * (ambient[1] * sky + 1.35 * directed[1] * reach(cosine, wrap[1])) + shine * directed[1];
  paint.blue = paint.blue * (ambient[2] * sky + 1.35 * directed[2] * reach(cosine, wrap[2])) + shine * directed[2];
}

function reach(cosine: number, wrap: number): number {
  return Math.max(0, (cosine + wrap) / (1 + wrap));
}
