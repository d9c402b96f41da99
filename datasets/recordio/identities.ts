/**
 * Labels by the identity records of insightface's layout, without a look at every image.
 *
 * @module
 */
import { checkImage } from "./class_label.ts";
import { MAX_EXACT } from "./image_header.ts";
import type { ImageLayout } from "./layout.ts";
import type { Records } from "./open.ts";

const OTHERWISE = "set labels: headers to take labels from the images' own headers";

/**
 * Reads the identity records. The labels of the identities are 0, 1, … where the first and the last are so, else those
 * of each one's first image.
 *
 * @param bounds `[a, b)` of the header record.
 * @throws {RangeError} if the ranges do not give each image one identity, or cannot be trusted: float32 labels round
 *   bounds beyond 2²⁴.
 */
export async function readIdentities(
  records: Records,
  bounds: ArrayLike<number>,
): Promise<Pick<ImageLayout, "places" | "labels">> {
  const [first, end] = checkBounds(records, bounds);
  const places = placesOf(records, 1, first), owner = await readOwners(records, first, end);
  const known = await identityLabels(records, { places, owner, count: end - first });
  return { places, labels: owner.map((identity) => known[identity]!) };
}

function wrong({ path }: Records, found: string): RangeError {
  return new RangeError(`Cannot take labels of "${path}" from its identity records: ${found}; ${OTHERWISE}`);
}

function checkBounds(records: Records, bounds: ArrayLike<number>): [first: number, end: number] {
  const [first, end] = [bounds[0]!, bounds[1]!];
  const what = `its record 0 says that images end before key ${first} and identities before key ${end}`;
  if (first > MAX_EXACT || end > MAX_EXACT) {
    throw wrong(
      records,
      `${what}, and labels are float32, which rounds whole numbers beyond ${MAX_EXACT}, so that ranges may be off by one`,
    );
  }
  if (!(Number.isInteger(first) && Number.isInteger(end) && first > 1 && first < end && end === records.count)) {
    throw wrong(records, `${what}, and there are ${records.count} records, keys 0 to ${records.count - 1} are wanted`);
  }
  return [first, end];
}

/** Places of the keys `from … to − 1`. */
function placesOf(records: Records, from: number, to: number): Uint32Array {
  const places = new Uint32Array(to - from);
  for (let key = from; key < to; key++) {
    const place = records.find(key);
    if (place < 0) throw wrong(records, `there is no record ${key}`);
    places[key - from] = place;
  }
  return places;
}

/** The identity of each image, both counted from 0. */
async function readOwners(records: Records, first: number, end: number): Promise<Int32Array> {
  const owner = new Int32Array(first - 1).fill(-1);
  for await (const { place, header } of records.headers(placesOf(records, first, end))) {
    const key = records.keys[place]!, { label: from, second: to } = header;
    if (header.flag !== 2 || header.contentLength > 0) {
      throw wrong(records, `record ${key} has ${header.flag} labels and ${header.contentLength} bytes, wanted 2 and 0`);
    }
    if (!(Number.isInteger(from) && Number.isInteger(to) && from >= 1 && from < to && to <= first)) {
      throw wrong(records, `record ${key} says [${from}, ${to}), a range of the images 1 to ${first - 1} is wanted`);
    }
    for (let image = from; image < to; image++) {
      const other = owner[image - 1]!;
      if (other >= 0) throw wrong(records, `record ${image} belongs to both record ${other + first} and record ${key}`);
      owner[image - 1] = key - first;
    }
  }
  const lone = owner.indexOf(-1);
  if (lone >= 0) throw wrong(records, `record ${lone + 1} belongs to none of them`);
  return owner;
}

/** The label of each identity, by its first image; where the first and the last are as they should be, all are taken to be. */
async function identityLabels(
  records: Records,
  { places, owner, count }: { places: Uint32Array; owner: Int32Array; count: number },
): Promise<Int32Array> {
  const image = new Int32Array(count).fill(-1), labels = image.map((_, identity) => identity);
  owner.forEach((identity, i) => image[identity] = image[identity]! < 0 ? i : image[identity]!);
  const ends = count === 1 ? [0] : [0, count - 1], found = new Int32Array(count);
  const look = async (identities: ArrayLike<number>): Promise<void> => {
    const at = Array.from(identities, (identity) => places[image[identity]!]!);
    const identityAt = new Map(at.map((place, i) => [place, identities[i]!]));
    for await (const { place, header } of records.headers(at)) {
      checkImage(records, place, header);
      found[identityAt.get(place)!] = header.label;
    }
  };
  await look(ends);
  if (ends.every((identity) => found[identity] === identity)) return labels;
  await look(labels);
  return found;
}
