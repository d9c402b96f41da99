import { assertAlmostEquals, assertEquals } from "@std/assert";
import { pixels } from "../../backbones/catalogue.ts";
import { createRandom } from "../../tensor/random.ts";
import { tf } from "../../tensor/tf.ts";
import { testOnBackends } from "../backends.ts";

testOnBackends("pixels gives images whose cosine is their correlation, whatever their brightness", async () => {
  const backbone = pixels.create({}, { shape: [2, 3, 1], random: createRandom(0, "init") });
  const images = tf.tensor4d([1, 2, 3, 4, 5, 9, 11, 12, 13, 14, 15, 19, 0, 5, 0, 5, 0, 5], [3, 2, 3, 1]);
  const embeddings = backbone.forward(images, { training: false });
  const [a, b, c] = await embeddings.array() as [number[], number[], number[]];
  b.forEach((value, i) => assertAlmostEquals(value, a[i]!, 1e-5));
  // Correlation of (1, 2, 3, 4, 5, 9) and (0, 5, 0, 5, 0, 5), by hand: 15 / √(40 · 37.5).
  const dot = (x: number[], y: number[]) => x.reduce((sum, value, i) => sum + value * y[i]!, 0);
  assertAlmostEquals(dot(a, c) / Math.sqrt(dot(a, a) * dot(c, c)), 15 / Math.sqrt(40 * 37.5), 1e-6);
  assertEquals(backbone.embedding, 6);
  tf.dispose([images, embeddings]);
});
