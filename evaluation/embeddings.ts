/**
 * From raw embeddings to the unit vectors that are compared.
 *
 * @module
 */
import type { Embeddings } from "./protocol.ts";

/** Unit embeddings, and how long the raw ones were. */
export interface UnitEmbeddings {
  /** Number of images. */
  readonly count: number;
  /** Length of each vector. */
  readonly dimension: number;
  /** `e / ‖e‖`, or `(e + ē) / ‖e + ē‖` with the mirrored embedding ē; row-major `[count, dimension]`. */
  readonly values: Float64Array;
  /** Mean of ‖e‖ over the original and, where they are used, the mirrored embeddings. */
  readonly meanNorm: number;
  /** How many norms that mean is over. */
  readonly norms: number;
}

/**
 * Normalises embeddings to unit length in float64, adding those of the mirrored images first when `flip` is set.
 *
 * @throws {TypeError} if the lengths disagree, or the mirrored embeddings are wanted and absent.
 * @throws {RangeError} if an embedding is not finite or has no direction.
 */
export function unitEmbeddings(embeddings: Embeddings, flip: boolean): UnitEmbeddings {
  const { count, dimension, original } = embeddings;
  const parts = flip ? [original, mirroredOf(embeddings)] : [original];
  const values = new Float64Array(count * dimension);
  let normSum = 0;
  for (const [index, part] of parts.entries()) {
    normSum += addPart(values, part, count, dimension, index === 0 ? "embedding" : "mirrored embedding");
  }
  for (let row = 0; row < count; row++) normalise(values.subarray(row * dimension, (row + 1) * dimension), row);
  const norms = count * parts.length;
  return { count, dimension, values, meanNorm: normSum / norms, norms };
}

function mirroredOf(embeddings: Embeddings): Float32Array {
  if (embeddings.mirrored) return embeddings.mirrored;
  throw new TypeError(
    "Cannot add mirrored embeddings: there are none, embed the mirrored images as well or set flip to false",
  );
}

/** Adds one set of embeddings to the sum and gives the sum of their norms. */
function addPart(sum: Float64Array, part: Float32Array, count: number, dimension: number, what: string): number {
  if (part.length !== count * dimension) {
    throw new TypeError(
      `Cannot read the ${what}s: ${part.length} numbers were found, ${count} × ${dimension} are wanted`,
    );
  }
  let normSum = 0;
  for (let row = 0; row < count; row++) {
    let squares = 0;
    for (let at = row * dimension; at < (row + 1) * dimension; at++) {
      const value = part[at]!;
      squares += value * value;
      sum[at]! += value;
    }
    if (!Number.isFinite(squares)) {
      const at = part.subarray(row * dimension, (row + 1) * dimension).findIndex((value) => !Number.isFinite(value));
      throw new RangeError(
        `Cannot evaluate ${what} ${row}: its component ${at} is ${part[row * dimension + at]}, ` +
          "finite numbers are wanted; look for divergence of the network, or damage of the file, that it comes from",
      );
    }
    normSum += Math.sqrt(squares);
  }
  return normSum;
}

function normalise(vector: Float64Array, row: number): void {
  let squares = 0;
  for (let i = 0; i < vector.length; i++) squares += vector[i]! * vector[i]!;
  if (squares === 0) {
    throw new RangeError(
      `Cannot normalise embedding ${row}: its norm is 0, a vector with a direction is wanted; ` +
        "look for a collapsed network, or damage of the file, that it comes from",
    );
  }
  const norm = Math.sqrt(squares);
  for (let i = 0; i < vector.length; i++) vector[i]! /= norm;
}
