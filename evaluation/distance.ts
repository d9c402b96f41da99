/**
 * Distances of pairs.
 *
 * @module
 */
import type { UnitEmbeddings } from "./embeddings.ts";
import type { Pairs } from "./protocol.ts";

/**
 * Squared Euclidean distance of each pair of unit embeddings: `Σ (a − b)² = 2 − 2 cos θ`, in `[0, 4]`.
 *
 * @returns Distances in the order of the pairs, float64, shape `[pairs]`.
 */
export function squaredDistances(embeddings: UnitEmbeddings, pairs: Pick<Pairs, "first" | "second">): Float64Array {
  const { values, dimension } = embeddings;
  const distances = new Float64Array(pairs.first.length);
  for (let pair = 0; pair < distances.length; pair++) {
    const a = pairs.first[pair]! * dimension, b = pairs.second[pair]! * dimension;
    let sum = 0;
    for (let i = 0; i < dimension; i++) {
      const difference = values[a + i]! - values[b + i]!;
      sum += difference * difference;
    }
    distances[pair] = sum;
  }
  return distances;
}
