import { assertEquals, assertThrows } from "@std/assert";
import { convnet, iresnet } from "../../backbones/catalogue.ts";
import type { ImageShape } from "../../backbones/backbone.ts";

const FACE: ImageShape = [112, 112, 3];

// Parameters, trainable parameters and multiply-adds (in units of 10⁶) of the public PyTorch networks.
const PUBLISHED: [stages: number[], parameters: number, trainable: number, millions: number][] = [
  [[2, 2, 2, 2], 24_025_600, 24_025_088, 2_610],
  [[3, 4, 6, 3], 34_139_328, 34_138_816, 4_460],
  [[3, 4, 14, 3], 43_590_848, 43_590_336, 6_309],
  [[3, 13, 30, 3], 65_156_160, 65_155_648, 12_090],
  [[6, 26, 60, 6], 118_833_920, 118_833_408, 23_419],
  [[3, 24, 36, 3], 75_498_688, 75_498_176, 16_020],
];

Deno.test("iresnet counts what the public networks have", () => {
  for (const [stages, parameters, trainableParameters, millions] of PUBLISHED) {
    const cost = iresnet.cost(iresnet.params.parse({ stages }), FACE);
    assertEquals([cost.parameters, cost.trainableParameters], [parameters, trainableParameters]);
    assertEquals(Math.round(cost.multiplyAdds / 1e6), millions);
  }
});

Deno.test("convnet counts what its description says", () => {
  const cost = convnet.cost(convnet.params.parse({ blocks: 2, width: 4, embedding: 6 }), [9, 9, 1]);
  const blocks = 9 * 4 + 8 + 4 + (9 * 16 + 8 + 4), out = 8 + (2 * 2 * 4 * 6 + 6) + 12;
  assertEquals(cost.parameters, blocks + out);
  assertEquals(cost.multiplyAdds, 81 * 9 * 4 + 16 * 9 * 16 + 2 * 2 * 4 * 6);
});

Deno.test("convnet says when the image is too small for its blocks", () => {
  assertThrows(
    () => convnet.cost(convnet.params.parse({ blocks: 4 }), [14, 14, 1]),
    RangeError,
    "Cannot pool an image of 1×1: both sides must be at least 2; use fewer blocks",
  );
});

Deno.test("convnet refuses dropout where its output has none", () => {
  assertThrows(() => convnet.params.parse({ output: "fc-bn", dropout: 0.4 }), Error, "output fc-bn has no dropout");
});
