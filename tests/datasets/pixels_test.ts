import { assert, assertEquals } from "@std/assert";
import { unzlibSync } from "fflate";
import type { Bitmap } from "../../datasets/mod.ts";
import { averageBlur, gaussianBlur } from "../../datasets/pixels/blur.ts";
import { autoContrast, equalize, posterize, solarize } from "../../datasets/pixels/levels.ts";
import { OPERATIONS } from "../../datasets/pixels/operations.ts";
import { type Kernel, resample } from "../../datasets/pixels/resample.ts";
import {
  adjustBrightness,
  adjustContrast,
  adjustHue,
  adjustSaturation,
  adjustSharpness,
} from "../../datasets/pixels/tone.ts";
import { fromBase64, readFixture } from "./helpers.ts";
import { patternOf } from "./patterns.ts";

interface Fixture {
  readonly tones: readonly {
    readonly name: string;
    readonly kind: "noise" | "slope";
    readonly from: readonly [number, number, 1 | 3];
    readonly value: number;
    readonly output: string;
  }[];
  readonly resized: readonly {
    readonly kernel: Kernel;
    readonly to: [number, number];
    readonly output: string;
  }[];
  readonly blurred: readonly { readonly kernel: string; readonly value: number; readonly output: string }[];
  readonly moved: readonly { readonly name: keyof typeof OPERATIONS; readonly output: string }[];
}

const fixture = readFixture<Fixture>("augmentations.json");
const unpack = (text: string): Uint8Array => unzlibSync(fromBase64(text));
const tones = {
  adjustBrightness,
  adjustContrast,
  adjustHue,
  adjustSaturation,
  adjustSharpness,
  solarize,
  posterize,
  autoContrast,
  equalize,
} as Record<string, (bitmap: Bitmap, value: number) => Bitmap>;

for (const name of Object.keys(tones)) {
  Deno.test(`${name}() gives Pillow's bytes`, () => {
    const cases = fixture.tones.filter((tone) => tone.name === name);
    assert(cases.length > 1);
    for (const { kind, from, value, output } of cases) {
      const bitmap = patternOf(kind, from), before = bitmap.data.slice();
      const { data } = tones[name]!(bitmap, value);
      assertEquals(data, unpack(output), `${kind} ${from} ${value}`);
      assertEquals(bitmap.data, before);
    }
  });
}

/** How far two images are apart at most, and the share of bytes that differ. */
function difference(a: Uint8Array, b: Uint8Array): { most: number; share: number } {
  assertEquals(a.length, b.length);
  const apart = a.map((value, i) => Math.abs(value - b[i]!));
  return { most: Math.max(...apart), share: apart.filter((value) => value > 0).length / a.length };
}

Deno.test("resample() is within 1 of OpenCV's resize, which rounds its weights", () => {
  for (const { kernel, to, output } of fixture.resized) {
    const { height, width, data } = resample(patternOf("noise", [24, 20, 3]), to, kernel);
    assertEquals([height, width], to);
    const { most, share } = difference(data, unpack(output));
    assert(most <= (kernel === "nearest" ? 0 : 1), `${kernel} to ${to}: ${most}`);
    assert(share < 0.25, `${kernel} to ${to}: ${share} of the bytes differ`);
  }
});

Deno.test("gaussianBlur() and averageBlur() are within 1 of OpenCV's", () => {
  for (const { kernel, value, output } of fixture.blurred) {
    const blurred = (kernel === "gaussian" ? gaussianBlur : averageBlur)(patternOf("noise", [24, 20, 3]), value);
    const { most } = difference(blurred.data, unpack(output));
    assert(most <= 1, `${kernel} ${value}: ${most}`);
  }
});

Deno.test("averageBlur() and gaussianBlur() keep an image of one pixel or one value", () => {
  for (const [height, width] of [[1, 1], [1, 5], [3, 2]] as const) {
    const bitmap = { height, width, channels: 1 as const, data: new Uint8Array(height * width).fill(77) };
    assertEquals(averageBlur(bitmap, 4), bitmap);
    assertEquals(gaussianBlur(bitmap, 2), bitmap);
  }
});

Deno.test("OPERATIONS move images by OpenCV's bytes at their greatest strength", () => {
  for (const { name, output } of fixture.moved) {
    const { data } = OPERATIONS[name](patternOf("noise", [24, 20, 3]), 1, 1);
    assertEquals(data, unpack(output), name);
  }
});

Deno.test("OPERATIONS leave an image alone at strength 0, but for those that have none", () => {
  const bitmap = patternOf("noise", [24, 20, 3]);
  for (const [name, operation] of Object.entries(OPERATIONS)) {
    if (name === "equalize" || name === "auto-contrast") continue;
    assertEquals(operation(bitmap, 0, -1).data, bitmap.data, name);
  }
});
