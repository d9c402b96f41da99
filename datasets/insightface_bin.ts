/**
 * The reader of insightface's verification sets: `lfw.bin`, `cfp_fp.bin`, `agedb_30.bin` and their kin.
 *
 * @module
 */
import { z } from "zod";
import { createFileSet } from "./file_set.ts";
import { MissingDataError } from "./files.ts";
import { measureImage } from "./first_image.ts";
import { contiguousFolds } from "./folds.ts";
import { IMAGE_FIELDS, shapeOfFields } from "./image_fields.ts";
import { classesOfPairs } from "./pair_classes.ts";
import { parseVerificationBin } from "./pickle/verification_bin.ts";
import { defineReader, type ImageSet, type PairSet, type ReaderContext, type ReaderPlugin } from "./reader.ts";

const params = z.strictObject({
  path: z.string().min(1).describe("The .bin file, in the data folder or absolute"),
  ...IMAGE_FIELDS,
  folds: z.int().min(2).max(1000).default(10).describe("Folds: stretches of neighbouring pairs"),
  channelOrder: z.enum(["rgb", "bgr"]).optional().describe(
    "bgr where who made the file stored red and blue the wrong way round, so that they are put right; rgb if left out",
  ),
});

type Params = z.output<typeof params>;

/**
 * Pairs of a verification `.bin`: pair i is images 2i and 2i + 1. The file is a pickle, of which nothing is run. Folds
 * are those of insightface, scikit-learn's `KFold(folds, shuffle=False)`: neighbouring pairs, and where the number does
 * not divide, one more in each of the first folds. Image i is named `i`.
 *
 * A `.bin` names nobody. Images share a class where pairs say so, or where their files are the same bytes; one person may
 * therefore be in several classes, so that nothing but the pairs should be scored.
 *
 * @throws {MissingDataError} (`open`) if there is no file.
 * @throws {SyntaxError} (`open`, `read`) if the file, or an image in it, is damaged; the item or the byte is said.
 * @throws {RangeError} (`open`) if there are fewer pairs than folds, or `bgr` is asked for without colour.
 */
export const insightfaceBin: ReaderPlugin = defineReader({
  name: "insightface-bin",
  version: "1.0.0",
  summary: "A verification set of insightface: lfw.bin, cfp_fp.bin, agedb_30.bin, …",
  reference: "https://github.com/deepinsight/insightface/blob/master/recognition/arcface_torch/eval/verification.py",
  params,
  gives: "pairs",
  shape: shapeOfFields,
  paths: ({ path }) => [path],
  open,
});

async function open(params: Params, context: ReaderContext): Promise<PairSet> {
  const { path, folds, channelOrder } = params, { files } = context;
  if (channelOrder === "bgr" && params.channels !== 3) {
    throw new RangeError(
      `Cannot open "${path}" with channelOrder: bgr and channels: 1: grey has no order, channels: 3 is wanted`,
    );
  }
  if (await files.stat(path) !== "file") {
    throw new MissingDataError(
      `Cannot open "${path}": there is no file at ${files.locate(path)}, put the .bin there or name the data folder ` +
        "with --data",
    );
  }
  const { images: contents, same } = parseVerificationBin(await files.read(path), path);
  if (same.length < folds) {
    throw new RangeError(
      `Cannot open "${path}": found pair 0 to pair ${same.length - 1}, set folds to at most ${same.length}`,
    );
  }
  const located = (image: number, error: Error): Error =>
    new SyntaxError(`Cannot read image ${image} of "${path}": ${error.message}`, { cause: error });
  const labels = classesOfPairs(contents, same),
    { decoder, size } = measureImage(contents[0]!, (error) => located(0, error));
  const stored = await createFileSet(
    {
      source: path,
      size: params.size ?? size,
      classes: Array.from({ length: labels.reduce((most, label) => Math.max(most, label), -1) + 1 }, (_, i) => `${i}`),
      labels,
      name: String,
      load: (image) => Promise.resolve({ bytes: contents[image]! }),
      located,
      provenance: { reader: "insightface-bin", digest: await files.digest(path), decoder, skipped: [] },
    },
    params,
    context,
  );
  const images = channelOrder === "bgr" ? swapChannels(stored) : stored;
  return {
    gives: "pairs",
    images,
    first: Int32Array.from(same, (_, pair) => 2 * pair),
    second: Int32Array.from(same, (_, pair) => 2 * pair + 1),
    same,
    fold: contiguousFolds(same.length, folds),
    folds,
    provenance: images.provenance,
  };
}

/** The same images with red and blue exchanged; they are no longer those of their files. */
function swapChannels(set: ImageSet): ImageSet {
  async function read(image: number): Promise<Uint8Array> {
    const bytes = (await set.read(image)).slice();
    for (let at = 0; at < bytes.length; at += 3) [bytes[at], bytes[at + 2]] = [bytes[at + 2]!, bytes[at]!];
    return bytes;
  }
  const { file: _file, preparation: _preparation, ...rest } = set;
  return { ...rest, read };
}
