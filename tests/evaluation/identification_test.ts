import { assert, assertAlmostEquals, assertEquals, assertRejects } from "@std/assert";
import {
  halfInterval,
  identification,
  identificationThreshold,
  searchRanks,
  type StreamedInput,
  type Templates,
} from "../../evaluation/mod.ts";
import { readFixture } from "../datasets/helpers.ts";
import { sourceOf } from "./source.ts";

interface Known {
  readonly dimension: number;
  readonly count: number;
  readonly subjects: number[];
  readonly image: number[];
  readonly template: number[];
  readonly medium: number[];
  readonly searches: { readonly name: string; readonly gallery: number[]; readonly probes: number[] }[];
  readonly rank: number[];
  readonly far: string[];
  readonly embeddings: number[];
  readonly expected: Readonly<
    Record<string, {
      readonly metrics: (readonly [name: string, value: number, std: number | null, n: number])[];
      readonly cmc: number[];
    }>
  >;
}

const known: Known = readFixture("identification.json");

/** Templates of one image each, in two dimensions: subject and angle in degrees. */
function flat(
  images: readonly (readonly [subject: number, degrees: number])[],
  ...searches: readonly (readonly [gallery: number[], probes: number[]])[]
): StreamedInput {
  const places = Int32Array.from(images.keys()), subjects = Int32Array.from(images, ([subject]) => subject);
  const radians = images.map(([, degrees]) => degrees * Math.PI / 180);
  return {
    embeddings: sourceOf(radians.flatMap((angle) => [Math.cos(angle), Math.sin(angle)]), 2),
    labels: subjects,
    templates: {
      entries: { image: places, template: places, medium: places },
      count: images.length,
      subjects,
      searches: searches.map(([gallery, probes], i) => ({
        name: `search ${i}`,
        gallery: Int32Array.from(gallery),
        probes: Int32Array.from(probes),
      })),
    },
  };
}

async function measure(input: StreamedInput, given: Record<string, unknown> = {}) {
  const { metrics } = await identification.evaluateStream(identification.params.parse(given), input);
  return Object.fromEntries(metrics.map(({ name, value }) => [name, value]));
}

for (const [fuse, expected] of Object.entries(known.expected)) {
  Deno.test(`identification agrees with the oracle: fused by ${fuse}`, async () => {
    const input: StreamedInput = {
      embeddings: sourceOf(known.embeddings, known.dimension, { chunk: 16 }),
      labels: new Int32Array(known.embeddings.length / known.dimension),
      templates: {
        entries: {
          image: Int32Array.from(known.image),
          template: Int32Array.from(known.template),
          medium: Int32Array.from(known.medium),
        },
        count: known.count,
        subjects: Int32Array.from(known.subjects),
        searches: known.searches.map(({ name, gallery, probes }) => ({
          name,
          gallery: Int32Array.from(gallery),
          probes: Int32Array.from(probes),
        })),
      },
    };
    const params = identification.params.parse({ rank: known.rank, far: known.far.map(Number), interval: true, fuse });
    const { metrics, curves } = await identification.evaluateStream(params, input);
    assertEquals(
      metrics.map(({ name, unit, higherIsBetter }) => ({ name, unit, higherIsBetter })),
      identification.metrics(params).map(({ name, unit, higherIsBetter }) => ({ name, unit, higherIsBetter })),
    );
    assertEquals(metrics.map(({ name, n }) => [name, n]), expected.metrics.map(([name, , , n]) => [name, n]));
    for (const [i, [name, value, std]] of expected.metrics.entries()) {
      assertAlmostEquals(metrics[i]!.value, value, 1e-9, name);
      assertEquals(metrics[i]!.std === undefined, std === null, name);
      assertEquals(metrics[i]!.over, std === null ? undefined : "searches", name);
      if (std !== null) assertAlmostEquals(metrics[i]!.std!, std, 1e-9, name);
    }
    assertEquals(curves![0]!.points.map(([k]) => k), expected.cmc.map((_, i) => i + 1));
    curves![0]!.points.forEach(([k, value]) => assertAlmostEquals(value, expected.cmc[k - 1]!, 1e-9));
  });
}

/** Subjects 0, 1, 2 at 0°, 90°, 180°; probes of them and of the unknown subjects 7, 8, 9. */
const open = flat(
  [[0, 0], [1, 90], [2, 180], [0, 10], [1, 40], [2, 150], [0, 60], [7, 20], [8, 75], [9, 225]],
  [[0, 1, 2], [3, 4, 5, 6, 7, 8, 9]],
);

Deno.test("identification of a worked example with unknown probes", async () => {
  // Mates: 10° off, first; 50° off, second after 0°; 30° off, first; 60° off, second after 90°.
  // Strangers come within 20°, 15° and 45° of the gallery.
  const figures = await measure(open, { rank: [1, 2], far: [0.4, 0.7] });
  assertEquals([figures["rank-1"], figures["rank-2"], figures["unmated"]], [0.5, 1, 3]);
  // ⌊0.4 · 3⌋ = 1 false alarm: closer than 20°. ⌊0.7 · 3⌋ = 2: closer than 45°.
  assertEquals([figures["dir@4e-1"], figures["tpir@4e-1"]], [0.25, 0.25]);
  assertEquals([figures["dir@7e-1"], figures["tpir@7e-1"]], [0.5, 0.5]);
});

Deno.test("identification accepts a mate of lower rank for tpir alone", async () => {
  // The only mated probe is 30° from its mate and 20° from another; the stranger is 50° from the nearest.
  const figures = await measure(flat([[0, 0], [1, 50], [0, 30], [9, 100]], [[0, 1], [2, 3]]), { far: [0.5] });
  assertEquals([figures["rank-1"], figures["dir@5e-1"], figures["tpir@5e-1"]], [0, 0, 1]);
});

Deno.test("identification counts ties against the mate, and every distractor as a subject of its own", async () => {
  const tied = flat([[0, 10], [1, 10], [-1, 10], [-1, 10], [0, 10]], [[0, 1, 2, 3], [4]]);
  const figures = await measure(tied, { rank: [1, 2, 3, 4] });
  assertEquals([1, 2, 3, 4].map((k) => figures[`rank-${k}`]), [0, 0, 0, 1]);
});

Deno.test("identification takes the best of a subject's templates, and none of a template with itself", async () => {
  // Subject 1 has two templates nearer than the mate's farther one, yet the mate's nearer one comes first.
  const several = flat([[0, 0], [0, 170], [1, 20], [1, 25], [0, 5]], [[0, 1, 2, 3], [4]]);
  assertEquals((await measure(several))["rank-1"], 1);
  const crowd = flat([[0, 0], [1, 20], [1, 25], [0, 22]], [[0, 1, 2], [3]]);
  assertEquals((await measure(crowd, { rank: [1, 2] }))["rank-2"], 1);
  const self = flat([[0, 0], [0, 90], [1, 40]], [[0, 1, 2], [0]]);
  assertEquals((await measure(self, { rank: [1, 2] }))["rank-1"], 0);
});

Deno.test("identification averages over searches, with the spread and the interval of their rates", async () => {
  const images = [[0, 0], [1, 90], [0, 5], [1, 5], [1, 80], [0, 85]] as const;
  const input = flat(images, [[0, 1], [2, 4]], [[0, 1], [2, 3]], [[0, 1], [3, 5]]); // rates 1, ½, 0
  const params = identification.params.parse({ rank: [1], interval: true });
  const { metrics, definition } = await identification.evaluateStream(params, input);
  assertAlmostEquals(metrics[0]!.value, 0.5);
  assertAlmostEquals(metrics[0]!.std!, Math.sqrt(1 / 6));
  assertEquals(metrics.map(({ name, n }) => [name, n]), [["rank-1", 6], ["rank-1-low", 3], ["rank-1-high", 3], [
    "unmated",
    6,
  ]]);
  assertEquals(metrics.slice(1, 3).map(({ value }) => value), [0, 1]); // 0.5 ∓ 4.303 · 0.5 / √3, cut
  assert(definition.includes("interval=student-95"));
});

Deno.test("identification refuses what it cannot search", async () => {
  const closed = flat([[0, 0], [1, 90], [0, 10]], [[0, 1], [2]]);
  await assertRejects(
    () => measure(closed, { far: [0.1] }),
    RangeError,
    'Cannot measure false alarms in search "search 0"',
  );
  await assertRejects(() => measure(closed, { interval: true }), RangeError, "Cannot give an interval over searches");
  await assertRejects(() => measure(flat([[0, 0], [1, 9]], [[0], [1]])), RangeError, "none of its probes has a mate");
  await assertRejects(() => measure(flat([[0, 0], [1, 9]], [[0], []])), RangeError, 'Cannot search "search 0"');
  await assertRejects(() => measure(flat([[0, 0]])), TypeError, "Cannot identify without searches");
});

Deno.test("searchRanks() tells the highest score of probes without a mate", () => {
  const vectors = [[1, 0], [0.6, 0.8], [0, 1]].map((v) => Float64Array.from(v));
  const templates: Pick<Templates, "subjects"> = { subjects: Int32Array.of(0, 1, 2) };
  const search = { name: "one", gallery: Int32Array.of(0, 1), probes: Int32Array.of(2) };
  const { ranks, scores, subjects } = searchRanks(search, templates, (template) => vectors[template]!);
  assertEquals([[...ranks], [...scores], subjects], [[0], [0.8], 2]);
});

Deno.test("identificationThreshold() lets no more strangers through than the rate allows", () => {
  const strangers = Float64Array.from({ length: 100 }, (_, i) => i / 100);
  for (const percent of [1, 29, 58, 99]) {
    const threshold = identificationThreshold(strangers, percent / 100);
    assertEquals(strangers.filter((score) => score > threshold).length, percent);
  }
  assertEquals(identificationThreshold(Float64Array.of(1, 1, 1), 0.9), 1);
});

Deno.test("halfInterval() has the quantiles of the tables", () => {
  // s / √n is 1 for these: t_{0.975} with ν = n − 1.
  for (
    const [n, t] of [[2, 12.7062047], [3, 4.30265273], [4, 3.18244631], [20, 2.09302405], [31, 2.04227246]] as const
  ) {
    const half = Math.sqrt(n * (n - 1) / (n % 2 ? n - 1 : n));
    const values = Array.from({ length: n }, (_, i) => n % 2 && i === 0 ? 0 : i % 2 ? half : -half);
    assertAlmostEquals(halfInterval(values), t, 1e-6);
  }
});
