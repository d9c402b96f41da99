/**
 * Products of all rows of one matrix with all rows of another.
 *
 * @module
 */

/** Columns that are multiplied with all rows of a group before the next ones: at 512 dimensions a quarter of a MiB. */
const BLOCK = 64;
/** Rows a group. */
const GROUP = 24;

/**
 * Hands over the products of each row of `a` with all rows of `b`, `a_i · b_j`, in float64: the same on every machine.
 *
 * Three rows by three columns are multiplied at a time, so that a number that was read is used thrice.
 *
 * @param a Row-major `[rows, dimension]`.
 * @param b Row-major `[columns, dimension]`.
 * @param onRow Is given each row once, in order; the products are valid during the call alone.
 */
export function eachProductRow(
  a: Float64Array,
  b: Float64Array,
  { dimension, onRow }: { readonly dimension: number; onRow(row: number, products: Float64Array): void },
): void {
  const rows = a.length / dimension, columns = b.length / dimension;
  const out = new Float64Array(GROUP * columns);
  for (let group = 0; group < rows; group += GROUP) {
    const end = Math.min(rows, group + GROUP);
    for (let block = 0; block < columns; block += BLOCK) {
      const last = Math.min(columns, block + BLOCK) - 1;
      for (let row = group; row < end; row += 3) {
        for (let column = block; column <= last; column += 3) {
          multiply(a, b, out, { row, lastRow: end - 1, column, lastColumn: last, dimension, group, columns });
        }
      }
    }
    for (let row = group; row < end; row++) {
      onRow(row, out.subarray((row - group) * columns, (row - group + 1) * columns));
    }
  }
}

/** Three rows by three columns; past the last ones the last stands in, and is written again. */
function multiply(
  a: Float64Array,
  b: Float64Array,
  out: Float64Array,
  { row, lastRow, column, lastColumn, dimension, group, columns }: {
    readonly row: number;
    readonly lastRow: number;
    readonly column: number;
    readonly lastColumn: number;
    readonly dimension: number;
    readonly group: number;
    readonly columns: number;
  },
): void {
  const row1 = Math.min(row + 1, lastRow), row2 = Math.min(row + 2, lastRow);
  const column1 = Math.min(column + 1, lastColumn), column2 = Math.min(column + 2, lastColumn);
  const a0 = row * dimension, a1 = row1 * dimension, a2 = row2 * dimension;
  const b0 = column * dimension, b1 = column1 * dimension, b2 = column2 * dimension;
  let s00 = 0, s01 = 0, s02 = 0, s10 = 0, s11 = 0, s12 = 0, s20 = 0, s21 = 0, s22 = 0;
  for (let i = 0; i < dimension; i++) {
    const x0 = a[a0 + i]!, x1 = a[a1 + i]!, x2 = a[a2 + i]!;
    const y0 = b[b0 + i]!, y1 = b[b1 + i]!, y2 = b[b2 + i]!;
    s00 += x0 * y0, s01 += x0 * y1, s02 += x0 * y2;
    s10 += x1 * y0, s11 += x1 * y1, s12 += x1 * y2;
    s20 += x2 * y0, s21 += x2 * y1, s22 += x2 * y2;
  }
  const r0 = (row - group) * columns, r1 = (row1 - group) * columns, r2 = (row2 - group) * columns;
  out[r2 + column2] = s22, out[r2 + column1] = s21, out[r2 + column] = s20;
  out[r1 + column2] = s12, out[r1 + column1] = s11, out[r1 + column] = s10;
  out[r0 + column2] = s02, out[r0 + column1] = s01, out[r0 + column] = s00;
}
