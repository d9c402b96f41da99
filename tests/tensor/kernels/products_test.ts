import { useBackend } from "../../../tensor/backend.ts";
import { tf } from "../../../tensor/tf.ts";
import { assertClose } from "../close.ts";

Deno.test("a product survives that its own scratch space grows the heap", async () => {
  await useBackend("wasm");
  const m = 2, n = 8;
  // Each is larger than all before it together, so that some of them find no room.
  for (const k of [2 ** 14, 2 ** 17, 2 ** 20]) {
    const a = tf.fill([m, k], 1 / k), b = tf.concat([tf.ones([n / 2, k]), tf.fill([n / 2, k], 2)]);
    const c = tf.matMul(a as never, b as never, false, true);
    assertClose(await c.data(), [1, 1, 1, 1, 2, 2, 2, 2, 1, 1, 1, 1, 2, 2, 2, 2], 1e-4, `${k} terms`);
    tf.dispose([a, b, c]);
  }
});
