/**
 * Whether the channels of face images look as if red and blue had been swapped.
 *
 * Skin of every tone gives back more red light than blue, so in the middle of a face photographed in colour, red is
 * the larger almost always; where it is the smaller in most images, somebody has likely stored blue first.
 *
 * @module
 */

/** What is told of a set. */
export interface ChannelOrder {
  /** Images that were looked at. */
  readonly images: number;
  /** Mean of red in the middle of the images, 0 to 255. */
  readonly red: number;
  /** Mean of blue there. */
  readonly blue: number;
  /** Share of the images in whose middle blue is the larger. */
  readonly bluer: number;
  /** `usual`, `looks swapped`, `grey` where the channels are alike, or `unclear`. */
  readonly verdict: "usual" | "looks swapped" | "grey" | "unclear";
}

/** Share of images that decides. */
const MOST = 0.75;
/** Difference of the means below which an image is grey, in bytes. */
const ALIKE = 1;

/** Gathers images, then tells. */
export interface ChannelWatch {
  /** Looks at an image of bytes `[h, w, 3]`. */
  add(bytes: Uint8Array): void;
  /** What was seen. */
  result(): ChannelOrder;
}

/** Watches the middle half, in height and in width, of colour images of one shape. */
export function watchChannels([height, width]: readonly [number, number, number]): ChannelWatch {
  let images = 0, red = 0, blue = 0, bluer = 0, grey = 0;
  const top = height >> 2, bottom = Math.max(top + 1, height - top), left = width >> 2;
  const right = Math.max(left + 1, width - left), count = (bottom - top) * (right - left);
  return {
    add(bytes) {
      let r = 0, b = 0;
      for (let y = top; y < bottom; y++) {
        for (let at = (y * width + left) * 3; at < (y * width + right) * 3; at += 3) {
          r += bytes[at]!, b += bytes[at + 2]!;
        }
      }
      images++, red += r / count, blue += b / count;
      if (Math.abs(r - b) / count < ALIKE) grey++;
      else if (b > r) bluer++;
    },
    result() {
      const coloured = images - grey, share = coloured === 0 ? 0 : bluer / coloured;
      const verdict = grey >= MOST * images
        ? "grey"
        : share >= MOST
        ? "looks swapped"
        : share <= 1 - MOST
        ? "usual"
        : "unclear";
      return { images, red: red / Math.max(1, images), blue: blue / Math.max(1, images), bluer: share, verdict };
    },
  };
}
