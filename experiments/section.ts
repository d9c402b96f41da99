/**
 * Resolves one plugin section outside a manifest, by the same checks: `image-folder` with `path=images.zip`.
 *
 * @module
 */
import { type Kind, nameKey, type Registries } from "../registry/registries.ts";
import { Problems } from "./manifest/error.ts";
import { resolvePlugin, type Resolver } from "./manifest/plugin.ts";
import { parseTree } from "./manifest/parse.ts";
import { nodeOf, textOf } from "./manifest/tree.ts";
import { applyOverrides, parseOverrides } from "./manifest/overrides.ts";
import type { Section } from "./resolved.ts";

/** What {@link resolveSection} starts from. */
export interface SectionOptions {
  /** Kind of the plugin. */
  readonly kind: Kind;
  /** Name of the plugin. */
  readonly name: string;
  /** Parameters that are given as values. */
  readonly params?: Readonly<Record<string, unknown>>;
  /** Parameters that are given as texts such as `size=[28,28]`. */
  readonly overrides?: readonly string[];
}

/**
 * The section of a plugin with every parameter, defaults filled in.
 *
 * @throws {ManifestError} with every parameter that is wrong.
 */
export function resolveSection(
  { kind, name, params = {}, overrides = [] }: SectionOptions,
  registries: Registries,
): Section {
  const problems = new Problems();
  const at = { file: `${kind} ${name}`, line: 1, column: 1 };
  const root = nodeOf({ [nameKey(kind)]: name, ...params }, at);
  if (root.type !== "map") throw new TypeError("Cannot resolve a section that is no mapping");
  const changed = applyOverrides(root, parseOverrides({ overrides }, problems), problems);
  problems.throwIfAny([]);
  const resolver: Resolver = { problems, registries, pluginsFailed: false, partial: false, memory: new WeakMap() };
  const resolved = resolvePlugin(resolver, changed, kind, { where: kind });
  problems.throwIfAny([]);
  return resolved!.section;
}

/**
 * The section of a plugin that is written as YAML, `{ name: iresnet50 }`, or as its name alone.
 *
 * @param file Stands for the place of the text in messages, such as an option.
 * @throws {ManifestError} with everything that is wrong.
 */
export function parseSection(
  text: string,
  { kind, file, registries }: { readonly kind: Kind; readonly file: string; readonly registries: Registries },
): Section {
  const problems = new Problems(), tree = parseTree(text, file, problems), name = textOf(tree);
  problems.throwIfAny([]);
  const node = name === undefined ? tree! : nodeOf({ [nameKey(kind)]: name }, tree!.at);
  const resolver: Resolver = { problems, registries, pluginsFailed: false, partial: false, memory: new WeakMap() };
  const resolved = resolvePlugin(resolver, node, kind, { where: kind });
  problems.throwIfAny([]);
  return resolved!.section;
}
