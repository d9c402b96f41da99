/**
 * What can be read of a damaged RecordIO file: its whole records and their labels; all else is told.
 *
 * @module
 */
import { isDamage } from "../file_set.ts";
import type { Files } from "../files.ts";
import { checkImage } from "./class_label.ts";
import { growingNumbers } from "../growing.ts";
import { readIndex, type RecordIndex } from "./index_file.ts";
import { type ImageLayout, readLayout } from "./layout.ts";
import type { Records } from "./open.ts";
import { upTo } from "./places.ts";
import { scanRecords } from "./scan.ts";

/** Takes what is left out: where it is, and why. */
export type TellDamage = (damage: { readonly path: string; readonly reason: string }) => void;

/** Where records are. */
export interface FoundRecords extends RecordIndex {
  /** As `Records.keyedBy`. */
  readonly keyedBy: "index" | "id" | "position";
}

/**
 * Goes through a file for its records. Keys are the ids in the headers, or else (ids double or huge) the order.
 *
 * @param damaged Told of every stretch that is no image record, which is then left out; where absent, the first one ends
 *   the way.
 * @throws {SyntaxError} at the first damage, if nobody is told of it.
 */
export async function findRecords(
  path: string,
  files: Files,
  damaged?: (from: number, end: number, reason: string) => void,
): Promise<FoundRecords> {
  const ids = growingNumbers(), found = growingNumbers();
  for await (const scanned of scanRecords(path, files)) {
    if ("damage" in scanned) {
      const { offset, end, reason } = scanned.damage;
      if (!damaged) {
        throw new SyntaxError(
          `Cannot open "${path}" without an index: there is no record at byte ${offset}: ${reason}; repair the file or ` +
            "give its index",
        );
      }
      damaged(offset, end, reason);
    } else if (damaged && !scanned.header) {
      const { offset, end, length } = scanned.span;
      damaged(offset, end, `Cannot read the header: the record of ${length} bytes holds none, one of images is wanted`);
    } else {
      found.push(scanned.span.offset);
      ids.push(Number(scanned.header?.id ?? -1));
    }
  }
  const offsets = found.array(), keys = ids.array();
  return isKeys(keys)
    ? { keys, offsets, keyedBy: "id" }
    : { keys: keys.map((_, position) => position), offsets, keyedBy: "position" };
}

/**
 * Finds the whole records of a file, going through all of it. With an index, the records that it names, by its keys; an
 * index that is damaged itself is told and not used.
 */
export async function findSoundRecords(
  path: string,
  files: Files,
  { index, tell }: { readonly index: string | undefined; readonly tell: TellDamage },
): Promise<FoundRecords> {
  const stretches: [from: number, end: number][] = [];
  const found = await findRecords(path, files, (from, end, reason) => {
    stretches.push([from, end]);
    tell({ path: `${path} at byte ${from}`, reason: `${reason}; bytes ${from} to ${end - 1} are left out` });
  });
  const named = index === undefined ? undefined : await readSoundIndex(index, files, tell);
  if (!named) return found;
  const keep = upTo(named.keys.length).filter((line) => {
    const offset = named.offsets[line]!;
    if (holds(found.offsets, offset)) return true;
    // Damage that is known is told once.
    if (!stretches.some(([from, end]) => from <= offset && offset < end)) {
      tell({ path: `${index}, line ${line + 1}`, reason: `no record begins at byte ${offset} of "${path}"` });
    }
    return false;
  });
  const of = (values: Float64Array) => Float64Array.from(keep, (line) => values[line]!);
  return { keys: of(named.keys), offsets: of(named.offsets), keyedBy: "index" };
}

async function readSoundIndex(path: string, files: Files, tell: TellDamage): Promise<RecordIndex | undefined> {
  try {
    const index = await readIndex(path, files);
    if (isKeys(index.keys)) return index;
    tell({ path, reason: "it has a key twice, distinct keys are wanted" });
  } catch (error) {
    if (!isDamage(error)) throw error;
    tell({ path, reason: error.message });
  }
  return undefined;
}

/** Whether numbers can be keys: from 0 on, exact, none twice. */
function isKeys(numbers: Float64Array): boolean {
  return numbers.slice().sort().every((id, i, all) => id >= 0 && id <= Number.MAX_SAFE_INTEGER && id !== all[i - 1]);
}

/** Whether ascending numbers hold one. */
function holds(numbers: Float64Array, wanted: number): boolean {
  let low = 0, high = numbers.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (numbers[middle]! < wanted) low = middle + 1;
    else high = middle;
  }
  return numbers[low] === wanted;
}

/**
 * {@link readLayout}; where records were lost, or identity records contradict one another (which is told), every record
 * with content is an image whose label is that of its own header, if it is a class (else it is told).
 *
 * @param lost Whether records were lost, so that ranges of keys have gaps.
 */
export async function readSoundLayout(
  records: Records,
  { labels, lost, tell }: {
    readonly labels: "identities" | "headers";
    readonly lost: boolean;
    readonly tell: TellDamage;
  },
): Promise<ImageLayout> {
  if (!lost) {
    try {
      return await readLayout(records, { labels });
    } catch (error) {
      if (!isDamage(error)) throw error;
      tell({ path: records.path, reason: error.message });
    }
  }
  const found = new Int32Array(records.count).fill(-1);
  let bare = 0;
  for await (const { place, header } of records.headers()) {
    if (header.flag === 2 && header.contentLength === 0) bare++;
    else {
      try {
        checkImage(records, place, header);
        found[place] = header.label;
      } catch (error) {
        if (!isDamage(error)) throw error;
        tell({ path: `${records.path} at byte ${records.offsets[place]}`, reason: error.message });
      }
    }
  }
  const places = upTo(records.count).filter((place) => found[place]! >= 0);
  if (bare > 0) places.sort((a, b) => records.keys[a]! - records.keys[b]!);
  return {
    kind: bare > 0 ? "insightface" : "im2rec",
    places,
    labels: Int32Array.from(places, (place) => found[place]!),
  };
}
