/**
 * Products of vectors in float64, the same bits on every machine.
 *
 * @module
 */

/** Columns that are multiplied with all rows before the next ones: at 512 dimensions they fill a quarter of a MiB. */
const BLOCK = 64;

/**
 * Products of three rows of `a` from `row` on with three of `b` from `column` on; past the last, that row stands in.
 *
 * @param out Receives nine products, the row of `a` first.
 */
export function productsOfThree(
  a: Float64Array,
  b: Float64Array,
  dimension: number,
  { row, column, out }: { row: number; column: number; out: Float64Array },
): void {
  const lastA = a.length - dimension, lastB = b.length - dimension;
  const at = (index: number, last: number) => Math.min(index * dimension, last);
  const a0 = at(row, lastA), a1 = at(row + 1, lastA), a2 = at(row + 2, lastA);
  const b0 = at(column, lastB), b1 = at(column + 1, lastB), b2 = at(column + 2, lastB);
  let s00 = 0, s01 = 0, s02 = 0, s10 = 0, s11 = 0, s12 = 0, s20 = 0, s21 = 0, s22 = 0;
  for (let i = 0; i < dimension; i++) {
    const x0 = a[a0 + i]!, x1 = a[a1 + i]!, x2 = a[a2 + i]!;
    const y0 = b[b0 + i]!, y1 = b[b1 + i]!, y2 = b[b2 + i]!;
    s00 += x0 * y0, s01 += x0 * y1, s02 += x0 * y2;
    s10 += x1 * y0, s11 += x1 * y1, s12 += x1 * y2;
    s20 += x2 * y0, s21 += x2 * y1, s22 += x2 * y2;
  }
  out[0] = s00, out[1] = s01, out[2] = s02;
  out[3] = s10, out[4] = s11, out[5] = s12;
  out[6] = s20, out[7] = s21, out[8] = s22;
}

/**
 * Products of the rows of `a` with the rows of `b`, three by three, so that a number that was read is used thrice.
 *
 * @param a Row-major `[rows, dimension]`.
 * @param b Row-major `[columns, dimension]`.
 * @param out Receives the products, row-major `[rows, columns]`.
 */
export function products(
  a: Float64Array,
  b: Float64Array,
  { dimension, out }: { dimension: number; out: Float64Array },
): void {
  const rows = a.length / dimension, columns = b.length / dimension, tile = new Float64Array(9);
  for (let block = 0; block < columns; block += BLOCK) {
    const end = Math.min(block + BLOCK, columns);
    for (let row = 0; row < rows; row += 3) {
      for (let column = block; column < end; column += 3) {
        productsOfThree(a, b, dimension, { row, column, out: tile });
        for (let i = 0; i < 9; i++) {
          const y = row + Math.floor(i / 3), x = column + i % 3;
          if (y < rows && x < end) out[y * columns + x] = tile[i]!;
        }
      }
    }
  }
}

/**
 * Walks the products of all rows of `a` with all of `b`, a few rows at a time, so that at most some 32 MiB are held.
 *
 * @param visit Is handed a row's index and its products, valid until it returns.
 */
export function eachProducts(
  a: Float64Array,
  b: Float64Array,
  { dimension, visit }: { dimension: number; visit: (row: number, products: Float64Array) => void },
): void {
  const rows = a.length / dimension, columns = b.length / dimension;
  const height = Math.min(rows, Math.max(3, Math.min(48, Math.floor(2 ** 22 / columns))));
  const out = new Float64Array(height * columns);
  for (let from = 0; from < rows; from += height) {
    const part = a.subarray(from * dimension, Math.min(from + height, rows) * dimension);
    products(part, b, { dimension, out });
    for (let row = 0; row < part.length / dimension; row++) {
      visit(from + row, out.subarray(row * columns, (row + 1) * columns));
    }
  }
}

/**
 * Product of a row of one matrix with a row of another, each given by the offset of its first number; four sums, added
 * at the end.
 */
export function rowProduct(a: Float64Array, from: number, b: Float64Array, to: number, dimension: number): number {
  let s0 = 0, s1 = 0, s2 = 0, s3 = 0, i = 0;
  for (; i + 3 < dimension; i += 4) {
    s0 += a[from + i]! * b[to + i]!;
    s1 += a[from + i + 1]! * b[to + i + 1]!;
    s2 += a[from + i + 2]! * b[to + i + 2]!;
    s3 += a[from + i + 3]! * b[to + i + 3]!;
  }
  for (; i < dimension; i++) s0 += a[from + i]! * b[to + i]!;
  return (s0 + s1) + (s2 + s3);
}
