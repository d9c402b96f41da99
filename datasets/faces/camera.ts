/**
 * What the camera makes of the light: the scene behind, things before the lens, blur, gain, noise, bytes.
 *
 * @module
 */
import type { Random } from "../../tensor/random.ts";
import type { Conditions } from "./conditions.ts";
import { clamp, noise, smooth } from "./maths.ts";
import type { Paint } from "./paint.ts";

/** Makes the function that paints the background at `(x, y)`, both −1 to 1 over the crop: a gradient with soft shapes. */
export function background({ background: behind, light }: Conditions): (paint: Paint, x: number, y: number) => void {
  const column = behind.blobs % 64, row = (behind.blobs - column) / 64, { from, to } = behind;
  const c = 0.28 * Math.cos(behind.angle), s = 0.28 * Math.sin(behind.angle);
  const level = 0.35 + 0.35 * (light.directed[1] + light.ambient[1]);
  return (paint, x, y) => {
    const shapes = 0.5 * smooth(-0.15, 0.2, noise(1.3 * x + column, 1.3 * y + row));
    const t = clamp(0.35 + c * x + s * y + shapes, 0, 1);
    paint.red = level * (from[0] + t * (to[0] - from[0]));
    paint.green = level * (from[1] + t * (to[1] - from[1]));
    paint.blue = level * (from[2] + t * (to[2] - from[2]));
  };
}

/** How much of the thing before the face covers `(x, y)`, both −1 to 1 over the crop: a rounded slab from an edge. */
export function objectCover(conditions: Conditions, x: number, y: number, soft: number): number {
  if (conditions.occluder !== "object") return 0;
  const [place, size, turn] = conditions.occluderPlace, angle = 2 * Math.PI * place, lean = 0.8 * (turn - 0.5);
  const along = x * Math.cos(angle) + y * Math.sin(angle), across = y * Math.cos(angle) - x * Math.sin(angle);
  const reach = 0.75 - 0.5 * size + lean * across, half = 0.35 + 0.5 * turn;
  const corner = Math.max(0, Math.abs(across) - half + 0.25);
  return clamp(0.5 + (along - reach - 2 * corner * corner) / soft, 0, 1) *
    clamp(0.5 + (half - Math.abs(across)) / soft, 0, 1);
}

/**
 * Develops linear light into bytes: blur, gain by channel, `255 √value`, noise.
 *
 * @param linear Red, green, blue of each pixel, in linear light.
 * @param size Height, width and channels (1 gives the luma of BT.601).
 */
export function develop(
  linear: Float32Array,
  size: { height: number; width: number; channels: number },
  camera: Conditions["camera"],
  random: Random,
): Uint8Array {
  const { height, width, channels } = size, count = height * width, bytes = new Uint8Array(count * channels);
  const soft = blur(linear, height, width, camera.blur * height / 112), [red, green, blue] = camera.gain;
  for (let i = 0; i < count; i++) {
    const r = 255 * Math.sqrt(soft[3 * i]! * red), g = 255 * Math.sqrt(soft[3 * i + 1]! * green);
    const b = 255 * Math.sqrt(soft[3 * i + 2]! * blue);
    const grain = camera.noise > 0 ? random.uint32() : 0x80808080;
    if (channels === 1) {
      bytes[i] = toByte(0.299 * r + 0.587 * g + 0.114 * b + camera.noise * triangular(grain));
    } else {
      // One word gives a shared grain and a smaller one for each channel, all with mean 0.
      const shared = 0.8 * triangular(grain), own = 1.2 / 74;
      bytes[3 * i] = toByte(r + camera.noise * (shared + own * ((grain & 255) - 127.5)));
      bytes[3 * i + 1] = toByte(g + camera.noise * (shared + own * ((grain >>> 8 & 255) - 127.5)));
      bytes[3 * i + 2] = toByte(b + camera.noise * (shared + own * ((grain >>> 16 & 255) - 127.5)));
    }
  }
  return bytes;
}

/** The sum of a word's four bytes, with mean 0 and standard deviation 1: near enough to a normal number. */
function triangular(word: number): number {
  return ((word & 255) + (word >>> 8 & 255) + (word >>> 16 & 255) + (word >>> 24) - 510) / 147.8;
}

function toByte(value: number): number {
  return Math.round(clamp(value, 0, 255));
}

/** Three-tap blur, along rows and then along columns, of standard deviation `sigma` pixels (at most 0.8). */
function blur(image: Float32Array, height: number, width: number, sigma: number): Float32Array {
  const side = Math.min(0.64, sigma * sigma) / 2, middle = 1 - 2 * side;
  if (side < 1e-4) return image;
  const rows = new Float32Array(image.length), out = new Float32Array(image.length);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = 3 * (y * width + x), left = x > 0 ? at - 3 : at, right = x + 1 < width ? at + 3 : at;
      for (let c = 0; c < 3; c++) {
        rows[at + c] = middle * image[at + c]! + side * (image[left + c]! + image[right + c]!);
      }
    }
  }
  for (let y = 0; y < height; y++) {
    const up = y > 0 ? 3 * width : 0, down = y + 1 < height ? 3 * width : 0;
    for (let at = 3 * y * width; at < 3 * (y + 1) * width; at++) {
      out[at] = middle * rows[at]! + side * (rows[at - up]! + rows[at + down]!);
    }
  }
  return out;
}
