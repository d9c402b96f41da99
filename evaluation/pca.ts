/**
 * Principal components of the embeddings in the other folds' pairs.
 *
 * @module
 */
import { squaredDistances } from "./distance.ts";
import { symmetricEigen } from "./eigen.ts";
import type { UnitEmbeddings } from "./embeddings.ts";
import type { Pairs } from "./protocol.ts";

/** Number, sum and products of the embeddings in the pairs of a fold. */
interface Scatter {
  readonly count: number;
  readonly sum: Float64Array;
  readonly products: Float64Array;
}

/**
 * Squared distances of all pairs after a projection that is fitted to the other folds: `y = V (x − x̄)`, then `y / ‖y‖`,
 * where x̄ is the mean of both images of every pair of the other folds, an image counted as often as it occurs, and V
 * the `components` unit eigenvectors of the largest eigenvalues of their covariance.
 *
 * Equals scikit-learn's `PCA(components, svd_solver="full")`, which insightface uses; its solver for large sets is
 * randomised there, ours never is. Ten folds of 512 dimensions take about ten seconds.
 *
 * @returns A function of the fold that is left out.
 * @throws {RangeError} if there are more components than dimensions, or than embeddings to fit them to.
 */
export function projectedDistances(
  embeddings: UnitEmbeddings,
  pairs: Pairs,
  components: number,
): (fold: number) => Float64Array {
  const { dimension, count, values } = embeddings;
  if (components > dimension) {
    throw new RangeError(
      `Cannot find ${components} principal components: the embeddings have ${dimension} dimensions, set pca to at most that`,
    );
  }
  const scatters = Array.from({ length: pairs.folds }, (_, fold) => scatterOf(embeddings, pairs, fold));
  return (fold) => {
    const { mean, covariance, total } = fit(scatters.filter((_, other) => other !== fold), dimension);
    if (components > total) {
      throw new RangeError(
        `Cannot find ${components} principal components of ${total} embeddings: set pca to at most that`,
      );
    }
    const { vectors } = symmetricEigen(covariance, dimension);
    const projected = new Float64Array(count * components), centred = new Float64Array(dimension);
    for (let image = 0; image < count; image++) {
      for (let i = 0; i < dimension; i++) centred[i] = values[image * dimension + i]! - mean[i]!;
      project(centred, vectors, projected.subarray(image * components, (image + 1) * components));
    }
    return squaredDistances({ ...embeddings, dimension: components, values: projected }, pairs);
  };
}

function scatterOf({ dimension, count, values }: UnitEmbeddings, pairs: Pairs, fold: number): Scatter {
  const times = new Float64Array(count);
  for (const [pair, of] of pairs.fold.entries()) {
    if (of === fold) times[pairs.first[pair]!]!++, times[pairs.second[pair]!]!++;
  }
  const sum = new Float64Array(dimension), products = new Float64Array(dimension * dimension);
  let total = 0;
  for (let image = 0; image < count; image++) {
    const weight = times[image]!;
    if (weight === 0) continue;
    total += weight;
    const row = values.subarray(image * dimension, (image + 1) * dimension);
    for (let i = 0; i < dimension; i++) {
      const value = weight * row[i]!, at = i * dimension;
      sum[i]! += value;
      for (let j = 0; j <= i; j++) products[at + j]! += value * row[j]!;
    }
  }
  return { count: total, sum, products };
}

/** Mean and covariance of several scatters together. */
function fit(scatters: readonly Scatter[], dimension: number) {
  const mean = new Float64Array(dimension), covariance = new Float64Array(dimension * dimension);
  const total = scatters.reduce((sum, { count }) => sum + count, 0);
  for (const { sum, products } of scatters) {
    for (let i = 0; i < dimension; i++) mean[i]! += sum[i]! / total;
    for (let i = 0; i < covariance.length; i++) covariance[i]! += products[i]! / total;
  }
  for (let i = 0; i < dimension; i++) {
    for (let j = 0; j <= i; j++) {
      const value = covariance[i * dimension + j]! - mean[i]! * mean[j]!;
      covariance[i * dimension + j] = value;
      covariance[j * dimension + i] = value;
    }
  }
  return { mean, covariance, total };
}

/** Coordinates of a vector along the first eigenvectors, at unit length; a vector of none stays 0. */
function project(centred: Float64Array, vectors: Float64Array, out: Float64Array): void {
  let squares = 0;
  for (let k = 0; k < out.length; k++) {
    let sum = 0;
    for (let i = 0, at = k * centred.length; i < centred.length; i++, at++) sum += centred[i]! * vectors[at]!;
    out[k] = sum;
    squares += sum * sum;
  }
  const norm = Math.sqrt(squares);
  if (norm > 0) { for (let k = 0; k < out.length; k++) out[k]! /= norm; }
}
