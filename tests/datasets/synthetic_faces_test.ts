import { assert, assertAlmostEquals, assertEquals, assertNotEquals, assertRejects, assertThrows } from "@std/assert";
import { drawIdentity, renderFace } from "../../datasets/faces/mod.ts";
import type { ImageSet, PairSet, ReaderContext } from "../../datasets/reader.ts";
import { syntheticFace, syntheticFaces } from "../../datasets/synthetic_faces.ts";
import { pairConditions, syntheticFacePairs, type SyntheticPairsParams } from "../../datasets/synthetic_pairs.ts";
import golden from "../fixtures/synthetic_faces.json" with { type: "json" };

const nothing = {} as ReaderContext;
const small = { size: [16, 16], channels: 1 };

async function faces(options: Record<string, unknown>): Promise<ImageSet> {
  return await syntheticFaces.open(syntheticFaces.params.parse(options), nothing) as ImageSet;
}

async function pairs(options: Record<string, unknown>): Promise<PairSet> {
  return await syntheticFacePairs.open(syntheticFacePairs.params.parse(options), nothing) as PairSet;
}

for (const face of golden) {
  Deno.test(`syntheticFace() keeps the bytes and landmarks of face ${face.index}`, () => {
    const options = { size: [16, 16] as [number, number], channels: 3 as const, perIdentity: 4, seed: 3 };
    const { pixels, landmarks } = syntheticFace(options, face.index);
    // Engines may differ in the last bit of sin and pow, so a byte may differ by one.
    face.pixels.forEach((value, i) =>
      assert(Math.abs(value - pixels[i]!) <= 1, `byte ${i}: ${pixels[i]}, was ${value}`)
    );
    face.landmarks.forEach((value, i) => assertAlmostEquals(landmarks[i]!, value, 1e-4));
  });
}

Deno.test("syntheticFaces gives the declared shape, classes and provenance", async () => {
  const options = syntheticFaces.params.parse({ ...small, identities: 3, perIdentity: 2, firstIdentity: 7 });
  const set = await syntheticFaces.open(options, nothing) as ImageSet;
  assertEquals(syntheticFaces.shape(options), [16, 16, 1]);
  assertEquals(syntheticFaces.classes!(options), 3);
  assertEquals(syntheticFaces.paths(options), []);
  assertEquals([...set.labels], [0, 0, 1, 1, 2, 2]);
  assertEquals(set.classes, ["identity 7", "identity 8", "identity 9"]);
  assertEquals(set.name(3), "identity 8, photograph 1");
  assertEquals((await set.read(5)).length, 256);
  const { digest, ...rest } = set.provenance;
  assert(/^[0-9a-f]{64}$/.test(digest));
  assertEquals(rest, {
    reader: "synthetic-faces",
    classes: 3,
    images: 6,
    license: "CC0-1.0",
    citation: null,
    decoder: "none",
    skipped: [],
  });
  assertNotEquals((await faces({ ...small, seed: 1 })).provenance.digest, (await faces(small)).provenance.digest);
});

Deno.test("syntheticFaces renders an image once for all that open the same set", async () => {
  const [one, same, other] = [await faces(small), await faces(small), await faces({ ...small, seed: 1 })];
  assert(await one.read(3) === await same.read(3));
  assertNotEquals(await one.read(3), await other.read(3));
});

Deno.test("syntheticFaces reads the same bytes again, other bytes for other images, and people by their index", async () => {
  const low = await faces({ ...small, identities: 4, perIdentity: 3 });
  const high = await faces({ ...small, identities: 2, perIdentity: 3, firstIdentity: 2 });
  const images = await Promise.all(Array.from({ length: 12 }, (_, i) => low.read(i)));
  assertEquals(new Set(images.map((bytes) => bytes.join())).size, 12);
  assertEquals(await low.read(0), images[0]!);
  for (let i = 0; i < 6; i++) assertEquals(await high.read(i), images[6 + i]!);
});

Deno.test("syntheticFaces without nuisances photographs a person always alike", async () => {
  const still = { pose: 0, expression: 0, light: 0, age: 0, occlusion: 0, background: 0, noise: 0, alignment: 0 };
  const set = await faces({ ...small, ...still, size: [32, 32], identities: 1, perIdentity: 2, firstIdentity: 1 });
  const [one, two] = [await set.read(0), await set.read(1)];
  // Glasses are put on or off and clothes change: the middle of the mouth does neither.
  for (let y = 24; y < 28; y++) for (let x = 13; x < 19; x++) assertEquals(one[32 * y + x], two[32 * y + x]);
});

Deno.test("syntheticFaces refuses bad parameters and indices", async () => {
  for (const bad of [{ size: [200, 112] }, { channels: 2 }, { pose: 1.5 }, { identities: 0 }, { poses: 1 }]) {
    assert(!syntheticFaces.params.safeParse(bad).success, JSON.stringify(bad));
  }
  assert(!syntheticFaces.params.safeParse({ identities: 1_000_000, perIdentity: 10_000 }).success);
  const set = await faces({ ...small, identities: 2, perIdentity: 2 });
  await assertRejects(() => set.read(4), RangeError, "Cannot read image 4 of synthetic-faces: indices are 0 to 3");
  assertThrows(() => syntheticFace({ identities: 1, perIdentity: 1 }, 1), RangeError, "Cannot render face 1");
});

for (const kind of ["lfw", "cfp-fp", "agedb"] as const) {
  Deno.test(`syntheticFacePairs of kind ${kind}: balanced, distinct, right, and no person in two folds`, async () => {
    const set = await pairs({ ...small, kind, identities: 31, perIdentity: 4, folds: 10, perFold: 24 });
    const { labels } = set.images, fold = new Map<number, number>(), seen = new Set<string>();
    assertEquals(set.first.length, 240);
    for (let f = 0; f < 10; f++) {
      assertEquals(set.same.reduce((sum, same, i) => sum + (set.fold[i] === f ? same : 0), 0), 12);
    }
    set.first.forEach((first, i) => {
      const second = set.second[i]!;
      assertEquals(labels[first] === labels[second], set.same[i] === 1);
      assertNotEquals(first, second);
      for (const person of [labels[first]!, labels[second]!]) {
        assertEquals(fold.get(person) ?? set.fold[i], set.fold[i], `person ${person} is in two folds`);
        fold.set(person, set.fold[i]!);
      }
      seen.add(`${Math.min(first, second)} ${Math.max(first, second)}`);
      if (kind !== "lfw") assert(first % 8 < 4 && second % 8 >= 4, "one photograph of either side");
    });
    assertEquals(seen.size, 240);
    assertEquals(
      await pairs({ ...small, kind, identities: 31, perIdentity: 4, perFold: 24 }).then((p) => p.first),
      set.first,
    );
  });
}

Deno.test("pairConditions() turns heads for cfp-fp and lets years pass for agedb", () => {
  const person = drawIdentity(0, 1_000_000), degree = Math.PI / 180;
  const options = (kind: string) =>
    syntheticFacePairs.params.parse({ kind, identities: 20, perIdentity: 30 }) as unknown as SyntheticPairsParams;
  for (let i = 0; i < 30; i++) {
    const front = pairConditions(options("cfp-fp"), person, i),
      profile = pairConditions(options("cfp-fp"), person, 30 + i);
    assert(
      Math.abs(front.yaw) <= 10 * degree && Math.abs(profile.yaw) >= 60 * degree &&
        Math.abs(profile.yaw) <= 85 * degree,
    );
    const young = pairConditions(options("agedb"), person, i).age,
      old = pairConditions(options("agedb"), person, 30 + i).age;
    assert(young >= 20 && young < 30 && old >= 50 && old < 60);
  }
});

Deno.test("syntheticFacePairs shows the photographs that pairConditions() describes", async () => {
  const options = syntheticFacePairs.params.parse({
    ...small,
    kind: "cfp-fp",
    perFold: 20,
  }) as unknown as SyntheticPairsParams;
  const set = await syntheticFacePairs.open({ ...options }, nothing) as PairSet, person = drawIdentity(0, 1_000_003);
  const { pixels } = renderFace(person, pairConditions(options, person, 7), { height: 16, width: 16, channels: 1 });
  assertEquals(await set.images.read(3 * 12 + 7), pixels);
});

Deno.test("syntheticFacePairs refuses what cannot be drawn", () => {
  const issue = (options: Record<string, unknown>) => {
    const result = syntheticFacePairs.params.safeParse(options);
    return result.success ? "" : result.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`).join();
  };
  assertEquals(issue({ identities: 19 }), "identities: a fold needs two people: 10 folds want 20 identities or more");
  assertEquals(
    issue({ identities: 20, perIdentity: 3, perFold: 14 }),
    "perFold: 2 people a fold give 6 same pairs, so perFold is at most 12",
  );
  assert(issue({ perFold: 7 }) !== "" && issue({ kind: "ytf" }) !== "" && issue({ gap: 30 }) !== "");
  assertEquals(issue({ identities: 20, perIdentity: 3, perFold: 12 }), "");
});
