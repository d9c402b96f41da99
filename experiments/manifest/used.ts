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

/** An override that only some rows take up. */
export interface PartlyUsed {
  /** As it was written: `--set train.steps=10`. */
  readonly override: string;
  /** What it sets: `train.steps`. */
  readonly path: string;
  /** The rows that set it themselves, each with its place among the rows. */
  readonly without: readonly { readonly label: string; readonly index: number }[];
}

/** Every override that only some rows take up. */
export function partlyUsed(overrides: readonly Override[], rows: readonly RowTree[]): PartlyUsed[] {
  return overrides.filter(({ path }) => ofRuns(path)).flatMap(({ path, key }) => {
    const without = rows.flatMap(({ tree, label }, index) =>
      isFrom(nodeAt(tree, path), key.file) ? [] : [{ label, index }]
    );
    if (without.length === 0 || without.length === rows.length) return [];
    return [{ override: key.file, path: path.join("."), without }];
  });
}

/** Tells which rows an override does not reach. */
export function tellPartlyUsed({ override, path, without }: PartlyUsed): string {
  const rows = listNames(without.map(({ label }) => label));
  return `${override} does not reach ${rows}, which set ${path} or all of ${path.split(".")[0]} themselves`;
}

function ofRuns([section]: readonly string[]): boolean {
  return RUN_SECTIONS.includes(section as RunSectionName);
}
