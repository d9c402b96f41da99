import { assertAlmostEquals, assertEquals } from "@std/assert";
import { crossEntropy } from "../../losses/mod.ts";
import { type Tensor, tf } from "../../tensor/tf.ts";
import { testOnBackends } from "../backends.ts";
import { assertClose } from "../tensor/close.ts";

/** Loss and gradient of logits whose class is 0 throughout. */
async function lossOf(logits: number[][]): Promise<{ loss: number; gradient: number[] }> {
  const target = tf.tensor2d(logits.map((row) => row.map((_, j) => j === 0 ? 1 : 0)));
  const z = tf.tensor2d(logits);
  const { value, grad } = tf.valueAndGrad((x: Tensor) => crossEntropy(x as typeof z, target))(z);
  const read = { loss: (await value.data())[0]!, gradient: [...await grad.data()] };
  tf.dispose([target, z, value, grad]);
  return read;
}

testOnBackends("crossEntropy() equals -log softmax and its gradient", async (backend) => {
  const rows = [[0.5, -1, 2], [3, 0, 0.25]];
  let loss = 0;
  const gradient = rows.flatMap((row) => {
    const total = row.reduce((sum, z) => sum + Math.exp(z), 0);
    loss -= Math.log(Math.exp(row[0]!) / total) / rows.length;
    return row.map((z, j) => (Math.exp(z) / total - (j === 0 ? 1 : 0)) / rows.length);
  });
  const tolerance = backend === "webgpu" ? 1e-5 : 1e-6;
  const measured = await lossOf(rows);
  assertAlmostEquals(measured.loss, loss, tolerance);
  assertClose(measured.gradient, gradient, tolerance);
});

testOnBackends("crossEntropy() neither overflows nor underflows", async () => {
  assertEquals(await lossOf([[1e4, -1e4]]), { loss: 0, gradient: [0, 0] });
  assertEquals(await lossOf([[-1e30, 1e30]]), { loss: Math.fround(2e30), gradient: [-1, 1] });
  assertEquals((await lossOf([[-5e5, -5e5]])).gradient, [-0.5, 0.5]);
});
