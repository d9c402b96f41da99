/**
 * Contents by 64 bits of their SHA-256: small enough for ten million images, and long enough to tell them apart (two of
 * ten million differing contents agree with probability 3·10⁻⁶).
 *
 * @module
 */
import { createHash } from "node:crypto";

/** The first 64 bits of the SHA-256 of some bytes. */
export function fingerprint(bytes: Uint8Array): bigint {
  return createHash("sha256").update(bytes).digest().readBigUInt64BE();
}

/** Places in ascending order of their fingerprint, equal ones by place. */
function ordered(prints: BigUint64Array, places: Int32Array): Int32Array {
  return places.slice().sort((a, b) => prints[a]! < prints[b]! ? -1 : prints[a]! > prints[b]! ? 1 : a - b);
}

/**
 * Groups of places with one content, each ascending, by their first place; places that are alone are left out.
 *
 * @param places Those that have a content.
 */
export function groupEqual(prints: BigUint64Array, places: Int32Array): number[][] {
  const groups: number[][] = [];
  let group: number[] = [];
  for (const place of ordered(prints, places)) {
    if (group.length > 0 && prints[group[0]!] !== prints[place]) {
      if (group.length > 1) groups.push(group);
      group = [];
    }
    group.push(place);
  }
  if (group.length > 1) groups.push(group);
  return groups.sort((a, b) => a[0]! - b[0]!);
}

/** Pairs of places, of one set and of another, with the same content; each of `mine` once. */
export function pairEqual(
  mine: { readonly prints: BigUint64Array; readonly places: Int32Array },
  theirs: { readonly prints: BigUint64Array; readonly places: Int32Array },
): [mine: number, theirs: number][] {
  const a = ordered(mine.prints, mine.places), b = ordered(theirs.prints, theirs.places);
  const pairs: [number, number][] = [];
  for (let i = 0, j = 0; i < a.length && j < b.length;) {
    const left = mine.prints[a[i]!]!, right = theirs.prints[b[j]!]!;
    if (left < right) i++;
    else if (left > right) j++;
    else pairs.push([a[i++]!, b[j]!]);
  }
  return pairs.sort((x, y) => x[0] - y[0]);
}
