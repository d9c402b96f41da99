/**
 * A manifest's values with the place of each, so that a problem found late still points into the file.
 *
 * @module
 */
import type { Place } from "./error.ts";

/** A text, number, truth value or nothing. */
export interface ScalarNode {
  readonly type: "scalar";
  readonly value: string | number | boolean | null;
  readonly at: Place;
}

/** A list. */
export interface ListNode {
  readonly type: "list";
  readonly items: readonly TreeNode[];
  readonly at: Place;
}

/** A key of a mapping: its place and its value. */
export interface Entry {
  readonly key: Place;
  readonly value: TreeNode;
}

/** A mapping. */
export interface MapNode {
  readonly type: "map";
  readonly entries: ReadonlyMap<string, Entry>;
  readonly at: Place;
}

/** A value of a manifest. Never changed: what merges makes a new one and shares the rest. */
export type TreeNode = ScalarNode | ListNode | MapNode;

/** A mapping from entries. */
export function mapNode(entries: Iterable<readonly [string, Entry]>, at: Place): MapNode {
  return { type: "map", entries: new Map(entries), at };
}

/** A plain value as a node, all of it at one place. */
export function nodeOf(value: unknown, at: Place): TreeNode {
  if (Array.isArray(value)) return { type: "list", items: value.map((item) => nodeOf(item, at)), at };
  if (typeof value === "object" && value !== null) {
    return mapNode(Object.entries(value).map(([key, item]) => [key, { key: at, value: nodeOf(item, at) }]), at);
  }
  return { type: "scalar", value: value as ScalarNode["value"], at };
}

/** A node as a plain value. */
export function valueOf(node: TreeNode): unknown {
  if (node.type === "scalar") return node.value;
  if (node.type === "list") return node.items.map(valueOf);
  return Object.fromEntries([...node.entries].map(([key, { value }]) => [key, valueOf(value)]));
}

/** The value under a key, if the node is a mapping that has it; an empty value counts as absent. */
export function child(node: TreeNode | undefined, key: string): TreeNode | undefined {
  const value = node?.type === "map" ? node.entries.get(key)?.value : undefined;
  return value?.type === "scalar" && value.value === null ? undefined : value;
}

/** The text of a scalar that is one. */
export function textOf(node: TreeNode | undefined): string | undefined {
  return node?.type === "scalar" && typeof node.value === "string" ? node.value : undefined;
}

/** A value in a message: texts in quotes, long values cut. */
export function show(value: unknown): string {
  if (typeof value === "number") return String(value);
  const text = JSON.stringify(value) ?? "nothing";
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}
