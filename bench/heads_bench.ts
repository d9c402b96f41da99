/**
 * Loss and class-weight gradients of each head for one batch of 128 embeddings of 128 dimensions and 1,000 classes, on WASM.
 *
 *     deno task bench
 *
 * @module
 */
import * as catalogue from "../losses/catalogue.ts";
import { useBackend } from "../tensor/backend.ts";
import { createRandom } from "../tensor/random.ts";
import { tf } from "../tensor/tf.ts";

const BATCH = 128, EMBEDDING = 128, CLASSES = 1000;

await useBackend("wasm");
const random = createRandom(0, "bench");
const embeddings = tf.tensor2d(Array.from({ length: BATCH * EMBEDDING }, () => random.normal()), [BATCH, EMBEDDING]);
const labels = tf.tensor1d(Array.from({ length: BATCH }, (_, i) => i * 7 % CLASSES), "int32");

for (const plugin of Object.values(catalogue)) {
  const context = { embedding: EMBEDDING, classes: CLASSES, random: createRandom(0, plugin.name) };
  const head = plugin.create(plugin.params.parse({}), context);
  const variables = head.parameters.filter(({ trainable }) => trainable).map(({ variable }) => variable);
  Deno.bench(`${plugin.name}: loss and gradients`, { baseline: plugin.name === "softmax" }, async () => {
    const { value, grads } = tf.variableGrads(() => head.loss(embeddings, labels).loss, variables);
    await value.data();
    tf.dispose([value, grads]);
  });
}
