/**
 * The class weights of a head as unit vectors, and which of a class's centres is nearest to a vector.
 *
 * @module
 */
import type { ClassWeights, ProtocolInput } from "./protocol.ts";

/** Class weights at unit length. */
export interface UnitCentres {
  /** Rows of each class. */
  readonly perClass: number;
  /** Length of each row. */
  readonly dimension: number;
  /** `W / ‖W‖` by rows, float64, row-major `[classes · perClass, dimension]`. */
  readonly values: Float64Array;
}

/**
 * Class weights at unit length.
 *
 * @param input Embeddings, labels and class weights of one protocol.
 * @throws {TypeError} if there are no class weights, or they are not of the embeddings' dimension.
 * @throws {RangeError} if a label is no class of theirs, or a row is not finite or has no direction.
 */
export function unitCentres({ embeddings, labels, classWeights }: ProtocolInput): UnitCentres {
  const { classes, perClass, dimension, values } = checked(classWeights, embeddings.dimension);
  const stranger = labels.findIndex((label) => label >= classes);
  if (stranger >= 0) {
    throw new RangeError(
      `Cannot compare image ${stranger} with its class weight: its class is ${labels[stranger]}, the head has ` +
        `${classes} classes; evaluate the training data`,
    );
  }
  const unit = new Float64Array(values.length);
  for (let row = 0; row < classes * perClass; row++) {
    const from = row * dimension;
    let squares = 0;
    for (let i = from; i < from + dimension; i++) squares += values[i]! * values[i]!;
    if (!(Number.isFinite(squares) && squares > 0)) {
      throw new RangeError(
        `Cannot measure angles of class weight ${row}: its norm is ${Math.sqrt(squares)}, a finite vector with a ` +
          "direction is wanted; look for divergence of the network, or damage of the file, that it comes from",
      );
    }
    const scale = 1 / Math.sqrt(squares);
    for (let i = from; i < from + dimension; i++) unit[i] = values[i]! * scale;
  }
  return { perClass, dimension, values: unit };
}

function checked(weights: ClassWeights | undefined, dimension: number): ClassWeights {
  if (!weights || weights.values.length === 0) {
    throw new TypeError(
      "Cannot measure class weights: the main head has none, choose a head with class weights or an evaluation " +
        "without them",
    );
  }
  const { classes, perClass, values } = weights;
  const whole = Number.isInteger(perClass) && values.length === classes * perClass * dimension;
  if (weights.dimension !== dimension || !whole) {
    throw new TypeError(
      `Cannot compare class weights with embeddings: found ${values.length} numbers in rows of ${weights.dimension}, ` +
        `wanted as many rows of ${dimension} for each of ${classes} classes`,
    );
  }
  return weights;
}

/**
 * The centre of a class that is nearest to something.
 *
 * @param cosine Cosine of that thing to the unit vector which begins at a place of `centres.values`.
 * @returns The centre, `0 … perClass − 1`, the first of equals, and its cosine.
 */
export function nearestCentre(
  { perClass, dimension }: UnitCentres,
  label: number,
  cosine: (at: number) => number,
): { centre: number; cosine: number } {
  let centre = 0, best = -Infinity;
  for (let k = 0; k < perClass; k++) {
    const found = cosine((label * perClass + k) * dimension);
    if (found > best) centre = k, best = found;
  }
  return { centre, cosine: best };
}
