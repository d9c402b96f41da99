import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";
import { assert, assertAlmostEquals, assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import * as catalogue from "../../datasets/catalogue.ts";
import type { AugmentationPlugin, Random } from "../../datasets/mod.ts";
import { createRandom } from "../../tensor/random.ts";
import { readFixture } from "./helpers.ts";
import { patternOf } from "./patterns.ts";

const { balanced, blur, colour, crop, erase, grey, lowResolution, randAugment } = catalogue;
const fixture = readFixture<{
  readonly crops: readonly { readonly keep: string; readonly resize: string }[];
  readonly erased: readonly string[];
  readonly balanced: Readonly<Record<string, number[][]>>;
}>("augmentations.json");

const root = createRandom(0, "augment");
const noise = patternOf("noise", [24, 20, 3]).data;
const hash = (bytes: Uint8Array): string => bytesToHex(sha256(bytes));

/** An augmentation of 24 × 20 images with parameters as a manifest gives them. */
function make(
  plugin: AugmentationPlugin,
  params: Record<string, unknown> = {},
  shape: readonly [number, number, number] = [24, 20, 3],
): (image: Uint8Array, random: Random) => Uint8Array {
  return plugin.create(plugin.params.parse(params), shape);
}

const augmentations = Object.values(catalogue).filter((plugin) => plugin.kind === "augmentation");
const withProbability = augmentations.filter((plugin) => "probability" in plugin.params.shape);

/** Parameters under which an augmentation changes images of this many channels; `undefined` where it cannot. */
function paramsFor({ name }: AugmentationPlugin, channels: number): Record<string, unknown> | undefined {
  if (channels === 1 && name === "grey") return undefined;
  if (name === "colour") return channels === 1 ? { saturation: 0 } : { hue: 0.5 };
  return name === "shift" ? { pixels: 1 } : {};
}

for (const plugin of augmentations) {
  Deno.test(`${plugin.name} keeps the shape, leaves its argument, and follows its stream`, () => {
    const side = fc.integer({ min: 2, max: 12 });
    const shape = fc.tuple(side, side, fc.constantFrom(1 as const, 3 as const));
    fc.assert(
      fc.property(shape, fc.integer(), fc.boolean(), (shape, seed, often) => {
        const params = paramsFor(plugin, shape[2]);
        if (!params) return;
        const always = often && "probability" in plugin.params.shape ? { probability: 1 } : {};
        const change = make(plugin, { ...params, ...always }, shape);
        const stream = () => createRandom(seed, "augment");
        const image = patternOf("noise", shape).data, before = image.slice(), out = change(image, stream());
        assertEquals(out.length, image.length);
        assertEquals(image, before);
        assertEquals(make(plugin, { ...params, ...always }, shape)(image, stream()), out);
      }),
      { seed: 1, numRuns: 60 },
    );
  });
}

for (const plugin of withProbability) {
  Deno.test(`${plugin.name} leaves images alone with probability 0, and changes its share of them`, () => {
    const params = paramsFor(plugin, 3)!;
    const never = make(plugin, { ...params, probability: 0 }), half = make(plugin, { ...params, probability: 0.5 });
    let changed = 0;
    for (let i = 0; i < 200; i++) {
      assertEquals(never(noise, root.fork(i)), noise);
      if (half(noise, root.fork(i)).some((value, at) => value !== noise[at])) changed++;
    }
    // 100 expected, deviation 7; a drawn operation may change nothing.
    assert(changed > 70 && changed < 130, `${changed} of 200`);
  });
}

Deno.test("crop takes the boxes of an independent program, on black or resized as Pillow does", () => {
  for (const place of ["keep", "resize"] as const) {
    const change = make(crop, { probability: 1, place });
    assertEquals(
      fixture.crops.map((_, i) => hash(change(noise, root.fork(i)))),
      fixture.crops.map((one) => one[place]),
    );
  }
});

Deno.test("erase covers the boxes of an independent program with its noise", () => {
  const change = make(erase, { probability: 1 });
  assertEquals(fixture.erased.map((_, i) => hash(change(noise, root.fork(i)))), fixture.erased);
});

Deno.test("erase covers with one value a box of the drawn share and ratio", () => {
  const white = new Uint8Array(100 * 100).fill(255);
  const change = make(erase, { probability: 1, fill: 7, scale: [0.1, 0.2], ratio: [0.5, 2] }, [100, 100, 1]);
  for (let i = 0; i < 50; i++) {
    const out = change(white, root.fork(i)), covered = [...out.keys()].filter((at) => out[at] === 7);
    const rows = covered.map((at) => Math.floor(at / 100)), columns = covered.map((at) => at % 100);
    const height = Math.max(...rows) - Math.min(...rows) + 1, width = Math.max(...columns) - Math.min(...columns) + 1;
    assertEquals(covered.length, height * width);
    // Sides are rounded to whole pixels.
    assert(covered.length > 950 && covered.length < 2050, `${covered.length}`);
    assert(width / height > 0.48 && width / height < 2.1, `${width} / ${height}`);
  }
});

Deno.test("crop and erase leave an image in which no box fits", () => {
  for (const plugin of [crop, erase]) {
    const change = make(plugin, { probability: 1, scale: [1, 1], ratio: [4, 4] });
    assertEquals(change(noise, root), noise);
  }
});

Deno.test("colour changes what it is told to", () => {
  const none = make(colour, { probability: 1, brightness: 0, contrast: 0, saturation: 0 });
  assertEquals(none(noise, root), noise);
  const bright = make(colour, { probability: 1, contrast: 0, saturation: 0, brightness: 0.5 });
  const flat = new Uint8Array(24 * 20 * 3).fill(100);
  let sum = 0;
  for (let i = 0; i < 400; i++) {
    const [value] = bright(flat, root.fork(i));
    assert(value! >= 50 && value! <= 150);
    sum += value! / 400;
  }
  // Uniform in 50 … 150, cut to whole numbers: mean 99.5, deviation of the mean 1.4.
  assertAlmostEquals(sum, 99.5, 6);
});

Deno.test("lowResolution takes detail away and keeps the mean", () => {
  const change = make(lowResolution, { probability: 1, scale: [0.3, 0.3], kernels: ["area"] });
  const out = change(noise, root), mean = (bytes: Uint8Array) => bytes.reduce((a, b) => a + b, 0) / bytes.length;
  const spread = (bytes: Uint8Array) => Math.sqrt(mean(bytes.map((value) => Math.abs(value - 128))));
  assert(spread(out) < spread(noise) * 0.8);
  assertAlmostEquals(mean(out), mean(noise), 6);
  // A side of at least one pixel.
  assertEquals(
    make(lowResolution, { probability: 1, scale: [0.2, 0.2] }, [2, 2, 1])(Uint8Array.of(1, 2, 3, 4), root).length,
    4,
  );
});

Deno.test("blur by an average has about the standard deviation of the Gaussian", () => {
  const point = new Uint8Array(41 * 41),
    variance = (kernel: string): number => {
      point[20 * 41 + 20] = 255;
      // Many points' blurs as sums of one row, since a single point's blur is rounded away.
      const bars = Uint8Array.from({ length: 41 * 41 }, (_, at) => at % 41 === 20 ? 255 : 0);
      const out = make(blur, { probability: 1, kernel, sigma: [2, 2] }, [41, 41, 1])(bars, root);
      const row = [...out.slice(20 * 41, 21 * 41)], total = row.reduce((a, b) => a + b, 0);
      return row.reduce((sum, value, x) => sum + value * (x - 20) ** 2, 0) / total;
    };
  assertAlmostEquals(variance("gaussian"), 4, 0.2);
  // 2 r + 1 = 7: (49 − 1) / 12.
  assertAlmostEquals(variance("average"), 4, 0.01);
});

Deno.test("grey repeats the luma in every channel", () => {
  const out = make(grey, { probability: 1 })(noise, root), [r, g, b] = noise as unknown as [number, number, number];
  assertEquals([...out.slice(0, 3)], new Array(3).fill((19595 * r + 38470 * g + 7471 * b + 32768) >> 16));
});

Deno.test("randAugment applies n operations of the list", () => {
  const invert = make(randAugment, { n: 1, magnitude: 30, operations: ["solarize"] });
  assertEquals(invert(noise, root), noise.map((value) => 255 - value));
  assertEquals(make(randAugment, { n: 2, magnitude: 30, operations: ["solarize"] })(noise, root), noise);
  const all = make(randAugment, { n: 1, magnitude: 15 }), seen = new Set<string>();
  for (let i = 0; i < 600; i++) seen.add(hash(all(noise, root.fork(i))));
  // Five operations without a sign, nine with two.
  assertEquals(seen.size, 5 + 9 * 2);
});

Deno.test("augmentations refuse channels and ranges that make no sense", () => {
  assertThrows(() => make(grey, {}, [4, 4, 1]), RangeError, "Cannot take the colour of images of 1 channel");
  assertThrows(() => make(colour, {}, [4, 4, 1]), RangeError, "set saturation: 0 and hue: 0 for others");
  for (const plugin of [blur, colour, crop, erase, grey, lowResolution, randAugment]) {
    assertThrows(() => make(plugin, {}, [4, 4, 2]), RangeError, "images of 2 channels: 1 or 3 are wanted");
  }
  assertThrows(() => crop.params.parse({ scale: [0.5, 0.2] }), Error, "its first number is the greater one");
  assertThrows(() => blur.params.parse({ sigma: [0, 1] }));
  assertThrows(() => randAugment.params.parse({ operations: ["sharpen"] }));
});

/** Classes of 5, 0, 1, 12 and 2 images. */
const labels = Int32Array.from([5, 0, 1, 12, 2].flatMap((count, label) => new Array<number>(count).fill(label)));

Deno.test("balanced gives the batches of an independent program, with random access", () => {
  for (const [power, batches] of Object.entries(fixture.balanced)) {
    const sampler = balanced.create({ power: Number(power) }, { labels, batchSize: 8, random: root });
    for (const at of [2, 0, 1]) assertEquals([...sampler([0, 1, 7][at]!)], batches[at]);
  }
});

Deno.test("balanced draws classes by their size to the power, and images of a class alike", () => {
  for (const power of [0, 0.5, 1]) {
    const shuffled = Int32Array.from(root.permutation(20), (place) => labels[place]!);
    const sampler = balanced.create({ power }, { labels: shuffled, batchSize: 100, random: root });
    const drawn = new Array<number>(20).fill(0);
    for (let step = 0; step < 200; step++) for (const image of sampler(step)) drawn[image]!++;
    const total = [5, 1, 12, 2].reduce((sum, size) => sum + size ** power, 0);
    shuffled.forEach((label, image) => {
      const size = [5, 0, 1, 12, 2][label]!, expected = 20_000 * size ** power / total / size;
      assert(Math.abs(drawn[image]! - expected) < 5 * Math.sqrt(expected), `${drawn[image]} for ${expected}`);
    });
  }
});

Deno.test("balanced differs by seed and step, and refuses an empty set", () => {
  const make = (random: Random) => balanced.create({ power: 0 }, { labels, batchSize: 16, random });
  assertNotEquals(make(root)(0), make(root)(1));
  assertNotEquals(make(root)(0), make(createRandom(1, "augment"))(0));
  const empty = { labels: new Int32Array(), batchSize: 1, random: root };
  assertThrows(() => balanced.create({ power: 0 }, empty), RangeError, "Cannot balance a set of 0 images");
});
