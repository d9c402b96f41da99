/**
 * The reader `synthetic-faces`: procedural people, each in several photographs.
 *
 * @module
 */
import { z } from "zod";
import { createRandom } from "../tensor/random.ts";
import { drawConditions, type Identity, type RenderedFace } from "./faces/mod.ts";
import { FACE_FIELDS, type FaceFields, type FaceSetPlan, openFaceSet, renderPlanned } from "./faces/face_set.ts";
import { defineReader, type ReaderPlugin } from "./reader.ts";

const params = z.strictObject({
  identities: z.int().min(1).max(1_000_000).default(100).describe("How many people; each is a class"),
  perIdentity: z.int().min(1).max(10_000).default(20).describe("Photographs of each"),
  firstIdentity: z.int().min(0).max(2 ** 40).default(0)
    .describe("Index of the first person under the seed; ranges that do not overlap are disjoint people"),
  ...FACE_FIELDS,
}).refine((p) => p.identities * p.perIdentity <= 10_000_000, {
  message: "identities × perIdentity is at most 10,000,000 images",
  path: ["perIdentity"],
});

/** Checked parameters of {@link syntheticFaces}. */
export interface SyntheticFacesParams extends FaceFields {
  /** How many people; each is a class. */
  readonly identities: number;
  /** Photographs of each. */
  readonly perIdentity: number;
  /** Index of the first person under the seed. */
  readonly firstIdentity: number;
}

const name = "synthetic-faces", version = "1.0.0";

function plan(p: SyntheticFacesParams): FaceSetPlan {
  return {
    reader: name,
    version,
    firstIdentity: p.firstIdentity,
    identities: p.identities,
    photographs: p.perIdentity,
    photo: (identity: Identity, photograph: number) =>
      drawConditions(identity, createRandom(p.seed, `faces/photograph/${identity.index}/${photograph}`), p),
  };
}

/**
 * Image `index` of the reader with its five landmarks (eyes, nose, mouth corners as x, y in pixels).
 *
 * @param options The reader's parameters; what is left out takes its default.
 * @param index Image of the set: identity `⌊index / perIdentity⌋`, photograph `index mod perIdentity`.
 * @throws {RangeError} if there is no such image.
 */
export function syntheticFace(options: Partial<SyntheticFacesParams>, index: number): RenderedFace {
  const p = params.parse(options), length = p.identities * p.perIdentity;
  if (!Number.isInteger(index) || index < 0 || index >= length) {
    throw new RangeError(`Cannot render face ${index}: indices are 0 to ${length - 1}`);
  }
  return renderPlanned(plan(p), p, index);
}

/** Procedural faces: a pure function of seed, identity and photograph; nothing is downloaded. */
export const syntheticFaces: ReaderPlugin = defineReader({
  name,
  version,
  summary: "Procedural faces with pose, expression, light, age and occlusion; no download",
  reference: "https://github.com/deepinsight/insightface",
  params,
  gives: "images",
  shape: (p) => [p.size[0], p.size[1], p.channels],
  classes: (p) => p.identities,
  paths: () => [],
  open: (p) => Promise.resolve(openFaceSet(plan(p), p)),
});
