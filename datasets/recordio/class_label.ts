/**
 * Whether a record can serve as an image of a class.
 *
 * @module
 */
import { type HeaderStart, MAX_EXACT } from "./image_header.ts";
import type { Records } from "./open.ts";

/**
 * Checks that a record is an image of a class.
 *
 * @throws {RangeError} if it has no content, or its label is no whole number from 0 on that a float32 holds exactly.
 */
export function checkImage(
  records: Records,
  place: number,
  { label, contentLength }: Pick<HeaderStart, "label" | "contentLength">,
): void {
  const where = `record ${records.keys[place]} of "${records.path}" at byte ${records.offsets[place]}`;
  if (contentLength === 0) {
    throw new RangeError(`Cannot use ${where}: it has no content, an image file is wanted`);
  }
  if (!Number.isInteger(label) || label < 0 || label > MAX_EXACT) {
    throw new RangeError(
      `Cannot use ${where}: its label is ${label}, a whole number from 0 to ${MAX_EXACT} is wanted as the class`,
    );
  }
}
