import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { tf } from "../../../tensor/tf.ts";
import { testOnBackends } from "../../backends.ts";

/** A shape, and a slice of it: of each dimension where it begins and how long it is, the rest where that is −1. */
const slices = fc.array(fc.tuple(fc.nat(3), fc.nat(4), fc.nat(3)), { minLength: 1, maxLength: 4 });

testOnBackends("a slice has the elements that it names", async () => {
  await fc.assert(
    fc.asyncProperty(slices, fc.boolean(), async (dimensions, open) => {
      const shape = dimensions.map(([before, size, after]) => before + size + after);
      if (shape.includes(0)) return;
      const begin = dimensions.map(([before]) => before), size = dimensions.map(([, size]) => size);
      if (open) size[size.length - 1] = -1;
      const count = shape.reduce((a, b) => a * b, 1),
        x = tf.tensor(Float32Array.from({ length: count }, (_, i) => i), shape);
      const y = tf.slice(x, begin, size), wanted: number[] = [];
      for (let i = 0; i < count; i++) {
        const places = shape.map((_, axis) =>
          Math.floor(i / shape.slice(axis + 1).reduce((a, b) => a * b, 1)) % shape[axis]!
        );
        if (places.every((p, axis) => p >= begin[axis]! && p < begin[axis]! + y.shape[axis]!)) wanted.push(i);
      }
      assertEquals([...await y.data()], wanted);
      tf.dispose([x, y]);
    }),
    { seed: 3, numRuns: 100 },
  );
}, ["wasm"]);

testOnBackends("a slice of integers is one, and a slice beyond the end is refused", async () => {
  const labels = tf.tensor1d([4, 5, 6], "int32"), part = tf.slice(labels, 1, 2);
  assertEquals([part.dtype, [...await part.data()]], ["int32", [5, 6]]);
  assertThrows(() => tf.slice(tf.zeros([3, 2]), [2, 0], [2, 2]));
  tf.dispose([labels, part]);
}, ["wasm"]);
