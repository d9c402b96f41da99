/**
 * Finds overrides that no row takes up, or only some do, so that none is ignored in silence.
 *
 * @module
 */
import { listNames } from "../../registry/nearest.ts";
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
    const trees = ofRuns(path) && rows.length > 0 ? rows.map(({ tree }) => tree) : [root];
    if (trees.some((tree) => isFrom(nodeAt(tree, path), key.file))) continue;
    const dotted = path.join(".");
    const why = isFrom(nodeAt(root, path), key.file)
      ? `every row sets ${dotted}, or its whole section, itself; change the rows`
      : "another override replaces it";
    problems.add(key, `Cannot apply ${key.file}: it changes nothing, ${why}`);
  }
}

/** Tells of every override that only some rows take up which rows do not. */
export function tellPartlyUsed(overrides: readonly Override[], rows: readonly RowTree[]): string[] {
  return overrides.filter(({ path }) => ofRuns(path)).flatMap(({ path, key }) => {
    const without = rows.filter(({ tree }) => !isFrom(nodeAt(tree, path), key.file)).map(({ label }) => label);
    if (without.length === 0 || without.length === rows.length) return [];
    return [
      `${key.file} does not reach ${listNames(without)}, which set ${path.join(".")} or all of ${path[0]} themselves`,
    ];
  });
}

function ofRuns([section]: readonly string[]): boolean {
  return RUN_SECTIONS.includes(section as RunSectionName);
}
