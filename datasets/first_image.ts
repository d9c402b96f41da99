/**
 * What the first image of a set tells of the others: the decoder, and the size where none is asked for.
 *
 * @module
 */
import { knownFormat } from "./decoding/decode.ts";

/**
 * Measures an image by its header; nothing is decoded.
 *
 * @param located Says where the image is, if it is damaged.
 */
export function measureImage(
  bytes: Uint8Array,
  located: (error: Error) => Error,
): { readonly decoder: string; readonly size: readonly [height: number, width: number] } {
  try {
    const format = knownFormat(bytes), { width, height } = format.measure(bytes);
    return { decoder: format.decoder, size: [height, width] };
  } catch (error) {
    throw located(error as Error);
  }
}
