/**
 * Expands `ablation` into rows: those of `rows`, then every combination of `grid`, then every position of `zip`.
 * Each is the base with some sections changed; without an ablation the base is the one row.
 *
 * @module
 */
import { checkNames } from "./check.ts";
import type { Place, Problems } from "./error.ts";
import { labelOf, mergeNodes, PathError, setPath } from "./merge.ts";
import { wantMap } from "./plugin.ts";
import { ABLATION_HELP, RUN_SECTIONS, type RunSectionName } from "./shape.ts";
import { child, type ListNode, type MapNode, mapNode, show, textOf, type TreeNode } from "./tree.ts";
import { didYouMean, listNames } from "../../registry/nearest.ts";

/** One row before it is resolved. */
export interface RowTree {
  readonly label: string;
  /** Its sections. */
  readonly tree: MapNode;
  /** Where it is declared. */
  readonly at: Place;
}

/** More rows than any table can show. */
const MAX_ROWS = 10_000;

/** The sections of a manifest that describe a run. */
export function baseOf(root: MapNode): MapNode {
  const sections = RUN_SECTIONS.flatMap((name) => {
    const entry = root.entries.get(name);
    return entry ? [[name, entry] as const] : [];
  });
  return mapNode(sections, root.at);
}

/** Whether a manifest declares rows of its own. */
export function hasAblation(root: MapNode): boolean {
  return child(root, "ablation") !== undefined;
}

/** Expands a manifest into its rows; what is wrong with `ablation` itself goes to `problems`. */
export function expandRows(problems: Problems, root: MapNode, name: string): RowTree[] {
  const ablation = child(root, "ablation");
  const base = baseOf(root);
  if (!ablation) return [{ label: name, tree: base, at: root.at }];
  const before = problems.size;
  const map = wantMap(problems, ablation, "ablation", "{ grid: { head.m: [0.4, 0.5] } }");
  if (!map) return [];
  checkNames(problems, map, "ablation", Object.keys(ABLATION_HELP));
  const rows = [
    ...listedRows(problems, child(map, "rows"), base),
    ...sweep(problems, child(map, "grid"), base, "grid"),
    ...sweep(problems, child(map, "zip"), base, "zip"),
  ];
  if (rows.length === 0 && problems.size === before) {
    problems.add(map.at, `Cannot expand ablation: it has no rows, wanted rows, grid or zip; or leave it out`);
  }
  noteTwins(problems, rows);
  return rows;
}

function listedRows(problems: Problems, node: TreeNode | undefined, base: MapNode): RowTree[] {
  if (!node) return [];
  if (node.type !== "list") {
    problems.add(node.at, "Cannot use ablation.rows: wanted a list of rows, each with a dash before it");
    return [];
  }
  return node.items.flatMap((item) => {
    const like = '{ label: "ArcFace (0.5)", head: { name: arcface, m: 0.5 } }';
    const row = wantMap(problems, item, "a row", like);
    const label = row && labelNode(problems, row);
    if (!row || label === undefined) return [];
    checkNames(problems, row, `row "${label}"`, ["label", ...RUN_SECTIONS]);
    const entries = new Map(base.entries);
    for (const [name, { key, value }] of row.entries) {
      if (!isSection(name)) continue;
      entries.set(name, { key, value: mergeNodes(base.entries.get(name)?.value, value) });
    }
    return [{ label, tree: mapNode(entries, row.at), at: row.at }];
  });
}

function labelNode(problems: Problems, row: MapNode): string | undefined {
  const node = child(row, "label");
  const label = textOf(node)?.trim();
  if (label) return label;
  const found = node?.type === "scalar" ? `found ${show(node.value)}, ` : node ? "found no text, " : "";
  const what = node ? "Cannot use label of a row" : 'Missing key "label" of a row';
  problems.add(node?.at ?? row.at, `${what}: ${found}wanted a text in quotes, which the table shows`);
}

function isSection(name: string): name is RunSectionName {
  return RUN_SECTIONS.includes(name as RunSectionName);
}

/** One path of a grid or zip with its values. */
interface Axis {
  readonly path: string;
  readonly key: Place;
  readonly values: readonly TreeNode[];
}

function sweep(problems: Problems, node: TreeNode | undefined, base: MapNode, kind: "grid" | "zip"): RowTree[] {
  const before = problems.size;
  const map = node && wantMap(problems, node, `ablation.${kind}`, "{ head.m: [0.4, 0.5] }");
  if (!map) return [];
  const axes = [...map.entries].flatMap(([path, { key, value }]) => axisOf(problems, path, key, value, kind) ?? []);
  if (axes.length === 0 || problems.size > before) return [];
  const sizes = axes.map(({ values }) => values.length);
  const count = kind === "zip" ? sizes[0]! : sizes.reduce((product, size) => product * size, 1);
  if (kind === "zip" && sizes.some((size) => size !== count)) {
    const lengths = axes.map(({ path, values }) => `${path} has ${values.length}`).join(", ");
    problems.add(map.at, `Cannot zip lists of different lengths: ${lengths}; wanted one length, or a grid`);
    return [];
  }
  if (count > MAX_ROWS) {
    problems.add(map.at, `Cannot expand ablation.${kind}: it has ${count} rows, wanted at most ${MAX_ROWS}`);
    return [];
  }
  return Array.from({ length: count }, (_, i) => pick(axes, i, kind)).flatMap((point) => {
    return point.length > 0 ? rowAt(problems, base, axes, point) ?? [] : [];
  });
}

/** The value of each axis at the `index`-th row; in a grid the last axis runs fastest. */
function pick(axes: readonly Axis[], index: number, kind: "grid" | "zip"): TreeNode[] {
  if (kind === "zip") return axes.map(({ values }) => values[index]!);
  const point: TreeNode[] = [];
  for (const { values } of axes.toReversed()) {
    point.unshift(values[index % values.length]!);
    index = Math.floor(index / values.length);
  }
  return point;
}

function rowAt(
  problems: Problems,
  base: MapNode,
  axes: readonly Axis[],
  point: readonly TreeNode[],
): RowTree | undefined {
  let tree = base;
  for (const [i, { path, key }] of axes.entries()) {
    try {
      tree = setPath(tree, path.split("."), point[i]!, key);
    } catch (error) {
      if (!(error instanceof PathError)) throw error;
      problems.add(key, error.message);
      return undefined;
    }
  }
  const label = axes.map(({ path }, i) => `${path}=${labelOf(point[i]!)}`).join(", ");
  return { label, tree, at: point.at(-1)!.at };
}

function axisOf(problems: Problems, path: string, key: Place, node: TreeNode, kind: string): Axis | undefined {
  const [first] = path.split(".");
  if (!isSection(first!) || path.split(".").includes("")) {
    problems.add(
      key,
      `Cannot sweep "${path}": wanted a dotted path such as head.m into one of ${listNames(RUN_SECTIONS)}` +
        didYouMean(first!, RUN_SECTIONS),
    );
    return undefined;
  }
  if (node.type === "list" && node.items.length > 0) return { path, key, values: (node as ListNode).items };
  const found = node.type === "list" ? "an empty list" : node.type === "map" ? "a mapping" : show(node.value);
  problems.add(node.at, `Cannot sweep ${path}: found ${found}, wanted a list of values such as [0.4, 0.5] in ${kind}`);
}

function noteTwins(problems: Problems, rows: readonly RowTree[]): void {
  const first = new Map<string, RowTree>();
  for (const row of rows) {
    const other = first.get(row.label);
    if (other) {
      problems.add(row.at, `Duplicate row "${row.label}": the row at line ${other.at.line} has this label already`);
    } else first.set(row.label, row);
  }
}
