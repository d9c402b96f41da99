import { assert, assertEquals, assertNotEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import { sampledGallery } from "../../datasets/catalogue.ts";
import type { ImageSet, PairSet, TemplateSet } from "../../datasets/mod.ts";
import { labelledSet, memoryFiles, openPairs } from "./helpers.ts";

async function openGallery(set: ImageSet | PairSet, params: Record<string, unknown>): Promise<TemplateSet> {
  const context = { files: memoryFiles({}), open: () => Promise.resolve(set) };
  return await sampledGallery.open(sampledGallery.params.parse({ from: {}, ...params }), context) as TemplateSet;
}

/** Images of each template. */
function imagesOf({ entries, count }: TemplateSet): number[][] {
  const lists: number[][] = Array.from({ length: count }, () => []);
  entries.template.forEach((template, at) => lists[template]!.push(entries.image[at]!));
  return lists;
}

Deno.test("sampledGallery draws classes once a search, with disjoint galleries and probes", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 4, maxLength: 20 }),
      fc.record({
        gallery: fc.integer({ min: 1, max: 3 }),
        probes: fc.option(fc.integer({ min: 1, max: 4 }), { nil: undefined }),
        ways: fc.option(fc.integer({ min: 2, max: 8 }), { nil: undefined }),
        unknown: fc.constantFrom(0, 0.25, 0.5),
        searches: fc.integer({ min: 1, max: 3 }),
        seed: fc.nat(),
      }),
      async (sizes, given) => {
        const set = labelledSet([...sizes, 5, 5, 5, 5]), params = JSON.parse(JSON.stringify(given));
        const able = [...sizes, 5, 5, 5, 5].filter((size) => size > given.gallery).length;
        if ((given.ways ?? able) > able) {
          await assertRejects(() => openGallery(set, params), RangeError, `${able} of its classes have more than`);
          return;
        }
        const ways = given.ways ?? able, strangers = Math.round(given.unknown * ways);
        if (ways - strangers < 2) {
          await assertRejects(() => openGallery(set, params), RangeError, "wanted at least 2");
          return;
        }
        const found = await openGallery(set, params), lists = imagesOf(found);
        assertEquals(found.searches!.length, given.searches);
        for (const { gallery, probes } of found.searches!) {
          assertEquals(gallery.length, ways - strangers);
          const seen = new Set<number>(), known = new Set<number>(), asked = new Map<number, number>();
          for (const template of [...gallery, ...probes]) {
            for (const image of lists[template]!) {
              assert(!seen.has(image), `image ${image} is in two templates of a search`);
              seen.add(image);
              assertEquals(set.labels[image], found.subjects[template]);
            }
          }
          for (const template of gallery) {
            assertEquals(lists[template]!.length, given.gallery);
            known.add(found.subjects[template]!);
          }
          assertEquals(known.size, gallery.length);
          for (const template of probes) {
            assertEquals(lists[template]!.length, 1);
            asked.set(found.subjects[template]!, (asked.get(found.subjects[template]!) ?? 0) + 1);
          }
          assertEquals([asked.size, [...asked.keys()].filter((label) => !known.has(label)).length], [ways, strangers]);
          for (const [label, count] of asked) {
            const left = set.labels.filter((other) => other === label).length - (known.has(label) ? given.gallery : 0);
            assertEquals(count, Math.min(left, given.probes ?? left));
          }
        }
      },
    ),
    { seed: 7, numRuns: 100 },
  );
});

Deno.test("sampledGallery depends on its seed alone, and its digest on everything that decides the searches", async () => {
  const set = labelledSet(Array<number>(12).fill(6));
  const open = async (params: Record<string, unknown>) => await openGallery(set, { ways: 6, searches: 2, ...params });
  const [a, b, ...others] = await Promise.all([
    {},
    {},
    { seed: 1 },
    { unknown: 0.5 },
    { probes: 2 },
    { gallery: 2 },
    { searches: 3 },
    { ways: 7 },
  ].map(open));
  assertEquals([a!.entries, a!.searches, a!.provenance], [b!.entries, b!.searches, b!.provenance]);
  assertNotEquals(a!.searches, others[0]!.searches);
  assertNotEquals(a!.searches![0]!.gallery, a!.searches![1]!.gallery);
  assertEquals(new Set([a!, ...others].map(({ provenance }) => provenance.digest)).size, 7);
  assertEquals(a!.provenance, { ...set.provenance, reader: "sampled-gallery", digest: a!.provenance.digest });
  assertEquals(a!.templateName(0), `image ${a!.entries.image[0]}`);
});

Deno.test("sampledGallery refuses sets that give too few classes, and readers of pairs", async () => {
  await assertRejects(
    () => openGallery(labelledSet([1, 1, 3]), {}),
    RangeError,
    'Cannot draw searches from "test-set": 1 of its classes have more than 1 images, and 1 would be in a gallery',
  );
  await assertRejects(() => openGallery(labelledSet([3, 3, 3]), { ways: 4 }), RangeError, "set ways to at most that");
  const pairs = await openPairs(labelledSet([3, 3, 3, 3]), { folds: 2, perFold: 2 });
  await assertRejects(() => openGallery(pairs, {}), TypeError, 'Cannot draw galleries from "sampled-pairs"');
});
