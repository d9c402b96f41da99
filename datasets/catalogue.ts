/**
 * The built-in readers, samplers and augmentations, one line each.
 *
 * @module
 */
export { flip } from "./flip.ts";
export { identity } from "./identity.ts";
export { imageFolder } from "./image_folder.ts";
export { insightfaceBin } from "./insightface_bin.ts";
export { listed } from "./listed.ts";
export { recordio } from "./recordio.ts";
export { sampledPairs } from "./sampled_pairs.ts";
export { shift } from "./shift.ts";
export { shuffle } from "./shuffle.ts";
export { syntheticFaces } from "./synthetic_faces.ts";
export { syntheticFacePairs } from "./synthetic_pairs.ts";
