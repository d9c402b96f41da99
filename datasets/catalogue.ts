/**
 * The built-in readers, samplers and augmentations, one line each.
 *
 * @module
 */
export { balanced } from "./balanced.ts";
export { blur } from "./blur.ts";
export { colour } from "./colour.ts";
export { crop } from "./crop.ts";
export { embeddings } from "./embeddings.ts";
export { erase } from "./erase.ts";
export { flip } from "./flip.ts";
export { grey } from "./grey.ts";
export { identity } from "./identity.ts";
export { idx } from "./idx.ts";
export { ijb } from "./ijb.ts";
export { imageFolder } from "./image_folder.ts";
export { imageList } from "./image_list.ts";
export { insightfaceBin } from "./insightface_bin.ts";
export { lfw } from "./lfw.ts";
export { listed } from "./listed.ts";
export { lowResolution } from "./low_resolution.ts";
export { megafaceReader } from "./megaface.ts";
export { npz } from "./npz.ts";
export { omniglotOneShot } from "./omniglot_one_shot.ts";
export { pairsList } from "./pairs_list.ts";
export { parquet } from "./parquet.ts";
export { randAugment } from "./rand_augment.ts";
export { recordio } from "./recordio.ts";
export { sampledGallery } from "./sampled_gallery.ts";
export { sampledPairs } from "./sampled_pairs.ts";
export { shift } from "./shift.ts";
export { shuffle } from "./shuffle.ts";
export { syntheticFaces } from "./synthetic_faces.ts";
export { syntheticFacePairs } from "./synthetic_pairs.ts";
export { webdataset } from "./webdataset.ts";
export { ytf } from "./ytf.ts";
