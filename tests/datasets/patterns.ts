/**
 * Images that both the tests and the scripts in tests/oracle/ can make.
 *
 * @module
 */
import type { Bitmap } from "../../datasets/mod.ts";

/** Noise, or a slope of few values in each channel; as tests/oracle/augmentations.py makes them. */
export function patternOf(
  kind: "noise" | "slope",
  [height, width, channels]: readonly [number, number, 1 | 3],
): Bitmap {
  const data = Uint8Array.from({ length: height * width * channels }, (_, at) => {
    const c = at % channels, x = Math.floor(at / channels) % width, y = Math.floor(at / (channels * width));
    if (kind === "noise") return Math.imul(x + 61 * y + 7919 * c, 2654435761) >>> 24;
    return 40 + Math.floor((x * (3 + c) + y * (5 - c)) / 2) + 30 * c;
  });
  return { height, width, channels, data };
}
