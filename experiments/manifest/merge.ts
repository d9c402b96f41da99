/**
 * How manifests, rows and overrides combine: a section that names another plugin replaces the one beneath, otherwise
 * keys merge; lists and plain values replace.
 *
 * @module
 */
import type { Place } from "./error.ts";
import { type Entry, type MapNode, mapNode, show, textOf, type TreeNode, valueOf } from "./tree.ts";

/** A dotted path that leads nowhere; the message says why. */
export class PathError extends RangeError {
  override readonly name = "PathError";
}

/** Merges a value over the one beneath it. */
export function mergeNodes(beneath: TreeNode | undefined, over: TreeNode): TreeNode {
  if (beneath?.type !== "map" || over.type !== "map") return over;
  if (namesAnother(beneath, over)) {
    // An evaluation that names another protocol is still that evaluation, of that data.
    const kept = over.entries.has("protocol") ? ["name", "data"] : [];
    const entries = kept.flatMap((key) => beneath.entries.has(key) ? [[key, beneath.entries.get(key)!] as const] : []);
    return mapNode([...entries, ...over.entries], over.at);
  }
  return mergeKeys(beneath, over);
}

/** Merges a manifest over the one that it extends: as sections do, but `name` is a plain key and `ablation` replaces. */
export function mergeManifests(beneath: MapNode, over: MapNode): MapNode {
  const ablation = over.entries.get("ablation");
  const merged = mergeKeys(beneath, over);
  return ablation ? mapNode([...merged.entries, ["ablation", ablation]], over.at) : merged;
}

function mergeKeys(beneath: MapNode, over: MapNode): MapNode {
  const entries = new Map<string, Entry>(beneath.entries);
  for (const [name, { key, value }] of over.entries) {
    entries.set(name, { key, value: mergeNodes(beneath.entries.get(name)?.value, value) });
  }
  return mapNode(entries, over.at);
}

/** The key that names a section's plugin, or the rule of `stopping`. */
function discriminator({ entries }: MapNode): "protocol" | "reader" | "name" | "rule" {
  if (entries.has("protocol")) return "protocol";
  if (entries.has("reader")) return "reader";
  return entries.has("rule") && !entries.has("name") ? "rule" : "name";
}

function namesAnother(beneath: MapNode, over: MapNode): boolean {
  const key = discriminator(beneath);
  if (key === "name" && discriminator(over) !== "name") return true;
  const before = beneath.entries.get(key)?.value, named = over.entries.get(key)?.value;
  return before !== undefined && named !== undefined && textOf(named) !== textOf(before);
}

/**
 * Sets the value at a dotted path: `head.m`, `data.train.size`, `evaluate.unseen.folds` (an element of a list by its
 * name, or by its index from 0).
 *
 * @param root A manifest or the sections of a row; not changed.
 * @param path The keys.
 * @param value What is set, merged by the rule of this module.
 * @param key Where the path stands.
 * @throws {PathError} if the path goes through a value that has no keys.
 */
export function setPath(root: MapNode, path: readonly string[], value: TreeNode, key: Place): MapNode {
  const [first, ...rest] = path;
  const beneath = root.entries.get(first!)?.value;
  return mapNode([...root.entries, [first!, { key, value: set(beneath, rest, 1) }]], root.at);

  function set(node: TreeNode | undefined, keys: readonly string[], depth: number): TreeNode {
    const [next, ...others] = keys;
    if (next === undefined) return mergeNodes(node, value);
    if (node?.type === "list") {
      const index = indexIn(node.items, next, path.slice(0, depth).join("."));
      return { ...node, items: node.items.map((item, i) => i === index ? set(item, others, depth + 1) : item) };
    }
    if (node?.type === "scalar" && node.value !== null) {
      const here = path.slice(0, depth).join(".");
      throw new PathError(`Cannot set ${path.join(".")}: ${here} is ${show(node.value)}, which has no keys`);
    }
    const map = node?.type === "map" ? node : mapNode([], key);
    const inner = set(map.entries.get(next)?.value, others, depth + 1);
    return mergeNodes(map, mapNode([[next, { key, value: inner }]], key));
  }
}

function indexIn(items: readonly TreeNode[], key: string, path: string): number {
  const names = items.map((item) =>
    item.type === "map"
      ? textOf(item.entries.get("name")?.value) ?? textOf(item.entries.get("label")?.value)
      : undefined
  );
  const index = /^\d{1,9}$/.test(key) ? Number(key) : names.indexOf(key);
  if (index >= 0 && index < items.length) return index;
  const known = names.map((name, i) => name === undefined ? `${i}` : `${i} ("${name}")`).join(", ");
  throw new PathError(`Cannot find "${key}" in the list ${path}: its elements are ${known || "none"}`);
}

/** The node at a dotted path, or `undefined`. */
export function nodeAt(root: TreeNode | undefined, path: readonly string[]): TreeNode | undefined {
  let node = root;
  for (const [i, key] of path.entries()) {
    if (node?.type === "list") {
      try {
        node = node.items[indexIn(node.items, key, path.slice(0, i).join("."))];
      } catch {
        return undefined;
      }
    } else node = node?.type === "map" ? node.entries.get(key)?.value : undefined;
  }
  return node;
}

/** Whether a node, or any within it, was set by a file. */
export function isFrom(node: TreeNode | undefined, file: string): boolean {
  if (!node) return false;
  if (node.at.file === file) return true;
  if (node.type === "list") return node.items.some((item) => isFrom(item, file));
  return node.type === "map" &&
    [...node.entries.values()].some(({ key, value }) => key.file === file || isFrom(value, file));
}

/** A value in a generated label: a section by its plugin's name, others as JSON. */
export function labelOf(node: TreeNode): string {
  if (node.type === "scalar") return String(node.value);
  if (node.type === "map") {
    const key = discriminator(node);
    const name = textOf(node.entries.get(key)?.value);
    const others = [...node.entries].filter(([k]) => k !== key).map(([k, { value }]) => `${k}=${labelOf(value)}`);
    if (name !== undefined) return others.length > 0 ? `${name}(${others.join(", ")})` : name;
  }
  return JSON.stringify(valueOf(node));
}
