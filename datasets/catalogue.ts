/**
 * The built-in readers, samplers and augmentations, one line each.
 *
 * @module
 */
export { embeddings } from "./embeddings.ts";
export { flip } from "./flip.ts";
export { identity } from "./identity.ts";
export { ijb } from "./ijb.ts";
export { imageFolder } from "./image_folder.ts";
export { listed } from "./listed.ts";
export { megafaceReader } from "./megaface.ts";
export { sampledPairs } from "./sampled_pairs.ts";
export { shift } from "./shift.ts";
export { shuffle } from "./shuffle.ts";
export { syntheticFaces } from "./synthetic_faces.ts";
export { syntheticFacePairs } from "./synthetic_pairs.ts";
export { ytf } from "./ytf.ts";
