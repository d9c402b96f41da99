/**
 * Procedural faces: people drawn from a seed, photographed with pose, expression, light, age and occlusion, with exact
 * landmarks. No image goes in; every pixel is computed.
 *
 * @module
 */
export { type Conditions, drawConditions, type Nuisances, type Occluder, STUDIO } from "./conditions.ts";
export type { Hair, Shell } from "./hairstyle.ts";
export type { FaceFields } from "./face_set.ts";
export { drawIdentity, type Identity } from "./identity.ts";
export type { Colour } from "./maths.ts";
export type { Random } from "../../tensor/random.ts";
export { type FaceSize, type RenderedFace, renderFace } from "./render.ts";
