/**
 * Data sets: the contracts of readers, samplers and augmentations, the built-in ones, decoding and batches.
 *
 * @module
 */
export * from "./alignment/mod.ts";
export * from "./augmentation.ts";
export * from "./batches.ts";
export * from "./catalogue.ts";
export * from "./contact_sheet.ts";
export { contiguousFolds } from "./folds.ts";
export * from "./file_set.ts";
export * from "./files.ts";
export {
  type AlignFields,
  IMAGE_FIELDS,
  type ImageFields,
  type ImageFieldsShape,
  shapeOfFields,
} from "./image_fields.ts";
export { type SurveyedImages, surveyImages } from "./image_survey.ts";
export * from "./named_set.ts";
export * from "./npy.ts";
export type { NpyValues } from "./npy_types.ts";
export * from "./preparation.ts";
export * from "./reader.ts";
export * from "./faces/mod.ts";
export type { Column } from "./columns.ts";
export type { EmbeddingFields } from "./embedding_fields.ts";
export { type EmbeddedImages, matchEmbeddings, type MatchOptions } from "./embedding_match.ts";
export { openEmbeddings, type StoredEmbeddings } from "./stored_embeddings.ts";
export * from "./pickle/mod.ts";
export * from "./recordio/mod.ts";
export { TAR_END, tarMember } from "./tar_writer.ts";
export { syntheticFace, type SyntheticFacesParams } from "./synthetic_faces.ts";
export { pairConditions, type SyntheticPairsParams } from "./synthetic_pairs.ts";
export type { ParamsSchema, Plugin } from "../plugin/mod.ts";
export type { EmbeddingChunk, EmbeddingSource } from "../tensor/embedding_source.ts";
export type { Random } from "../tensor/random.ts";
export { type Bitmap, toChannels } from "./decoding/bitmap.ts";
export { decodeImage } from "./decoding/decode.ts";
export { encodePng } from "./decoding/encode_png.ts";
export { createResizer } from "./decoding/resize.ts";
