import { assertEquals } from "@std/assert";
import { oneHotTargets } from "../../losses/parts.ts";
import { createRandom } from "../../tensor/random.ts";
import { type Tensor2D, tf } from "../../tensor/tf.ts";
import { testOnBackends } from "../backends.ts";

// tfjs's WASM OneHot writes integer bits into a float32 output: 1 reads back as 1.4e-45.
testOnBackends("oneHotTargets() holds ones and zeros", async () => {
  const context = { embedding: 2, classes: 3, random: createRandom(0, "init") };
  const embeddings = tf.zeros([2, 2]) as Tensor2D, labels = tf.tensor1d([2, 0], "int32");
  const target = oneHotTargets(embeddings, labels, context);
  assertEquals([...await target.data()], [0, 0, 1, 1, 0, 0]);
  tf.dispose([embeddings, labels, target]);
});
