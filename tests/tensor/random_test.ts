import { assert, assertAlmostEquals, assertEquals, assertNotEquals } from "@std/assert";
import { createRandom, philox4x32 } from "../../tensor/random.ts";

// Known answers of the Random123 distribution (kat_vectors, philox4x32 with 10 rounds).
const KNOWN: [counter: number[], key: number[], out: number[]][] = [
  [[0, 0, 0, 0], [0, 0], [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8]],
  [
    [0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff],
    [0xffffffff, 0xffffffff],
    [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd],
  ],
  [
    [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
    [0xa4093822, 0x299f31d0],
    [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1],
  ],
];

Deno.test("philox4x32() gives the known answers of Random123", () => {
  const out = new Uint32Array(4);
  for (const [counter, key, expected] of KNOWN) {
    philox4x32(Uint32Array.from(counter), Uint32Array.from(key), out);
    assertEquals([...out], expected);
  }
});

Deno.test("createRandom() resumes at a position with the same words", () => {
  const stream = createRandom(7, "augment");
  const words = Array.from({ length: 11 }, () => stream.uint32());
  for (const position of [0, 3, 4, 9]) {
    const again = createRandom(7, "augment");
    again.position = position;
    assertEquals(Array.from({ length: 11 - position }, () => again.uint32()), words.slice(position));
  }
});

Deno.test("fork() gives a stream that its parent's position does not touch", () => {
  const parent = createRandom(0, "dropout"), other = createRandom(0, "dropout");
  parent.uint32();
  assertEquals(parent.fork(3).uint32(), other.fork(3).uint32());
  assertNotEquals(parent.fork(3).uint32(), parent.fork(4).uint32());
});

Deno.test("normal() has mean 0 and variance 1, uniform() mean 1/2", () => {
  const stream = createRandom(0, "moments"), count = 20_000;
  let sum = 0, squares = 0, flat = 0;
  for (let i = 0; i < count; i++) {
    const value = stream.normal();
    sum += value, squares += value * value, flat += stream.uniform();
  }
  assertAlmostEquals(sum / count, 0, 0.03);
  assertAlmostEquals(squares / count, 1, 0.04);
  assertAlmostEquals(flat / count, 0.5, 0.01);
});

Deno.test("integer() stays in range and reaches every value", () => {
  const stream = createRandom(0, "integers"), seen = new Set<number>();
  for (let i = 0; i < 500; i++) seen.add(stream.integer(7));
  assertEquals([...seen].sort(), [0, 1, 2, 3, 4, 5, 6]);
});

Deno.test("permutation() holds every index once and depends on the seed", () => {
  const order = createRandom(0, "order").permutation(1000);
  assertEquals([...order].sort((a, b) => a - b), Array.from({ length: 1000 }, (_, i) => i));
  assert(order.some((value, i) => value !== i));
  assertNotEquals(order, createRandom(1, "order").permutation(1000));
});
