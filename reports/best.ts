/**
 * Which cells of a table stand out.
 *
 * @module
 */
import type { TableCell } from "./cell.ts";
import type { Table } from "./table.ts";

/**
 * The best mean of each column, among the cells with at least two finished seeds: none where fewer than two rows have
 * them, where neither direction is better, or where the rows follow different definitions. Equals are all best.
 */
export function bestCells(table: Table): Set<TableCell> {
  const best = new Set<TableCell>();
  for (const [index, { higherIsBetter, definitions }] of table.columns.entries()) {
    const rivals = table.rows.map(({ cells }) => cells[index]!).filter(({ finished }) => finished >= 2);
    if (higherIsBetter === null || definitions.length !== 1 || rivals.length < 2) continue;
    const means = rivals.map(({ mean }) => mean!);
    const top = higherIsBetter ? Math.max(...means) : Math.min(...means);
    for (const cell of rivals) if (cell.mean === top) best.add(cell);
  }
  return best;
}
