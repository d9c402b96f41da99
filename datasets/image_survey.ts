/**
 * What a few images tell of a set: the size of all, where none is set, and which decoders read them.
 *
 * @module
 */
import { isDamage } from "./file_set.ts";
import { measureImage } from "./first_image.ts";
import type { ImageSource } from "./image_source.ts";
import type { ImageFile } from "./preparation.ts";

/** Images that are to be looked at. */
export interface SurveyedImages {
  /** How many. */
  readonly count: number;
  /** Name of an image. */
  name(index: number): string;
  /** The image as it is stored. */
  load(index: number): Promise<ImageFile>;
  /** Says where a damaged image is. */
  located(index: number, error: Error): Error;
}

/**
 * Looks at the first image, and at the first of every other file name extension. `createFileSet` holds the other
 * images to the same size when they are read.
 *
 * @param size The size in pixels that the parameters ask for, or `null` for that of the first image.
 * @returns The size of the images, and the names of their decoders.
 * @throws {RangeError} if there is no image.
 * @throws {SyntaxError} if one that is looked at is damaged, with its place.
 */
export async function surveyImages(
  images: SurveyedImages,
  size: readonly [height: number, width: number] | null,
): Promise<{ readonly size: readonly [height: number, width: number]; readonly decoder: string }> {
  const seen = new Set<string>(), decoders = new Set<string>();
  let found = size;
  for (let index = 0; index < images.count; index++) {
    const extension = /\.([^./]*)$/.exec(images.name(index).slice(-32))?.[1]?.toLowerCase() ?? "";
    if (seen.has(extension)) continue;
    seen.add(extension);
    const { bytes } = await images.load(index);
    const first = measureImage(bytes, (error) => isDamage(error) ? images.located(index, error) : error);
    decoders.add(first.decoder);
    found ??= first.size;
  }
  if (!found) throw new RangeError("Cannot look at the first image: there are none, at least one is wanted");
  return { size: found, decoder: [...decoders].sort().join(", ") };
}

/**
 * Images of a folder or a zip archive, by their paths in it.
 *
 * @param path Where the folder or archive lies, for messages.
 */
export function sourceImages(
  path: string,
  source: ImageSource,
  paths: { readonly count: number; at(index: number): string },
): SurveyedImages {
  const located = (index: number, error: Error): Error =>
    new SyntaxError(`Cannot read image "${paths.at(index)}" of "${path}": ${error.message}`, { cause: error });
  return {
    count: paths.count,
    name: (index) => paths.at(index),
    located,
    async load(index) {
      try {
        return { bytes: await source.read(paths.at(index)) };
      } catch (error) {
        throw isDamage(error) ? located(index, error) : error;
      }
    },
  };
}
