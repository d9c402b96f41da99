/**
 * Which cells of a table stand out.
 *
 * @module
 */
import type { TableCell } from "./cell.ts";
import type { Table } from "./table.ts";

/**
 * The best mean of each column, where it means something: none where fewer than two rows have a figure, where neither
 * direction is better, or where the rows follow different definitions. Equals are all best.
 *
 * With a baseline the best stands out if it is better than that; the baseline itself, if every other row is worse. Without
 * one nothing is tested, and the best of the cells with at least two finished seeds stands out.
 */
export function bestCells(table: Table): Set<TableCell> {
  const best = new Set<TableCell>();
  for (const [index, { higherIsBetter, definitions }] of table.columns.entries()) {
    if (higherIsBetter === null || definitions.length !== 1) continue;
    const cells = table.rows.map(({ cells }) => cells[index]!);
    const rivals = cells.filter(({ finished }) => finished >= (table.baseline === null ? 2 : 1));
    if (rivals.length < 2) continue;
    const means = rivals.map(({ mean }) => mean!), top = higherIsBetter ? Math.max(...means) : Math.min(...means);
    const others = rivals.filter(({ row }) => row !== table.baseline);
    for (const cell of rivals.filter(({ mean }) => mean === top)) {
      const tested = cell.row === table.baseline
        ? others.every(({ verdict }) => verdict?.word === "worse")
        : cell.verdict?.word === "better";
      if (table.baseline === null || tested) best.add(cell);
    }
  }
  return best;
}
