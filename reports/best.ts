/**
 * Which cells of a table stand out.
 *
 * @module
 */
import type { TableCell } from "./cell.ts";
import type { Table } from "./table.ts";

/**
 * The best mean of each column among rows with all of their seeds, where it means something: none where fewer than two
 * rows have them, where neither direction is better, or where the rows follow different definitions. Equals are all best.
 *
 * With a baseline the best stands out if it is better than that; the baseline itself, if every other row with a figure is
 * worse. Without one nothing is tested, and the best stands out where at least two seeds are planned.
 */
export function bestCells(table: Table): Set<TableCell> {
  const best = new Set<TableCell>();
  for (const [index, { higherIsBetter, definitions }] of table.columns.entries()) {
    if (higherIsBetter === null || definitions.length !== 1) continue;
    const measured = table.rows.map(({ cells }) => cells[index]!).filter(({ finished }) => finished > 0);
    const rivals = measured.filter(({ finished, planned }) => finished === planned);
    if (rivals.length < 2 || (table.baseline === null && table.seeds.length < 2)) continue;
    const means = rivals.map(({ mean }) => mean!), top = higherIsBetter ? Math.max(...means) : Math.min(...means);
    const others = measured.filter(({ row }) => row !== table.baseline);
    for (const cell of rivals.filter(({ mean }) => mean === top)) {
      const tested = cell.row === table.baseline
        ? others.every(({ verdict }) => verdict?.word === "worse")
        : cell.verdict?.word === "better";
      if (table.baseline === null || tested) best.add(cell);
    }
  }
  return best;
}
