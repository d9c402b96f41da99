import { assert, assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { identity } from "../../datasets/mod.ts";
import { createRandom } from "../../tensor/random.ts";

const random = createRandom(0, "test");

/** By a Philox and a sampler in Python that share no code with ours: sizes 4, 2, 3 and 1, two identities, 3 images. */
const GOLDEN = [[8, 6, 2, 5, 1, 1], [0, 4, 9, 0, 4, 9], [5, 1, 5, 2, 8, 6]];

/** Labels of classes of these sizes, interleaved as far as they go. */
function labelsOf(sizes: readonly number[]): Int32Array {
  const most = Math.max(0, ...sizes);
  return Int32Array.from(
    Array.from({ length: most }, (_, i) => sizes.flatMap((size, label) => i < size ? [label] : [])).flat(),
  );
}

Deno.test("identity gives every identity of 2 or more images once an epoch, K distinct images where it has them", () => {
  const sizes = fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 12 }).filter((all) =>
    all.some((size) => size > 1)
  );
  fc.assert(
    fc.property(sizes, fc.integer({ min: 2, max: 6 }), fc.integer({ min: 1, max: 5 }), (sizes, images, count) => {
      const labels = labelsOf(sizes), wanted = sizes.flatMap((size, label) => size > 1 ? [label] : []);
      const sampler = identity.create({ images }, { labels, batchSize: count * images, random });
      const steps = Math.ceil(3 * wanted.length / count);
      const groups = Array.from({ length: steps }, (_, step) => [...sampler(step)]).flat().flatMap((_, i, all) =>
        i % images === 0 ? [all.slice(i, i + images)] : []
      );
      for (const group of groups) {
        const label = labels[group[0]!]!;
        assert(group.every((index) => labels[index] === label));
        assertEquals(new Set(group).size, Math.min(images, sizes[label]!));
        // One that has fewer repeats them evenly.
        const times = group.map((index) => group.filter((other) => other === index).length);
        assert(Math.max(...times) - Math.min(...times) <= 1);
      }
      for (let epoch = 0; epoch < 3; epoch++) {
        const seen = groups.slice(epoch * wanted.length, (epoch + 1) * wanted.length).map(([i]) => labels[i!]!);
        assertEquals(seen.sort((a, b) => a - b), wanted);
      }
    }),
    { seed: 1, numRuns: 100 },
  );
});

Deno.test("identity follows the streams of its epochs, with random access", () => {
  const labels = labelsOf([5, 1, 6, 5, 7, 5]), classes = [0, 2, 3, 4, 5];
  const make = () => identity.create({ images: 3 }, { labels, batchSize: 6, random });
  const sampler = make(), steps = [0, 1, 2, 3, 4, 5].map((step) => [...sampler(step)]);
  const order = [0, 1, 2].flatMap((epoch) => [...random.fork(epoch).permutation(5)].map((place) => classes[place]!));
  assertEquals(steps.flat().flatMap((index, i) => i % 3 === 0 ? [labels[index]!] : []), order.slice(0, 12));
  const again = make();
  for (const step of [5, 0, 3, 1, 4, 2]) assertEquals([...again(step)], steps[step]);
  // Another seed, other images.
  const other = identity.create({ images: 3 }, { labels, batchSize: 6, random: createRandom(1, "test") });
  assertNotEquals([...other(0)], steps[0]);
});

Deno.test("identity draws each image of an identity equally often", () => {
  const labels = labelsOf([6, 6]), seen = new Map<number, number>();
  const sampler = identity.create({ images: 2 }, { labels, batchSize: 4, random });
  for (let step = 0; step < 1500; step++) for (const i of sampler(step)) seen.set(i, (seen.get(i) ?? 0) + 1);
  // 500 expected of each, deviation 18.
  assertEquals(seen.size, 12);
  for (const times of seen.values()) assert(Math.abs(times - 500) < 90, `${times}`);
});

Deno.test("identity gives the same batches forever", () => {
  const labels = labelsOf([4, 2, 3, 1]), sampler = identity.create({ images: 3 }, { labels, batchSize: 6, random });
  assertEquals([0, 1, 2].map((step) => [...sampler(step)]), GOLDEN);
});

Deno.test("identity refuses batches that its groups do not fill, and sets without pairs", () => {
  const options = { labels: labelsOf([4, 4]), batchSize: 7, random };
  assertThrows(() => identity.create({ images: 3 }, options), RangeError, "Cannot fill a batch of 7 with 3 images");
  const lonely = { labels: labelsOf([1, 1, 0]), batchSize: 6, random };
  assertThrows(() => identity.create({ images: 3 }, lonely), RangeError, "none has 2 images");
  assertThrows(() => identity.params.parse({ images: 1 }));
  assertEquals(identity.group!({ images: 5 }), 5);
});
