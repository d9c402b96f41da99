import { assert, assertEquals, assertNotEquals, assertRejects, assertThrows } from "@std/assert";
import { assembleBatch, contactSheet, flip, imageFolder, shift, shuffle } from "../../datasets/mod.ts";
import { decodePng } from "../../datasets/decoding/png.ts";
import { createByteCache } from "../../datasets/byte_cache.ts";
import { createRandom } from "../../tensor/random.ts";
import { labelledSet } from "./helpers.ts";

const random = createRandom(0, "test");
const image = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9);

Deno.test("shuffle gives every image once an epoch, across batches, with random access", () => {
  const labels = new Int32Array(10), make = () => shuffle.create({}, { labels, batchSize: 4, random });
  const sampler = make(), order = [0, 1, 2, 3, 4].flatMap((step) => [...sampler(step)]);
  const sorted = Array.from({ length: 10 }, (_, i) => i);
  assertEquals(order.slice(0, 10).sort((a, b) => a - b), sorted);
  assertEquals(order.slice(10).sort((a, b) => a - b), sorted);
  assertNotEquals(order.slice(0, 10), order.slice(10));
  const again = make();
  for (const step of [4, 0, 2, 1, 3]) assertEquals([...again(step)], order.slice(step * 4, step * 4 + 4));
});

Deno.test("shuffle fills a batch larger than the set from several epochs, and refuses an empty set", () => {
  const batch = shuffle.create({}, { labels: new Int32Array(3), batchSize: 7, random })(0);
  assertEquals([...batch.slice(0, 3)].sort(), [0, 1, 2]);
  assertEquals([...batch.slice(3, 6)].sort(), [0, 1, 2]);
  const empty = { labels: new Int32Array(), batchSize: 1, random };
  assertThrows(() => shuffle.create({}, empty), RangeError, "Cannot shuffle a set of 0 images");
});

Deno.test("flip mirrors left to right with its probability", () => {
  const always = flip.create({ probability: 1 }, [3, 3, 1]), never = flip.create({ probability: 0 }, [3, 3, 1]);
  assertEquals(always(image, random), Uint8Array.of(3, 2, 1, 6, 5, 4, 9, 8, 7));
  assertEquals(flip.create({ probability: 1 }, [1, 3, 3])(image, random), Uint8Array.of(7, 8, 9, 4, 5, 6, 1, 2, 3));
  assertEquals(never(image, random), image);
  const half = flip.create(flip.params.parse({}), [1, 2, 1]);
  let mirrored = 0;
  for (let i = 0; i < 1000; i++) mirrored += half(Uint8Array.of(0, 1), random)[0]!;
  assert(mirrored > 450 && mirrored < 550, `${mirrored} of 1000`);
});

Deno.test("shift moves by whole pixels within its bound and fills as told", () => {
  const by = (fill: unknown): Set<string> => {
    const change = shift.create(shift.params.parse({ pixels: 1, fill }), [3, 3, 1]), seen = new Set<string>();
    for (let i = 0; i < 400; i++) seen.add(change(image, random).join(" "));
    return seen;
  };
  // Down and right by one, and the other eight moves.
  const [edge, wrap, constant] = [by("edge"), by("wrap"), by(0)];
  assertEquals([edge.size, wrap.size, constant.size], [9, 9, 9]);
  assert(edge.has("1 1 2 1 1 2 4 4 5") && edge.has("2 3 3 5 6 6 8 9 9"));
  assert(wrap.has("9 7 8 3 1 2 6 4 5") && wrap.has("2 3 1 5 6 4 8 9 7"));
  assert(constant.has("0 0 0 0 1 2 0 4 5") && constant.has("2 3 0 5 6 0 8 9 0"));
  assertEquals(image, Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9));
  assertThrows(
    () => shift.create({ pixels: 3, fill: "edge" }, [3, 9, 1]),
    RangeError,
    "Cannot shift images of 3 × 9 pixels by 3",
  );
});

Deno.test("assembleBatch() normalises, and augments each image by its place alone", async () => {
  const set = labelledSet([2, 3]),
    augment = [(bytes: Uint8Array, stream: typeof random) => bytes.map((v) => v + stream.integer(50))];
  const plain = await assembleBatch(set, Int32Array.of(4, 0), { augment: [], random });
  assertEquals(plain, { images: Float32Array.of((4 - 100) / 50, -2), labels: Int32Array.of(1, 0) });
  const one = await assembleBatch(set, Int32Array.of(1, 1, 1), { augment, random: random.fork(3) });
  const two = await assembleBatch(set, Int32Array.of(0, 1), { augment, random: random.fork(3) });
  assertEquals(one.images[1], two.images[1]);
  assert(new Set(one.images).size > 1);
});

Deno.test("contactSheet() lays out a class a row", async () => {
  const sheet = decodePng(await contactSheet(labelledSet([2, 3, 1]), { columns: 2, rows: 5 }));
  assertEquals([sheet.width, sheet.height, sheet.channels], [8, 11, 1]);
  const at = (row: number, column: number): number => sheet.data[(2 + row * 3) * 8 + 2 + column * 3]!;
  assertEquals([at(0, 0), at(0, 1), at(1, 0), at(1, 1), at(2, 0), at(2, 1)], [0, 1, 2, 3, 5, 128]);
  await assertRejects(
    () => contactSheet(labelledSet([1, 1]), { columns: 0, rows: 1 }),
    RangeError,
    "at least 1 of each",
  );
});

Deno.test("createByteCache() keeps what fits and forgets the oldest", () => {
  const cache = createByteCache(10);
  for (let key = 0; key < 4; key++) cache.set(key, new Uint8Array(4).fill(key));
  assertEquals([0, 1, 2, 3].map((key) => cache.get(key)?.[0]), [undefined, undefined, 2, 3]);
  cache.set(9, new Uint8Array(11));
  cache.set(2, Uint8Array.of(7, 7));
  assertEquals([2, 3, 9].map((key) => cache.get(key)?.[0]), [7, 3, undefined]);
});

Deno.test("imageFolder, flip, shift and shuffle name themselves once", () => {
  assertEquals([imageFolder, flip, shift, shuffle].map((plugin) => plugin.name), [
    "image-folder",
    "flip",
    "shift",
    "shuffle",
  ]);
});
