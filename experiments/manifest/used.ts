/**
 * Finds overrides that no row takes up, so that none is ignored in silence.
 *
 * @module
 */
import type { Problems } from "./error.ts";
import { isFrom, nodeAt } from "./merge.ts";
import type { RowTree } from "./rows.ts";
import { RUN_SECTIONS, type RunSectionName } from "./shape.ts";
import type { MapNode } from "./tree.ts";
import type { Override } from "./overrides.ts";

/** Notes every override of which nothing is left in any row. */
export function checkUsed(
  problems: Problems,
  overrides: readonly Override[],
  root: MapNode,
  rows: readonly RowTree[],
): void {
  for (const { path, key } of overrides) {
    if (problems.in(key.file)) continue;
    const inRows = RUN_SECTIONS.includes(path[0] as RunSectionName) && rows.length > 0;
    const trees = inRows ? rows.map(({ tree }) => tree) : [root];
    if (trees.some((tree) => isFrom(nodeAt(tree, path), key.file))) continue;
    const dotted = path.join(".");
    const why = isFrom(nodeAt(root, path), key.file)
      ? `every row sets ${dotted}, or its whole section, itself; change the rows`
      : "another override replaces it";
    problems.add(key, `Cannot apply ${key.file}: it changes nothing, ${why}`);
  }
}
