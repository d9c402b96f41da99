/**
 * The nearest other vector of each vector, over all pairs.
 *
 * @module
 */

/** Columns that are compared with all rows before the next ones: at 512 dimensions they fill a quarter of a MiB. */
const BLOCK = 64;

/**
 * Largest cosine of each unit vector to another one, `max_{k ≠ j} v_j · v_k`, in float64: the same on every machine.
 *
 * Each pair is multiplied once, three rows by three columns at a time, so that a number that was read is used thrice.
 *
 * @param vectors At least two unit vectors, row-major `[count, dimension]`.
 * @returns Cosines, shape `[count]`.
 */
export function nearestCosines(vectors: Float64Array, dimension: number): Float64Array {
  const count = vectors.length / dimension;
  const best = new Float64Array(count).fill(-Infinity), products = new Float64Array(9);
  for (let block = 0; block < count; block += BLOCK) {
    const end = Math.min(block + BLOCK, count);
    for (let row = 0; row < end; row += 3) {
      for (let column = Math.max(block, row); column < end; column += 3) {
        multiply(vectors, dimension, { row, column, last: count - 1, products });
        for (let i = 0; i < 9; i++) {
          const a = row + Math.floor(i / 3), b = column + i % 3, cosine = products[i]!;
          if (a >= b || b >= end) continue;
          if (cosine > best[a]!) best[a] = cosine;
          if (cosine > best[b]!) best[b] = cosine;
        }
      }
    }
  }
  return best;
}

/** Products of three rows from `row` on with three from `column` on; past `last` the last row stands in. */
function multiply(
  vectors: Float64Array,
  dimension: number,
  { row, column, last, products }: { row: number; column: number; last: number; products: Float64Array },
): void {
  const at = (index: number) => Math.min(index, last) * dimension;
  const a0 = at(row), a1 = at(row + 1), a2 = at(row + 2), b0 = at(column), b1 = at(column + 1), b2 = at(column + 2);
  let s00 = 0, s01 = 0, s02 = 0, s10 = 0, s11 = 0, s12 = 0, s20 = 0, s21 = 0, s22 = 0;
  for (let i = 0; i < dimension; i++) {
    const x0 = vectors[a0 + i]!, x1 = vectors[a1 + i]!, x2 = vectors[a2 + i]!;
    const y0 = vectors[b0 + i]!, y1 = vectors[b1 + i]!, y2 = vectors[b2 + i]!;
    s00 += x0 * y0, s01 += x0 * y1, s02 += x0 * y2;
    s10 += x1 * y0, s11 += x1 * y1, s12 += x1 * y2;
    s20 += x2 * y0, s21 += x2 * y1, s22 += x2 * y2;
  }
  products[0] = s00, products[1] = s01, products[2] = s02;
  products[3] = s10, products[4] = s11, products[5] = s12;
  products[6] = s20, products[7] = s21, products[8] = s22;
}
