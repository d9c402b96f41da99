/**
 * The reader `synthetic-face-pairs`: pairs of procedural faces in class-disjoint folds.
 *
 * @module
 */
import { z } from "zod";
import { createRandom, type Random } from "../tensor/random.ts";
import { type Conditions, drawConditions, type Identity } from "./faces/mod.ts";
import { FACE_FIELDS, type FaceFields, type FaceSetPlan, openFaceSet } from "./faces/face_set.ts";
import { defineReader, type PairSet, type ReaderPlugin } from "./reader.ts";

const params = z.strictObject({
  kind: z.enum(["lfw", "cfp-fp", "agedb"]).default("lfw").describe(
    "lfw: two photographs; cfp-fp: one frontal (yaw within 10°), one in profile (60° to 85°); " +
      "agedb: one at 20 to 30 years, one at 50 to 60",
  ),
  identities: z.int().min(4).max(1_000_000).default(200).describe("How many people, shared out to the folds"),
  perIdentity: z.int().min(2).max(1000).default(6)
    .describe("Photographs of each; for cfp-fp and agedb so many of either side"),
  firstIdentity: z.int().min(0).max(2 ** 40).default(1_000_000)
    .describe(
      "Index of the first person under the seed; the default is beyond a training set of default firstIdentity and up to a million people",
    ),
  folds: z.int().min(2).max(100).default(10).describe("Folds, no person in two of them"),
  perFold: z.int().min(2).max(100_000).multipleOf(2).default(600).describe("Pairs of a fold, half of them same"),
  ...FACE_FIELDS,
}).check((context) => {
  const p = context.value, people = Math.floor(p.identities / p.folds), wanted = p.perFold / 2;
  const same = people * samePairs(p), different = people * (people - 1) / 2 * p.perIdentity ** 2;
  const refuse = (path: string, message: string) => {
    context.issues.push({ code: "custom", path: [path], message, input: p });
  };
  if (people < 2) {
    refuse("identities", `a fold needs two people: ${p.folds} folds want ${2 * p.folds} identities or more`);
  } else if (wanted > same) {
    refuse("perFold", `${people} people a fold give ${same} same pairs, so perFold is at most ${2 * same}`);
  } else if (wanted > different) {
    refuse(
      "perFold",
      `${people} people a fold give ${different} different pairs, so perFold is at most ${2 * different}`,
    );
  }
});

/** Checked parameters of {@link syntheticFacePairs}. */
export interface SyntheticPairsParams extends FaceFields {
  /** What makes the two photographs of a pair differ. */
  readonly kind: "lfw" | "cfp-fp" | "agedb";
  /** How many people. */
  readonly identities: number;
  /** Photographs of each; for `cfp-fp` and `agedb` so many of either side. */
  readonly perIdentity: number;
  /** Index of the first person under the seed. */
  readonly firstIdentity: number;
  /** Folds, no person in two of them. */
  readonly folds: number;
  /** Pairs of a fold, half of them same. */
  readonly perFold: number;
}

const name = "synthetic-face-pairs", version = "1.0.0", DEGREE = Math.PI / 180;

/** Same pairs that one person gives: any two photographs, or one of either side. */
function samePairs(p: { kind: string; perIdentity: number }): number {
  return p.kind === "lfw" ? p.perIdentity * (p.perIdentity - 1) / 2 : p.perIdentity ** 2;
}

/**
 * The conditions of one photograph of {@link syntheticFacePairs}; with `drawIdentity` and `renderFace` they give the
 * image again, with its landmarks.
 *
 * @param p Checked parameters.
 * @param identity Who.
 * @param photograph From 0; for `cfp-fp` and `agedb` the second side starts at `perIdentity`.
 */
export function pairConditions(p: SyntheticPairsParams, identity: Identity, photograph: number): Conditions {
  const random = createRandom(p.seed, `faces/${p.kind}/${identity.index}/${photograph}`);
  const plain = drawConditions(identity, random, p), second = photograph >= p.perIdentity;
  const u = random.uniform(), side = random.uniform() < 0.5 ? -1 : 1;
  if (p.kind === "cfp-fp") return { ...plain, yaw: side * DEGREE * (second ? 60 + 25 * u : 10 * u) };
  if (p.kind === "agedb") return { ...plain, age: (second ? 50 : 20) + 10 * u };
  return plain;
}

function plan(p: SyntheticPairsParams): FaceSetPlan {
  return {
    reader: name,
    version,
    firstIdentity: p.firstIdentity,
    identities: p.identities,
    photographs: p.kind === "lfw" ? p.perIdentity : 2 * p.perIdentity,
    photo: (identity, photograph) => pairConditions(p, identity, photograph),
  };
}

/** Two photographs of one person: pair `index` of that person. */
function samePair(p: SyntheticPairsParams, person: number, index: number): [number, number] {
  const n = p.perIdentity;
  if (p.kind !== "lfw") return [person * 2 * n + Math.floor(index / n), person * 2 * n + n + index % n];
  let first = 0, rest = index;
  while (rest >= n - 1 - first) rest -= n - 1 - first++;
  return [person * n + first, person * n + first + 1 + rest];
}

/** Two photographs of two people of the range. */
function differentPair(
  p: SyntheticPairsParams,
  random: Random,
  range: { start: number; people: number },
): [number, number] {
  const one = random.integer(range.people), two = (one + 1 + random.integer(range.people - 1)) % range.people;
  const n = p.perIdentity, sides = p.kind === "lfw" ? 1 : 2;
  const first = (range.start + one) * sides * n + random.integer(n);
  const second = ((range.start + two) * sides + sides - 1) * n + random.integer(n);
  return p.kind === "lfw" && second < first ? [second, first] : [first, second];
}

/** All pairs, fold after fold; in each fold the same pairs come first. */
function drawPairs(p: SyntheticPairsParams): Omit<PairSet, "gives" | "images" | "provenance"> {
  const total = p.folds * p.perFold, people = Math.floor(p.identities / p.folds), half = p.perFold / 2;
  const first = new Int32Array(total), second = new Int32Array(total);
  const same = new Uint8Array(total), fold = new Int32Array(total);
  for (let f = 0, k = 0; f < p.folds; f++) {
    const random = createRandom(p.seed, `faces/pairs/${p.kind}/${p.firstIdentity}/${f}`);
    const start = f * people, each = samePairs(p), order = random.permutation(people * each), seen = new Set<string>();
    for (let i = 0; i < p.perFold; i++, k++) {
      const pick = order[i];
      let pair: [number, number];
      if (i < half) pair = samePair(p, start + Math.floor(pick! / each), pick! % each);
      else {
        do pair = differentPair(p, random, { start, people }); while (seen.has(pair.join()));
        seen.add(pair.join());
      }
      first[k] = pair[0], second[k] = pair[1], same[k] = i < half ? 1 : 0, fold[k] = f;
    }
  }
  return { first, second, same, fold, folds: p.folds };
}

/** Pairs in the manner of LFW, CFP-FP and AgeDB-30, of people whom no training set of `synthetic-faces` holds. */
export const syntheticFacePairs: ReaderPlugin = defineReader({
  name,
  version,
  summary: "Pairs of procedural faces in the manner of LFW, CFP-FP or AgeDB-30, in class-disjoint folds",
  reference: "https://vis-www.cs.umass.edu/lfw/",
  params,
  gives: "pairs",
  shape: (p) => [p.size[0], p.size[1], p.channels],
  classes: (p) => p.identities,
  paths: () => [],
  open(p) {
    const images = openFaceSet(plan(p), p);
    return Promise.resolve({ gives: "pairs" as const, images, ...drawPairs(p), provenance: images.provenance });
  },
});
