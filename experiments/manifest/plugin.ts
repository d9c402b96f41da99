/**
 * Resolves the sections of a manifest that name plugins: finds the plugin and checks its parameters.
 *
 * @module
 */
import type { z } from "zod";
import { type Plugin, type PluginReference, referenceOf } from "../../plugin/mod.ts";
import { unwrap } from "../../registry/legal.ts";
import { listNames } from "../../registry/nearest.ts";
import { type Kind, nameKey, type Registries, tableOfKind } from "../../registry/registries.ts";
import { checkObject } from "./check.ts";
import type { Place, Problems } from "./error.ts";
import { type MapNode, show, type TreeNode, valueOf } from "./tree.ts";
import type { Section } from "../resolved.ts";

/** A section whose plugin was found and whose parameters are legal. */
export interface ResolvedPlugin<P extends Plugin = Plugin> {
  readonly plugin: P;
  /** Every parameter, defaults filled in. */
  readonly params: Record<string, unknown>;
  /** The plugin's name beside its parameters. */
  readonly section: Section;
}

/** What resolving needs, and what it remembers: a node that many rows share is checked once. */
export interface Resolver {
  readonly problems: Problems;
  readonly registries: Registries;
  /** Whether a module of plugins could not be loaded, so that unknown names are no news. */
  readonly pluginsFailed: boolean;
  /** Whether the sections may be incomplete, as those of a base that its rows complete. */
  readonly partial: boolean;
  readonly memory: WeakMap<TreeNode, Map<string, unknown>>;
}

/** How a section is written. */
export interface PluginOptions {
  /** Where it stands, for messages: `head`, `data.train`. */
  readonly where: string;
  /** Keys that are not the plugin's parameters. */
  readonly skip?: readonly string[];
  /** What a reader must give. */
  readonly gives?: string | undefined;
}

/** Does `make` once for each node and purpose, and gives the same result after. */
export function remember<T>({ memory }: Resolver, node: TreeNode, purpose: string, make: () => T): T {
  const known = memory.get(node) ?? new Map<string, unknown>();
  memory.set(node, known);
  if (!known.has(purpose)) known.set(purpose, make());
  return known.get(purpose) as T;
}

/** Resolves a section that names a plugin of a kind; `undefined` if there was a problem, which has been noted. */
export function resolvePlugin<P extends Plugin = Plugin>(
  resolver: Resolver,
  node: TreeNode,
  kind: Kind,
  options: PluginOptions,
): ResolvedPlugin<P> | undefined {
  const purpose = `${kind} ${options.gives} ${options.where} ${resolver.partial}`;
  return remember(resolver, node, purpose, () => resolve(resolver, node, kind, options)) as
    | ResolvedPlugin<P>
    | undefined;
}

function resolve(
  resolver: Resolver,
  node: TreeNode,
  kind: Kind,
  { where, skip = [], gives }: PluginOptions,
): ResolvedPlugin | undefined {
  const { problems, registries } = resolver;
  const map = wantMap(problems, node, where, `{ ${nameKey(kind)}: ${example(resolver, kind)} }`);
  const plugin = map && findPlugin(resolver, map, kind, where);
  if (!map || !plugin) return undefined;
  const key = nameKey(kind);
  if (!givesWanted(resolver, map.entries.get(key)!.value.at, plugin, where, gives)) return undefined;
  const given = new Map<string, unknown>();
  let complete = true;
  for (const [param, schema] of Object.entries(plugin.params.shape)) {
    const value = map.entries.get(param)?.value;
    const nested = value && resolveReference(resolver, value, schema as z.ZodType, `${where}.${param}`);
    if (!nested) continue;
    given.set(param, nested.section ?? {});
    complete &&= nested.section !== undefined;
  }
  const what = `${kind} "${plugin.name}"`;
  const params = checkObject(problems, map, plugin.params, {
    what,
    skip: [key, ...skip],
    given,
    partial: resolver.partial,
  });
  if (!params || !complete) return undefined;
  return { plugin: tableOfKind(registries, kind).get(plugin.name), params, section: { [key]: plugin.name, ...params } };
}

function example({ registries }: Resolver, kind: Kind): string {
  return tableOfKind(registries, kind).names()[0] ?? "…";
}

/** The node as a mapping; otherwise a problem that shows one. */
export function wantMap(problems: Problems, node: TreeNode, where: string, like: string): MapNode | undefined {
  if (node.type === "map") return node;
  const found = node.type === "list" ? "a list" : show(node.value);
  problems.add(node.at, `Cannot use ${where}: found ${found}, wanted a mapping such as ${like}`);
}

function findPlugin(resolver: Resolver, node: MapNode, kind: Kind, where: string): Plugin | undefined {
  const { problems, registries, pluginsFailed, partial } = resolver;
  const table = tableOfKind(registries, kind), key = nameKey(kind);
  const known = `known ${kind}s are ${listNames(table.names())}`;
  const entry = node.entries.get(key);
  if (!entry) {
    const glued = [...node.entries.keys()].find((name) => name.startsWith(`${key}:`));
    const hint = glued ? `; write a space after the colon: ${glued.replace(":", ": ")}` : "";
    if (!partial || glued) {
      problems.add(node.at, `Missing key "${key}" of ${where}: wanted the name of a ${kind}, ${known}${hint}`);
    }
    return undefined;
  }
  const name = valueOf(entry.value);
  if (typeof name !== "string") {
    problems.add(
      entry.value.at,
      `Cannot use ${where}.${key}: found ${show(name)}, wanted the name of a ${kind}, ${known}`,
    );
    return undefined;
  }
  const plugin = table.find(name);
  if (plugin || pluginsFailed) return plugin;
  try {
    table.get(name);
  } catch (error) {
    problems.add(entry.value.at, (error as Error).message);
  }
}

function givesWanted(
  { problems, registries }: Resolver,
  at: Place,
  plugin: Plugin,
  where: string,
  wanted: string | undefined,
): boolean {
  const given = (plugin as { gives?: string }).gives;
  if (plugin.kind !== "reader" || wanted === undefined || given === wanted) return true;
  const table = registries.reader;
  const fitting = table.names().filter((name) => table.get(name).gives === wanted);
  problems.add(
    at,
    `Cannot use reader "${plugin.name}" as ${where}: it gives ${given}, wanted ${wanted}; readers that give ` +
      `${wanted} are ${listNames(fitting) || "none"}`,
  );
  return false;
}

/** Resolves a parameter that names plugins, one or a list; `undefined` for a plain parameter. */
function resolveReference(
  resolver: Resolver,
  value: TreeNode,
  schema: z.ZodType,
  where: string,
): { section: unknown } | undefined {
  const one = referenceWithin(schema);
  if (one) {
    if (value.type === "scalar" && value.value === null && schema.safeParse(null).success) return { section: null };
    const { plugin: kind, gives } = one;
    return { section: resolvePlugin(resolver, value, kind as Kind, { where, gives })?.section };
  }
  const element = (unwrap(schema).def as { element?: z.ZodType }).element;
  if (value.type !== "list" || !element || !referenceWithin(element)) return undefined;
  const sections = value.items.map((item, i) => resolveReference(resolver, item, element, `${where}[${i}]`)?.section);
  return { section: sections.includes(undefined) ? undefined : sections };
}

/** The plugin reference of a parameter schema, seen through defaults and optionals. */
export function referenceWithin(schema: z.ZodType): PluginReference | undefined {
  const inner = (schema.def as { innerType?: z.ZodType }).innerType;
  return referenceOf(schema) ?? (inner && referenceWithin(inner));
}
