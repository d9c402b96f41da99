import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { fromTorch, type TorchLayout, toTorch } from "../../tensor/torch_layout.ts";

/** Values that say where they came from: the index along each dimension as a decimal digit. */
function digits(shape: readonly number[]): Float32Array {
  const size = shape.reduce((a, b) => a * b, 1);
  return Float32Array.from({ length: size }, (_, i) => {
    let rest = i, value = 0, place = 1;
    for (const n of [...shape].reverse()) {
      value += (rest % n) * place;
      rest = Math.floor(rest / n);
      place *= 10;
    }
    return value;
  });
}

Deno.test("toTorch() brings a convolution to [out, in, kh, kw]", () => {
  const { values, shape } = toTorch(digits([2, 3, 4, 5]), [2, 3, 4, 5], { kind: "conv" });
  assertEquals(shape, [5, 4, 2, 3]);
  // Element [4, 1, 0, 2] of PyTorch's is [kh, kw, in, out] = [0, 2, 1, 4] of ours.
  assertEquals(values[4 * 24 + 1 * 6 + 0 * 3 + 2], 214);
});

Deno.test("toTorch() brings a depthwise convolution to [channels, 1, kh, kw]", () => {
  const { values, shape } = toTorch(digits([2, 3, 4, 1]), [2, 3, 4, 1], { kind: "depthwise" });
  assertEquals(shape, [4, 1, 2, 3]);
  assertEquals(values[3 * 6 + 1 * 3 + 2], 1230);
});

Deno.test("toTorch() brings a linear layer to [out, in]", () => {
  const { values, shape } = toTorch(Float32Array.of(1, 2, 3, 4, 5, 6), [2, 3], { kind: "linear" });
  assertEquals([shape, [...values]], [[3, 2], [1, 4, 2, 5, 3, 6]]);
});

Deno.test("toTorch() takes a linear layer's flattened map as channels first", () => {
  // A map of 1×2 pixels and two channels: ours counts pixel 0 (a, b), pixel 1 (a, b); PyTorch's a (0, 1), b (0, 1).
  const { values, shape } = toTorch(Float32Array.of(1, 2, 3, 4), [4, 1], { kind: "linear", image: [1, 2, 2] });
  assertEquals([shape, [...values]], [[1, 4], [1, 3, 2, 4]]);
});

Deno.test("fromTorch() is the inverse of toTorch()", () => {
  const size = fc.integer({ min: 1, max: 4 });
  const any: fc.Arbitrary<[number[], TorchLayout | undefined]> = fc.oneof(
    fc.tuple(size, size, size, size).map((shape) => [shape, { kind: "conv" }] as [number[], TorchLayout]),
    fc.tuple(size, size, size).map((shape) => [[...shape, 1], { kind: "depthwise" }] as [number[], TorchLayout]),
    fc.tuple(size, size).map((shape) => [shape, { kind: "linear" }] as [number[], TorchLayout]),
    fc.tuple(size, size, size, size).map(([h, w, c, out]) =>
      [[h * w * c, out], { kind: "linear", image: [h, w, c] }] as [number[], TorchLayout]
    ),
    fc.tuple(size).map((shape) => [shape, undefined] as [number[], undefined]),
  );
  fc.assert(
    fc.property(any, ([shape, layout]) => {
      const values = digits(shape), theirs = toTorch(values, shape, layout);
      assertEquals(fromTorch(theirs.values, theirs.shape, layout), { values, shape });
    }),
    { seed: 1 },
  );
});

Deno.test("toTorch() and fromTorch() refuse a shape that does not fit", () => {
  const values = new Float32Array(8);
  assertThrows(
    () => toTorch(values, [2, 4], { kind: "conv" }),
    TypeError,
    "Cannot lay out a conv parameter: its shape is [2, 4], 4 dimensions are wanted",
  );
  assertThrows(
    () => fromTorch(values, [2], { kind: "linear" }),
    TypeError,
    "Cannot lay out a linear parameter: its shape is [2], 2 dimensions are wanted",
  );
  assertThrows(
    () => toTorch(values, [2, 3], { kind: "linear" }),
    TypeError,
    "Cannot lay out a linear parameter: its shape is [2, 3], but it has 8 values, 6 are wanted",
  );
  assertThrows(
    () => toTorch(values, [2, 1, 2, 2], { kind: "depthwise" }),
    TypeError,
    "one filter a channel is wanted",
  );
  assertThrows(
    () => fromTorch(values, [2, 4], { kind: "linear", image: [1, 3, 1] }),
    TypeError,
    "its shape is [4, 2], inputs that flatten [1, 3, 1] are wanted",
  );
});
