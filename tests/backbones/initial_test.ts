import { assert, assertEquals } from "@std/assert";
import { iresnet, iresnet200Mxnet, mobilefacenet } from "../../backbones/catalogue.ts";
import type { BackbonePlugin } from "../../backbones/backbone.ts";
import { useBackend } from "../../tensor/backend.ts";
import { createRandom } from "../../tensor/random.ts";

/** Mean and standard deviation of a backbone's initial values, by name. */
async function moments(plugin: BackbonePlugin, params: Record<string, unknown>) {
  await useBackend("cpu");
  const context = { shape: [32, 32, 3], random: createRandom(0, "init") } as const;
  const backbone = plugin.create(plugin.params.parse(params), context);
  const found = new Map<string, { mean: number; deviation: number }>();
  for (const { name, variable } of backbone.parameters) {
    const values = Float64Array.from(await variable.data()), mean = values.reduce((a, b) => a + b) / values.length;
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
    found.set(name, { mean, deviation: Math.sqrt(variance) });
  }
  backbone.dispose();
  return (name: string) => found.get(name)!;
}

function assertDeviation(found: { deviation: number }, wanted: number): void {
  assert(Math.abs(found.deviation / wanted - 1) < 0.1, `${found.deviation}, wanted ${wanted}`);
}

const small = { stages: [1, 1, 1, 1], widths: [16, 16, 32, 64], embedding: 64, se: true };

Deno.test("iresnet starts as the PyTorch code does", async () => {
  const at = await moments(iresnet, small);
  assertDeviation(at("layer2.0.conv1.weight"), 0.1);
  assertDeviation(at("layer4.0.downsample.0.weight"), 0.1);
  // Kaiming uniform with a = √5: uniform on ±1/√inputs.
  assertDeviation(at("fc.weight"), 1 / Math.sqrt(3 * 4 * 64));
  assertEquals(at("layer1.0.bn1.weight"), { mean: 1, deviation: 0 });
  assertEquals(at("layer1.0.prelu.weight"), { mean: 0.25, deviation: 0 });
});

Deno.test("iresnet starts as the MXNet code does where it is told so", async () => {
  const at = await moments(iresnet, { ...small, initial: "mxnet" });
  assertDeviation(at("layer4.0.conv2.weight"), Math.sqrt(2 / (9 * 64)));
  assertDeviation(at("layer4.0.downsample.0.weight"), Math.sqrt(2 / 64));
  assertDeviation(at("fc.weight"), Math.sqrt(2 / 64));
  assertEquals(at("fc.bias"), { mean: 0, deviation: 0 });
  assertEquals(at("layer4.0.se.conv1.bias"), { mean: 0, deviation: 0 });
  assertEquals(iresnet200Mxnet.params.parse({}), {
    widths: [64, 128, 256, 512],
    embedding: 512,
    output: "E",
    se: false,
    initial: "mxnet",
    epsilon: 2e-5,
  });
});

Deno.test("mobilefacenet starts with Kaiming normal weights by fan-out, groups left out of account", async () => {
  const at = await moments(mobilefacenet, {});
  assertDeviation(at("layers.0.layers.0.weight"), Math.sqrt(2 / (9 * 128)));
  assertDeviation(at("layers.1.layers.0.weight"), Math.sqrt(2 / (9 * 128)));
  assertDeviation(at("layers.6.layers.1.layers.0.weight"), Math.sqrt(2 / (9 * 512)));
  assertDeviation(at("features.layers.0.layers.0.weight"), Math.sqrt(2 / (4 * 512)));
  assertDeviation(at("features.layers.2.weight"), Math.sqrt(2 / 512));
});
