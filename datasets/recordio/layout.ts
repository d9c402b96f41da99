/**
 * Which records of a file are images, and of which label.
 *
 * @module
 */
import { checkImage } from "./class_label.ts";
import { readIdentities } from "./identities.ts";
import type { Records } from "./open.ts";
import { upTo } from "./places.ts";

/** The images of a file. */
export interface ImageLayout {
  /** `insightface` where record 0 is a header and identity records follow the images, else `im2rec`. */
  readonly kind: "insightface" | "im2rec";
  /** Place of each image among the records, ascending by key with `insightface`, else in the records' order. */
  readonly places: Uint32Array;
  /** Label of each image as it is stored: a whole number. */
  readonly labels: Int32Array;
}

/**
 * Finds the images of a file. Record 0 of insightface's files has no content and two labels `[a, b)`: images are the
 * keys 1 … a − 1, and each key from a to b − 1 is an identity, whose two labels are the range of its images. In a file
 * that im2rec wrote, every record is an image.
 *
 * @param labels Whether labels come from identity records, where there are some, or from each image's own header, for
 *   which the file is gone through.
 * @throws {SyntaxError} if a record is damaged.
 * @throws {RangeError} if identity records contradict one another, or a label is no class.
 */
export async function readLayout(
  records: Records,
  { labels }: { readonly labels: "identities" | "headers" },
): Promise<ImageLayout> {
  const zero = records.find(0);
  if (zero >= 0) {
    const { header, content } = await records.read(zero);
    if (header.flag === 2 && content.length === 0) {
      if (labels === "headers") return { kind: "insightface", ...await readHeaders(records, zero) };
      return { kind: "insightface", ...await readIdentities(records, header.labels) };
    }
  }
  return { kind: "im2rec", ...await readHeaders(records) };
}

/** Labels from the images' own headers. With a header record, records without content are identities. */
async function readHeaders(
  records: Records,
  header?: number,
): Promise<Pick<ImageLayout, "places" | "labels">> {
  const found = new Int32Array(records.count).fill(-1);
  for await (const { place, header: start } of records.headers()) {
    if (place === header || (header !== undefined && start.flag === 2 && start.contentLength === 0)) continue;
    checkImage(records, place, start);
    found[place] = start.label;
  }
  const places = upTo(records.count).filter((place) => found[place]! >= 0);
  if (header !== undefined) places.sort((a, b) => records.keys[a]! - records.keys[b]!);
  return { places, labels: Int32Array.from(places, (place) => found[place]!) };
}
