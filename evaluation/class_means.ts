/**
 * The centre of each class: the mean of its unit embeddings, at unit length.
 *
 * @module
 */
import type { Embeddings } from "./protocol.ts";

/** Where the images of an evaluation belong. */
export interface ImageIndex {
  /** The classes that have images, ascending. */
  readonly classes: Int32Array;
  /** Each image's class as its place in `classes`, shape `[images]`. */
  readonly rows: Int32Array;
  /** `1 / ‖x‖` of each image's embedding, shape `[images]`. */
  readonly inverse: Float64Array;
}

/**
 * Numbers the classes that have images, and measures the embeddings.
 *
 * @param labels Class of each image, 0 or more.
 * @throws {TypeError} if the lengths disagree.
 * @throws {RangeError} if an embedding is not finite or has no direction.
 */
export function indexImages({ count, dimension, original }: Embeddings, labels: Int32Array): ImageIndex {
  if (original.length !== count * dimension || labels.length !== count) {
    throw new TypeError(
      `Cannot read the embeddings: ${original.length} numbers and ${labels.length} labels were found, ` +
        `${count} × ${dimension} and ${count} are wanted`,
    );
  }
  const classes = Int32Array.from(new Set(labels)).sort();
  const place = new Map(Array.from(classes, (label, row) => [label, row]));
  const inverse = Float64Array.from({ length: count }, (_, image) => {
    const length = norm(original, image * dimension, dimension);
    if (Number.isFinite(length) && length > 0) return 1 / length;
    throw new RangeError(
      `Cannot measure angles of embedding ${image}: its norm is ${length}, a finite vector with a direction is ` +
        "wanted; look for divergence of the network, or damage of the file, that it comes from",
    );
  });
  return { classes, rows: labels.map((label) => place.get(label)!), inverse };
}

/** Centres of classes. */
export interface ClassMeans {
  /** Images of each class. */
  readonly counts: Int32Array;
  /** Length of each centre. */
  readonly dimension: number;
  /** `Σ x̂ / ‖Σ x̂‖` over the class's images, float64, row-major `[classes, dimension]`. */
  readonly values: Float64Array;
}

/**
 * Centres of the classes of an index: means of unit embeddings, at unit length. No copy of the embeddings is made.
 *
 * @throws {RangeError} if a mean has no direction.
 */
export function classMeans(embeddings: Embeddings, { classes, rows, inverse }: ImageIndex): ClassMeans {
  const { dimension, original } = embeddings;
  const counts = new Int32Array(classes.length), values = new Float64Array(classes.length * dimension);
  for (const [image, row] of rows.entries()) {
    const from = image * dimension, to = row * dimension, scale = inverse[image]!;
    for (let i = 0; i < dimension; i++) values[to + i]! += original[from + i]! * scale;
    counts[row]!++;
  }
  for (let row = 0; row < classes.length; row++) {
    const length = norm(values, row * dimension, dimension);
    // Unit vectors that cancel leave about 1e-16 of each by rounding.
    if (length < 1e-12 * counts[row]!) {
      throw new RangeError(
        `Cannot find the centre of class ${classes[row]}: the unit embeddings of its ${counts[row]} images add up ` +
          "to 0, a mean with a direction is wanted",
      );
    }
    for (let at = row * dimension; at < (row + 1) * dimension; at++) values[at]! /= length;
  }
  return { counts, dimension, values };
}

/** Cosine of an image's embedding to a unit vector, which begins at `at` in `vectors`. */
export function cosineTo(
  { original, dimension }: Embeddings,
  image: number,
  { vectors, at, inverse }: { vectors: Float64Array; at: number; inverse: Float64Array },
): number {
  const from = image * dimension;
  let sum = 0;
  for (let i = 0; i < dimension; i++) sum += original[from + i]! * vectors[at + i]!;
  return sum * inverse[image]!;
}

/** Angle of a cosine, in degrees; rounding beyond `[−1, 1]` is cut off. */
export function degreesOf(cosine: number): number {
  return Math.acos(Math.min(1, Math.max(-1, cosine))) * 180 / Math.PI;
}

function norm(values: Float32Array | Float64Array, from: number, length: number): number {
  let squares = 0;
  for (let at = from; at < from + length; at++) squares += values[at]! * values[at]!;
  return Math.sqrt(squares);
}
