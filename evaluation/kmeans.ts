/**
 * k-means: centres and assignments of vectors.
 *
 * @module
 */
import type { Random } from "../tensor/random.ts";
import { eachProducts } from "./products.ts";

/** Rounds of Lloyd's algorithm at most, as in pytorch-metric-learning. */
const ROUNDS = 20;

/** Vectors in rows. */
export interface Rows {
  /** Row-major `[rows, dimension]`. */
  readonly values: Float64Array;
  /** Length of each row. */
  readonly dimension: number;
}

/**
 * Clusters vectors: centres by k-means++, then at most 20 rounds of Lloyd's algorithm, one start. Each vector goes to
 * its nearest centre by the squared distance, the first of equals; see {@link lloyd}.
 *
 * Source: D. Arthur, S. Vassilvitskii, "k-means++: the advantages of careful seeding", SODA 2007. Public code starts
 * from other draws, so figures agree up to the spread over starts.
 *
 * @param clusters Number of clusters, at most that of the vectors.
 * @param random The stream of the draws: an integer for the first centre, a uniform number for each other one.
 * @returns Cluster of each vector.
 */
export function kMeans(rows: Rows, clusters: number, random: Random): Int32Array {
  const { values, dimension } = rows, start = plusPlus(rows, clusters, random);
  const centres = new Float64Array(clusters * dimension);
  start.forEach((row, k) => centres.set(values.subarray(row * dimension, (row + 1) * dimension), k * dimension));
  return lloyd(rows, centres);
}

/**
 * Rows that are the first centres: one drawn evenly, then each with a chance proportional to its squared distance to the
 * nearest centre so far; where all distances are 0, evenly.
 */
export function plusPlus({ values, dimension }: Rows, clusters: number, random: Random): Int32Array {
  const count = values.length / dimension, chosen = new Int32Array(clusters);
  const nearest = new Float64Array(count).fill(Infinity);
  chosen[0] = random.integer(count);
  for (let k = 1; k < clusters; k++) {
    const centre = chosen[k - 1]! * dimension;
    let total = 0;
    for (let row = 0; row < count; row++) {
      let sum = 0;
      for (let i = 0, at = row * dimension; i < dimension; i++, at++) {
        const difference = values[at]! - values[centre + i]!;
        sum += difference * difference;
      }
      if (sum < nearest[row]!) nearest[row] = sum;
      total += nearest[row]!;
    }
    let left = random.uniform() * total, row = 0;
    while (row < count - 1 && (left -= nearest[row]!) >= 0) row++;
    while (total > 0 && nearest[row] === 0) row--; // rounding at the end of the sum
    chosen[k] = total > 0 ? row : random.integer(count);
  }
  return chosen;
}

/**
 * Lloyd's algorithm from given centres: vectors to their nearest centres, centres to the means of their vectors, until
 * nothing changes or 20 rounds are over; then vectors to their nearest centres. A centre that loses its last vector
 * moves to the vector that is farthest from its own centre.
 *
 * @param centres Row-major `[clusters, dimension]`; overwritten by the final ones.
 * @returns Cluster of each vector.
 */
export function lloyd(rows: Rows, centres: Float64Array): Int32Array {
  let assigned = assign(rows, centres).clusters;
  for (let round = 0; round < ROUNDS; round++) {
    moveCentres(rows, centres, assigned);
    const { clusters } = assign(rows, centres);
    if (clusters.every((cluster, row) => cluster === assigned[row])) break;
    assigned = clusters;
  }
  return assigned;
}

/** Nearest centre of each vector, and the squared distance to it less the vector's own square. */
function assign({ values, dimension }: Rows, centres: Float64Array) {
  const count = values.length / dimension, clusters = new Int32Array(count), distances = new Float64Array(count);
  const squares = Float64Array.from({ length: centres.length / dimension }, (_, k) => {
    const centre = centres.subarray(k * dimension, (k + 1) * dimension);
    return centre.reduce((sum, value) => sum + value * value, 0);
  });
  eachProducts(values, centres, {
    dimension,
    visit(row, products) {
      let best = 0, least = Infinity;
      for (let k = 0; k < products.length; k++) {
        const distance = squares[k]! - 2 * products[k]!;
        if (distance < least) best = k, least = distance;
      }
      clusters[row] = best, distances[row] = least;
    },
  });
  return { clusters, distances };
}

function moveCentres(rows: Rows, centres: Float64Array, assigned: Int32Array): void {
  const { values, dimension } = rows, clusters = centres.length / dimension, counts = new Int32Array(clusters);
  const sums = new Float64Array(centres.length);
  for (const [row, cluster] of assigned.entries()) {
    counts[cluster]!++;
    for (let i = 0; i < dimension; i++) sums[cluster * dimension + i]! += values[row * dimension + i]!;
  }
  const farthest = counts.includes(0) ? farthestFirst(rows, centres) : [];
  let taken = 0;
  for (let k = 0; k < clusters; k++) {
    const to = k * dimension;
    if (counts[k] === 0) {
      const row = farthest[taken++]!;
      centres.set(values.subarray(row * dimension, (row + 1) * dimension), to);
    } else for (let i = to; i < to + dimension; i++) centres[i] = sums[i]! / counts[k]!;
  }
}

/** Vectors by the distance to their centres, the farthest first. */
function farthestFirst(rows: Rows, centres: Float64Array): number[] {
  const { values, dimension } = rows, { distances } = assign(rows, centres);
  const whole = distances.map((distance, row) => {
    const vector = values.subarray(row * dimension, (row + 1) * dimension);
    return distance + vector.reduce((sum, value) => sum + value * value, 0);
  });
  return Array.from(whole.keys()).sort((a, b) => whole[b]! - whole[a]! || a - b);
}
