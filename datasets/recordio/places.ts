/**
 * Places of records in arrays that hold tens of millions.
 *
 * @module
 */

/** The numbers 0 … count − 1. */
export function upTo(count: number): Uint32Array {
  const places = new Uint32Array(count);
  for (let i = 0; i < count; i++) places[i] = i;
  return places;
}

/** Sorts places by their offsets, unless they are. */
export function inFileOrder(places: Uint32Array, offsets: Float64Array): Uint32Array {
  const sorted = places.every((place, i) => i === 0 || offsets[place]! >= offsets[places[i - 1]!]!);
  return sorted ? places : places.toSorted((a, b) => offsets[a]! - offsets[b]!);
}
