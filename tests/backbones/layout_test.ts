import { assertEquals } from "@std/assert";
import { convnet, iresnet, mobilefacenet } from "../../backbones/catalogue.ts";
import type { Backbone, BackbonePlugin } from "../../backbones/backbone.ts";
import { useBackend } from "../../tensor/backend.ts";
import { createRandom } from "../../tensor/random.ts";
import { toTorch } from "../../tensor/torch_layout.ts";

/** Shapes in PyTorch by name, of a backbone made for 16×16×3. */
async function torchShapes(plugin: BackbonePlugin, params: Record<string, unknown>): Promise<Map<string, number[]>> {
  await useBackend("cpu");
  const context = { shape: [16, 16, 3], random: createRandom(0, "init") } as const;
  const backbone: Backbone = plugin.create(plugin.params.parse(params), context);
  const shapes = new Map(backbone.parameters.map(({ name, variable, layout }) => {
    assertEquals(layout === undefined, variable.rank === 1, `${name} has a layout unless it is a vector`);
    return [name, toTorch(new Float32Array(variable.size), variable.shape, layout).shape];
  }));
  backbone.dispose();
  return shapes;
}

Deno.test("iresnet's parameters have PyTorch's shapes", async () => {
  const shapes = await torchShapes(iresnet, { stages: [1, 1, 1, 1], widths: [4, 5, 6, 7], embedding: 8 });
  assertEquals(shapes.get("conv1.weight"), [4, 3, 3, 3]);
  assertEquals(shapes.get("layer2.0.conv1.weight"), [5, 4, 3, 3]);
  assertEquals(shapes.get("layer2.0.downsample.0.weight"), [5, 4, 1, 1]);
  assertEquals(shapes.get("layer2.0.prelu.weight"), [5]);
  assertEquals(shapes.get("fc.weight"), [8, 7]);
  assertEquals(shapes.get("features.running_var"), [8]);
});

Deno.test("iresnet's squeeze-and-excitation and outputs have PyTorch's shapes", async () => {
  const shapes = await torchShapes(iresnet, {
    stages: [1, 1, 1, 1],
    widths: [16, 16, 16, 32],
    se: true,
    output: "GDC",
  });
  assertEquals(shapes.get("layer4.0.se.conv1.weight"), [2, 32, 1, 1]);
  assertEquals(shapes.get("layer4.0.se.conv1.bias"), [2]);
  assertEquals(shapes.get("layer4.0.se.prelu.weight"), [2]);
  assertEquals(shapes.get("layer4.0.se.conv2.weight"), [32, 2, 1, 1]);
  assertEquals(shapes.get("features.layers.0.layers.0.weight"), [32, 1, 1, 1]);
  assertEquals(shapes.get("features.layers.2.weight"), [512, 32]);
});

Deno.test("mobilefacenet's parameters have PyTorch's names and shapes", async () => {
  const shapes = await torchShapes(mobilefacenet, {});
  assertEquals(shapes.get("layers.0.layers.0.weight"), [128, 3, 3, 3]);
  // 64 groups of two channels.
  assertEquals(shapes.get("layers.1.layers.0.weight"), [128, 2, 3, 3]);
  assertEquals(shapes.get("layers.1.layers.2.weight"), [128]);
  assertEquals(shapes.get("layers.2.layers.0.layers.0.weight"), [128, 128, 1, 1]);
  assertEquals(shapes.get("layers.3.layers.0.layers.1.layers.0.weight"), [128, 1, 3, 3]);
  assertEquals(shapes.get("layers.6.layers.1.layers.0.weight"), [512, 1, 3, 3]);
  assertEquals(shapes.get("layers.6.layers.2.layers.1.running_mean"), [256]);
  assertEquals(shapes.get("conv_sep.layers.0.weight"), [512, 256, 1, 1]);
  assertEquals(shapes.get("features.layers.0.layers.0.weight"), [512, 1, 1, 1]);
  assertEquals(shapes.get("features.layers.2.weight"), [512, 512]);
  assertEquals(shapes.get("features.layers.3.weight"), [512]);
  assertEquals(shapes.size, 283);
});

Deno.test("a linear layer knows the map that it flattens", async () => {
  await useBackend("cpu");
  const context = { shape: [16, 16, 3], random: createRandom(0, "init") } as const;
  const backbone = convnet.create(convnet.params.parse({ blocks: 2, width: 5, embedding: 8 }), context);
  const { layout } = backbone.parameters.find(({ name }) => name === "fc.weight")!;
  assertEquals(layout, { kind: "linear", image: [4, 4, 5] });
  backbone.dispose();
});
