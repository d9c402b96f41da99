import { assert, assertEquals } from "@std/assert";
import { createRandom, tf, useBackend } from "../tensor/mod.ts";
import { myBackbone } from "./backbone.ts";

const params = myBackbone.params.parse({ blocks: 2, width: 4, embedding: 8 });

Deno.test("myBackbone has the parameters that its layers say", () => {
  // By hand: two convolutions, a batch norm's two and a PReLU's one a channel, the linear layer, the last batch norm.
  const blocks = (3 * 9 * 4 + 3 * 4) + (4 * 9 * 8 + 3 * 8), last = 4 * 4 * 8 * 8 + 8 + 2 * 8;
  const { parameters, embedding } = myBackbone.cost(params, [16, 16, 3]);
  assertEquals([parameters, embedding], [blocks + last, 8]);
});

Deno.test("myBackbone embeds a batch", async () => {
  await useBackend("cpu");
  const backbone = myBackbone.create(params, { shape: [16, 16, 3], random: createRandom(0, "init") });
  const images = tf.zeros([2, 16, 16, 3]) as tf.Tensor4D, embeddings = backbone.forward(images, { training: false });
  assertEquals(embeddings.shape, [2, 8]);
  assert([...await embeddings.data()].every(Number.isFinite));
  tf.dispose([images, embeddings]);
  backbone.dispose();
});
