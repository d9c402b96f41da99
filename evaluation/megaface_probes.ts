/**
 * The probes of MegaFace: their vectors, with noise replaced, and the cosines of mates.
 *
 * @module
 */
import { createRandom } from "../tensor/random.ts";
import type { Templates } from "./protocol.ts";
import { rowProduct } from "./products.ts";

/** Half the width of what is added to a class's centre in place of noise. */
const SPREAD = 0.001;

/**
 * Replaces the vectors of probes that are noise by their class's centre, nearly: `Σ clean + u`, u uniform in
 * (−0.001, 0.001), at unit length. The numbers come from the stream `0/megaface-noise`, probe by probe in order.
 *
 * Source: https://github.com/deepinsight/insightface, `recognition/_evaluation_/megaface/remove_noises.py`.
 *
 * @param vectors Unit vectors of the probes; those of noise are written over.
 * @throws {RangeError} if a subject has no probe that is clean.
 */
export function replaceNoise(
  vectors: Float64Array,
  dimension: number,
  { probes, subjects, noise }: Pick<Templates, "subjects"> & {
    readonly probes: Int32Array;
    readonly noise: Uint8Array;
  },
): void {
  const centres = new Map<number, Float64Array>();
  probes.forEach((probe, row) => {
    if (noise[probe]) return;
    const centre = centres.get(subjects[probe]!) ?? new Float64Array(dimension);
    for (let i = 0; i < dimension; i++) centre[i]! += vectors[row * dimension + i]!;
    centres.set(subjects[probe]!, centre);
  });
  const random = createRandom(0, "megaface-noise");
  probes.forEach((probe, row) => {
    if (!noise[probe]) return;
    const centre = centres.get(subjects[probe]!);
    if (!centre) {
      throw new RangeError(
        `Cannot replace noise: all probes of subject ${subjects[probe]} are noise, at least one that is none is wanted`,
      );
    }
    const vector = vectors.subarray(row * dimension, (row + 1) * dimension);
    let squares = 0;
    for (let i = 0; i < dimension; i++) {
      const value = centre[i]! + (2 * random.uniform() - 1) * SPREAD;
      vector[i] = value;
      squares += value * value;
    }
    for (let i = 0; i < dimension; i++) vector[i]! /= Math.sqrt(squares);
  });
}

/** Cosines of each probe with its mates, the other probes of its subject: those of probe p from `start[p]` on, ascending. */
export interface MateCosines {
  /** Place of each probe's first mate, and the end; shape `[probes + 1]`. */
  readonly start: Int32Array;
  /** All cosines, a pair of probes twice. */
  readonly cosines: Float64Array;
}

/**
 * Multiplies each probe with its mates.
 *
 * @throws {RangeError} if no probe has a mate.
 */
export function mateCosines(
  vectors: Float64Array,
  dimension: number,
  { probes, subjects }: Pick<Templates, "subjects"> & { readonly probes: Int32Array },
): MateCosines {
  const rows = new Map<number, number[]>();
  probes.forEach((probe, row) => {
    const own = rows.get(subjects[probe]!);
    if (own) own.push(row);
    else rows.set(subjects[probe]!, [row]);
  });
  const start = new Int32Array(probes.length + 1);
  probes.forEach((probe, row) => start[row + 1] = start[row]! + rows.get(subjects[probe]!)!.length - 1);
  const cosines = new Float64Array(start[probes.length]!);
  if (cosines.length === 0) {
    throw new RangeError("Cannot search for mates: each probe is of another subject, two probes of one are wanted");
  }
  probes.forEach((probe, row) => {
    let at = start[row]!;
    for (const mate of rows.get(subjects[probe]!)!) {
      if (mate !== row) cosines[at++] = rowProduct(vectors, row * dimension, vectors, mate * dimension, dimension);
    }
    cosines.subarray(start[row]!, at).sort();
  });
  return { start, cosines };
}
