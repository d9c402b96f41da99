import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  convnet,
  iresnet,
  iresnet100,
  iresnet18,
  iresnet200,
  iresnet200Mxnet,
  iresnet34,
  iresnet50,
  mobilefacenet,
} from "../../backbones/catalogue.ts";
import type { BackbonePlugin, ImageShape } from "../../backbones/backbone.ts";

const FACE: ImageShape = [112, 112, 3];

/** A published network, with its parameters, trainable parameters and multiply-adds (in units of 10⁶). */
interface Published {
  readonly plugin: BackbonePlugin;
  readonly stages?: readonly number[];
  readonly params?: Record<string, unknown>;
  readonly parameters: number;
  readonly trainable: number;
  readonly millions: number;
}

// Counted on the public PyTorch networks; of the MXNet "200" from its symbols.
const IRESNETS: Published[] = [
  { plugin: iresnet18, stages: [2, 2, 2, 2], parameters: 24_025_600, trainable: 24_025_088, millions: 2_610 },
  { plugin: iresnet34, stages: [3, 4, 6, 3], parameters: 34_139_328, trainable: 34_138_816, millions: 4_460 },
  { plugin: iresnet50, stages: [3, 4, 14, 3], parameters: 43_590_848, trainable: 43_590_336, millions: 6_309 },
  { plugin: iresnet100, stages: [3, 13, 30, 3], parameters: 65_156_160, trainable: 65_155_648, millions: 12_090 },
  { plugin: iresnet200, stages: [6, 26, 60, 6], parameters: 118_833_920, trainable: 118_833_408, millions: 23_419 },
  { plugin: iresnet200Mxnet, stages: [3, 24, 36, 3], parameters: 75_498_688, trainable: 75_498_176, millions: 16_020 },
];

const MOBILEFACENETS: Published[] = [
  { plugin: mobilefacenet, parameters: 2_059_520, trainable: 2_059_520, millions: 438 },
  {
    plugin: mobilefacenet,
    params: { blocks: [2, 8, 12, 4], scale: 4 },
    parameters: 6_314_880,
    trainable: 6_314_880,
    millions: 1_820,
  },
  // Published as about 1.00 M parameters.
  {
    plugin: mobilefacenet,
    params: { scale: 1, embedding: 128 },
    parameters: 1_003_136,
    trainable: 1_003_136,
    millions: 221,
  },
];

for (const { plugin, params = {}, parameters, trainable, millions } of [...IRESNETS, ...MOBILEFACENETS]) {
  Deno.test(`${plugin.name} ${JSON.stringify(params)} counts what the public network has`, () => {
    const cost = plugin.cost(plugin.params.parse(params), FACE);
    assertEquals([cost.parameters, cost.trainableParameters], [parameters, trainable]);
    assert(Math.abs(cost.multiplyAdds / 1e6 / millions - 1) < 0.005, `${cost.multiplyAdds} multiply-adds`);
  });
}

Deno.test("iresnet with a published stage table costs what the plugin of that name does", () => {
  for (const { plugin, stages } of IRESNETS) {
    assertEquals(
      iresnet.cost(iresnet.params.parse({ stages }), FACE),
      plugin.cost(plugin.params.parse({}), FACE),
      plugin.name,
    );
  }
});

Deno.test("iresnet's outputs have the layers that their names say", () => {
  const count = (params: Record<string, unknown>) => iresnet18.cost(iresnet18.params.parse(params), FACE).parameters;
  const norm = 2 * 512, prelu = 512, fc = 512 * 512 + 512, body = count({}) - norm - (25_088 * 512 + 512) - norm;
  assertEquals(count({ output: "A" }), body + norm + prelu);
  assertEquals(count({ output: "B" }), body + norm + prelu + fc);
  assertEquals(count({ output: "C" }), body + norm + prelu + fc + norm);
  assertEquals(count({ output: "D" }), body + norm + prelu + fc + norm + prelu);
  assertEquals(count({ output: "GDC" }), body + 49 * 512 + norm + 512 * 512 + norm);
});

Deno.test("iresnet with squeeze-and-excitation has two small convolutions a unit more", () => {
  const count = (params: Record<string, unknown>) => iresnet18.cost(iresnet18.params.parse(params), FACE).parameters;
  // Two units of each width c: c·c/16 + c/16, slopes c/16, c/16·c + c.
  const more = [64, 128, 256, 512].reduce((sum, c) => sum + 2 * (2 * c * c / 16 + 2 * c / 16 + c), 0);
  assertEquals(count({ se: true }) - count({}), more);
});

Deno.test("iresnet refuses what its output would ignore", () => {
  const refuse = (params: Record<string, unknown>, message: string) =>
    assertThrows(() => iresnet50.params.parse(params), Error, message);
  refuse({ output: "A", dropout: 0.4 }, "output A has no dropout: leave dropout out, or use output E");
  refuse({ output: "GDC", dropout: 0 }, "output GDC has no dropout");
  refuse({ output: "A", embedding: 128 }, "output A gives the 512 channels of the last stage: write embedding: 512");
  refuse({ widths: [8, 16, 16, 16], se: true }, "wanted widths of at least 16");
  const { embedding } = iresnet50.cost(
    iresnet50.params.parse({ output: "A", widths: [8, 8, 8, 24], embedding: 24 }),
    FACE,
  );
  assertEquals(embedding, 24);
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
