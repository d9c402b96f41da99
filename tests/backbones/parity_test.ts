import * as backbones from "../../backbones/catalogue.ts";
import type { Backbone, BackbonePlugin, ImageShape } from "../../backbones/backbone.ts";
import { assertEquals } from "@std/assert";
import { createRandom } from "../../tensor/random.ts";
import { type Tensor, tf } from "../../tensor/tf.ts";
import { sgd } from "../../training/sgd.ts";
import { testOnBackends } from "../backends.ts";
import { assertClose } from "../tensor/close.ts";
import cases from "../fixtures/backbones.json" with { type: "json" };

type Case = (typeof cases)[number];

/** Builds the backbone of a case with the case's weights. */
function build(test: Case): Backbone {
  const plugin = (backbones as Record<string, BackbonePlugin>)[test.backbone]!;
  const context = { shape: test.shape as unknown as ImageShape, random: createRandom(0, "init") };
  const backbone = plugin.create(plugin.params.parse(test.params), context);
  const state = test.state as unknown as Record<string, number[]>;
  assertEquals(backbone.parameters.map(({ name }) => name).sort(), Object.keys(state).sort());
  tf.tidy(() =>
    backbone.parameters.forEach(({ name, variable }) => variable.assign(tf.tensor(state[name]!, variable.shape)))
  );
  return backbone;
}

for (const test of cases) {
  const shape = [5, ...test.shape] as [number, number, number, number];
  // llvmpipe's reciprocal square root is coarser than WASM's.
  const tolerance = (backend: string) => backend === "webgpu" ? 5e-4 : 5e-5;

  testOnBackends(`${test.name} embeds as PyTorch does`, async (backend) => {
    const backbone = build(test);
    const images = tf.tensor4d(test.images, shape);
    const embeddings = backbone.forward(images, { training: false });
    assertClose(await embeddings.data(), test.inference, tolerance(backend), "embeddings");
    tf.dispose([images, embeddings]);
    backbone.dispose();
  });

  testOnBackends(`${test.name} has PyTorch's gradients and running statistics`, async (backend) => {
    const backbone = build(test);
    const images = tf.tensor4d(test.images, shape), weights = tf.tensor2d(test.weights, [5, backbone.embedding]);
    const trainable = backbone.parameters.filter(({ trainable }) => trainable);
    const before = tf.memory().numTensors;
    const { value, grads } = tf.variableGrads(
      () => tf.sum(tf.mul(backbone.forward(images, { training: true }), weights)) as tf.Scalar,
      trainable.map(({ variable }) => variable),
    );
    assertEquals(tf.memory().numTensors - before, trainable.length + 1, "the pass leaks no tensor");
    const expected = test.gradients as unknown as Record<string, number[]>;
    assertEquals(trainable.map(({ name }) => name).sort(), Object.keys(expected).sort());
    // One scale for all: a bias before a batch norm has a zero gradient, which rounding alone fills.
    const largest = Math.max(...Object.values(expected).flat().map(Math.abs));
    for (const { name, variable } of trainable) {
      const gradient = [...await grads[variable.name]!.data(), largest];
      assertClose(gradient, [...expected[name]!, largest], 2 * tolerance(backend), `gradient of ${name}`);
    }
    for (const [name, wanted] of Object.entries(test.statistics as unknown as Record<string, number[]>)) {
      const { variable } = backbone.parameters.find((parameter) => parameter.name === name)!;
      assertClose(await variable.data(), wanted, tolerance(backend), name);
    }
    tf.dispose([images, weights, value, ...Object.values(grads)]);
    backbone.dispose();
  });
}

for (const test of cases) {
  testOnBackends(`sgd follows PyTorch's losses on ${test.name}`, async (backend) => {
    const backbone = build(test);
    const trainable = backbone.parameters.filter(({ trainable }) => trainable);
    const { lr, ...params } = test.sgd;
    const optimizer = sgd.create(sgd.params.parse(params), trainable);
    const images = tf.tensor4d(test.images, [5, ...test.shape] as [number, number, number, number]);
    const weights = tf.tensor2d(test.weights, [5, backbone.embedding]);
    const loss = () => tf.div(tf.sum(tf.mul(backbone.forward(images, { training: true }), weights)), 5) as tf.Scalar;
    const losses: number[] = [];
    for (const _ of test.losses) {
      const { value, grads } = tf.variableGrads(loss, trainable.map(({ variable }) => variable));
      optimizer.update(trainable.map(({ variable }) => grads[variable.name] as Tensor), lr);
      losses.push((await value.data())[0]!);
      tf.dispose([value, ...Object.values(grads)]);
    }
    assertClose(losses, test.losses, backend === "webgpu" ? 2e-3 : 2e-4, "losses");
    tf.dispose([images, weights]);
    optimizer.dispose();
    backbone.dispose();
  });
}
