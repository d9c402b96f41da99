/**
 * What the readers of procedural faces share: parameters, and an image set that renders on demand.
 *
 * @module
 */
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import canonicalize from "canonicalize";
import { z } from "zod";
import { type ByteCache, createByteCache } from "../byte_cache.ts";
import type { ImageSet, Provenance } from "../reader.ts";
import type { Conditions, Nuisances } from "./conditions.ts";
import { drawIdentity, type Identity } from "./identity.ts";
import { type RenderedFace, renderFace } from "./render.ts";

const strength = (what: string) => z.number().min(0).max(1).default(0.5).describe(`${what}, 0 (none) to 1`);
const edge = z.int().min(8).max(112);

/** Parameters of every reader of procedural faces, to be spread into a strict object. */
export const FACE_FIELDS = {
  size: z.tuple([edge, edge]).default([112, 112]).describe("Height and width in pixels, 8 to 112"),
  channels: z.literal([1, 3]).default(3).describe("1 for grey, 3 for colour"),
  seed: z.int().min(0).default(0).describe("Seed of the population; an identity is its index under the seed"),
  pose: strength("Turns of the head: standard deviations of yaw 35°, pitch 16°, roll 20° at 1"),
  expression: strength("Smile, open mouth, brows, lids and gaze"),
  light: strength("Direction, brightness and colour of the light"),
  age: strength("Years round the person's own age: a standard deviation of 14 at 1"),
  occlusion: strength("Chance of sunglasses, mask, scarf, hat or a thing before the face: 0.6 at 1"),
  background: strength("Colours and shapes behind the head"),
  noise: strength("Noise, blur and white balance of the camera"),
  alignment: strength("Error of the alignment: standard deviations of 1.8 px in 112, 4.5 % scale, 4° at 1"),
  normalise: z.strictObject({
    mean: z.number().describe("Subtracted from each byte"),
    std: z.number().positive().describe("Then divided by this"),
  }).default({ mean: 127.5, std: 127.5 }).describe("A network sees (byte − mean) / std"),
} as const;

/** Parameters that every reader of procedural faces has, as checked. */
export interface FaceFields extends Nuisances {
  /** Height and width in pixels. */
  readonly size: readonly [height: number, width: number];
  /** 1 for grey, 3 for colour. */
  readonly channels: 1 | 3;
  /** Seed of the population. */
  readonly seed: number;
  /** A network sees `(byte − mean) / std`. */
  readonly normalise: { readonly mean: number; readonly std: number };
}

/** Most bytes of rendered images that a set keeps; the oldest go first and are rendered anew when asked for. */
const CACHE_BYTES = 256 * 2 ** 20;

/** Sets whose rendered images are kept: the runs of a sweep open the same ones, one run after another. */
const KEPT_SETS = 4;

const rendered = new Map<string, ByteCache>();

/** The rendered images of the sets with a digest. */
function cacheOf(digest: string): ByteCache {
  const cache = rendered.get(digest) ?? createByteCache(CACHE_BYTES);
  rendered.delete(digest);
  rendered.set(digest, cache);
  for (const oldest of rendered.keys()) if (rendered.size > KEPT_SETS) rendered.delete(oldest);
  return cache;
}

/** What a reader says to {@link openFaceSet}. */
export interface FaceSetPlan {
  /** Reader's name and version, for the digest. */
  readonly reader: string;
  readonly version: string;
  /** Index of the first identity, how many follow, and photographs of each. */
  readonly firstIdentity: number;
  readonly identities: number;
  readonly photographs: number;
  /** The conditions of one photograph. */
  photo(identity: Identity, photograph: number): Conditions;
}

/** SHA-256 of the canonical JSON (RFC 8785) of a reader's name, version and parameters: all that the pixels depend on. */
export function faceDigest(reader: string, version: string, params: unknown): string {
  return bytesToHex(sha256(utf8ToBytes(canonicalize({ reader, version, params })!)));
}

/** Renders image `index` of a plan: identities one after another, each with all its photographs. */
export function renderPlanned(plan: FaceSetPlan, params: FaceFields, index: number): RenderedFace {
  const photograph = index % plan.photographs;
  const identity = drawIdentity(params.seed, plan.firstIdentity + (index - photograph) / plan.photographs);
  const [height, width] = params.size;
  return renderFace(identity, plan.photo(identity, photograph), { height, width, channels: params.channels });
}

/** An image set that renders each image when it is first read; sets of the same digest share what they have rendered. */
export function openFaceSet(plan: FaceSetPlan, params: FaceFields): ImageSet {
  const { identities, photographs, firstIdentity, reader } = plan, length = identities * photographs;
  const [height, width] = params.size, { channels, normalise } = params;
  const digest = faceDigest(reader, plan.version, params), cache = cacheOf(digest);
  const provenance: Provenance = {
    reader,
    classes: identities,
    images: length,
    digest,
    license: "CC0-1.0",
    citation: null,
    decoder: "none",
    skipped: [],
  };
  const classOf = (index: number) => Math.floor(index / photographs);
  const check = (index: number) => {
    if (Number.isInteger(index) && index >= 0 && index < length) return;
    throw new RangeError(`Cannot read image ${index} of ${reader}: indices are 0 to ${length - 1}`);
  };
  return {
    gives: "images",
    shape: [height, width, channels],
    length,
    classes: Array.from({ length: identities }, (_, i) => `identity ${firstIdentity + i}`),
    labels: Int32Array.from({ length }, (_, index) => classOf(index)),
    normalise,
    name(index) {
      check(index);
      return `identity ${firstIdentity + classOf(index)}, photograph ${index % photographs}`;
    },
    // deno-lint-ignore require-await -- a reader's errors are rejections
    async read(index) {
      check(index);
      const known = cache.get(index);
      if (known !== undefined) return known;
      const { pixels } = renderPlanned(plan, params, index);
      cache.set(index, pixels);
      return pixels;
    },
    provenance,
  };
}
