// Run by Node beside the installed package, and by Deno: heads, a protocol and readers, on numbers that are known.
import assert from "node:assert/strict";
import { arcface } from "@marginlab/marginlab/losses";
import { createRandom, tf, useBackend } from "@marginlab/marginlab/tensor";
import { verification } from "@marginlab/marginlab/evaluation";
import { imageFolder, syntheticFaces } from "@marginlab/marginlab/datasets";
import { convnet } from "@marginlab/marginlab/backbones";

for (const name of ["cpu", "wasm"]) {
  await useBackend(name);
  const context = { embedding: 2, classes: 2, random: createRandom(0, "init"), counts: Int32Array.of(1, 1) };
  const head = arcface.create(arcface.params.parse({ m: 0.5, s: 4 }), context);
  head.parameters.find(({ role }) => role === "class").variable.assign(tf.tensor2d([[1, 0], [0, 1]]));
  const labels = Int32Array.of(0), step = { step: 0, part: createRandom(0, "part"), place: { index: 0, count: 1 } };
  const output = head.loss(tf.tensor2d([[3, 3]]), tf.tensor1d(labels, "int32"), {
    ...step,
    labels,
    random: createRandom(0, "step"),
  });
  // 45 degrees to both classes: the own one's logit is at 45 degrees + 0.5.
  const target = 4 * Math.cos(Math.PI / 4 + 0.5), other = 4 * Math.cos(Math.PI / 4);
  const [loss] = await output.loss.data();
  assert.ok(Math.abs(loss - Math.log(1 + Math.exp(other - target))) < 1e-4, `${name}: ${loss}`);
  const network = convnet.create(convnet.params.parse({ blocks: 1, width: 2, embedding: 4 }), {
    shape: [8, 8, 1],
    random: createRandom(0, "init"),
  });
  assert.deepEqual(network.forward(tf.zeros([2, 8, 8, 1]), { training: false }).shape, [2, 4]);
}

const pairs = {
  first: Int32Array.of(0, 1, 2, 3),
  second: Int32Array.of(1, 2, 3, 0),
  same: Uint8Array.of(1, 0, 1, 0),
  fold: Int32Array.of(0, 0, 1, 1),
  folds: 2,
};
const embeddings = { count: 4, dimension: 2, original: Float32Array.of(1, 0, 1, 0.1, 0, 1, 0.1, 1) };
const { metrics } = verification.evaluate(verification.params.parse({}), {
  embeddings,
  labels: Int32Array.of(0, 0, 1, 1),
  pairs,
});
assert.equal(metrics.find(({ name }) => name === "accuracy").value, 1);

const pgm = (grey) => Uint8Array.from([...new TextEncoder().encode("P5 2 2 255\n"), grey, grey, grey, grey]);
const images = { "anna/1.pgm": pgm(10), "ben/1.pgm": pgm(20) };
const files = {
  stat: (path) => Promise.resolve(path === "faces" ? "folder" : undefined),
  list: () => Promise.resolve(Object.entries(images).map(([path, { length }]) => ({ path, size: length }))),
  size: (path) => Promise.resolve(images[path.slice(6)].length),
  read: (path) => Promise.resolve(images[path.slice(6)]),
  digest: () => Promise.resolve("0"),
  locate: (path) => path,
};
const set = await imageFolder.open(imageFolder.params.parse({ path: "faces", channels: 1 }), { files });
assert.deepEqual([set.classes, [...await set.read(1)]], [["anna", "ben"], [20, 20, 20, 20]]);
const faces = await syntheticFaces.open(
  syntheticFaces.params.parse({ identities: 2, perIdentity: 1, size: [8, 8] }),
  {},
);
assert.equal((await faces.read(1)).length, 192);
