import { assertEquals, assertThrows } from "@std/assert";
import { useBackend } from "../../../tensor/backend.ts";
import { tf } from "../../../tensor/tf.ts";
import { testOnBackends } from "../../backends.ts";
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

testOnBackends("products of integers are tfjs's own", async (backend) => {
  const a = tf.tensor2d([[1, 2], [3, 4]], [2, 2], "int32"), b = tf.tensor2d([[5, 6], [7, 8]], [2, 2], "int32");
  // tfjs has none on WASM, and says so.
  if (backend === "wasm") assertThrows(() => tf.matMul(a, b), Error, "not yet supported");
  else {
    const c = tf.matMul(a, b);
    assertEquals([...await c.data()], [19, 22, 43, 50]);
    c.dispose();
  }
  tf.dispose([a, b]);
});

Deno.test("the heap is used up to 4 GiB, and a tensor that does not fit is refused", async () => {
  await useBackend("wasm");
  // What is never written to takes addresses, not memory.
  const { wasm } = tf.backend() as unknown as { wasm: { _malloc(bytes: number): number; _free(at: number): void } };
  const blocks = Array.from({ length: 5 }, () => wasm._malloc(2 ** 29)), small: number[] = [];
  try {
    // The holes below 2 GiB, so that what comes then lies above.
    for (let size = 2 ** 28; size >= 2 ** 16; size /= 2) {
      for (let at = wasm._malloc(size);; at = wasm._malloc(size)) {
        small.push(at);
        if (at > 2 ** 31) break;
      }
    }
    const a = tf.tensor2d([[1, 2], [3, 4]]), b = tf.concat([a, a], 1), x = tf.ones([1, 40, 40, 16]);
    const y = tf.conv2d(x as tf.Tensor4D, tf.ones([3, 3, 16, 16]), 1, "valid");
    assertEquals([...await tf.matMul(b, b, true).data()].slice(0, 4), [10, 14, 10, 14]);
    assertEquals(new Set(await y.data()), new Set([144]));
    const output = (backend: unknown) => (backend as { makeOutput(shape: number[], dtype: string): tf.TensorInfo });
    const outputs: tf.TensorInfo[] = [],
      fill = () => outputs.push(output(tf.backend()).makeOutput([2 ** 26], "float32"));
    assertThrows(
      () => {
        while (outputs.length < 16) fill();
      },
      RangeError,
      "Cannot allocate 256 MiB on the WASM heap",
    );
    outputs.forEach(({ dataId }) => tf.backend().disposeData(dataId));
    assertThrows(() => wasm._malloc(2 ** 31), RangeError, "Cannot allocate 2048 MiB");
    tf.dispose([a, b, x, y]);
  } finally {
    [...blocks, ...small].forEach((at) => wasm._free(at));
  }
});
