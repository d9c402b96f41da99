/**
 * The built-in readers, samplers and augmentations, one line each.
 *
 * @module
 */
export { flip } from "./flip.ts";
export { identity } from "./identity.ts";
export { idx } from "./idx.ts";
export { imageFolder } from "./image_folder.ts";
export { imageList } from "./image_list.ts";
export { lfw } from "./lfw.ts";
export { listed } from "./listed.ts";
export { npz } from "./npz.ts";
export { omniglotOneShot } from "./omniglot_one_shot.ts";
export { pairsList } from "./pairs_list.ts";
export { parquet } from "./parquet.ts";
export { sampledPairs } from "./sampled_pairs.ts";
export { shift } from "./shift.ts";
export { shuffle } from "./shuffle.ts";
export { syntheticFaces } from "./synthetic_faces.ts";
export { syntheticFacePairs } from "./synthetic_pairs.ts";
export { webdataset } from "./webdataset.ts";
