/**
 * The generic registry: a read-only table of plugins of one kind. Knows no machine learning.
 *
 * @module
 */
import type { Plugin } from "../plugin/mod.ts";
import { didYouMean, listNames } from "./nearest.ts";

/** A read-only table of plugins of one kind. */
export interface Registry<P extends Plugin> {
  /** The kind that every plugin here has. */
  readonly kind: string;
  /** Names, sorted. */
  names(): readonly string[];
  /**
   * The plugin of a name.
   *
   * @throws {RangeError} with the nearest and all known names if there is none.
   */
  get(name: string): P;
  /** The plugin of a name, or `undefined`. */
  find(name: string): P | undefined;
  /**
   * Where the plugin came from: `built-in` or a module specifier.
   *
   * @throws {RangeError} with the nearest and all known names if there is none.
   */
  source(name: string): string;
  /**
   * A new table with more plugins; a value that is there already is no clash.
   *
   * @throws {TypeError} naming both sources if a name is taken already, or if a value is of another kind.
   */
  with(plugins: readonly P[], source: string): Registry<P>;
}

interface Entry<P> {
  readonly plugin: P;
  readonly source: string;
}

/**
 * Makes a table of plugins of one kind.
 *
 * @param kind The kind that every plugin must have.
 * @param plugins The plugins, in any order.
 * @param source Where they come from, for messages and records.
 * @throws {TypeError} naming both sources if two plugins have one name, or if a value is of another kind.
 */
export function createRegistry<P extends Plugin>(
  kind: string,
  plugins: readonly P[],
  source = "built-in",
): Registry<P> {
  return tableOf(kind, extend(kind, new Map<string, Entry<P>>(), plugins, source));
}

function extend<P extends Plugin>(
  kind: string,
  entries: ReadonlyMap<string, Entry<P>>,
  plugins: readonly P[],
  source: string,
): Map<string, Entry<P>> {
  const extended = new Map(entries);
  for (const plugin of plugins) {
    if (plugin.kind !== kind) {
      throw new TypeError(
        `Cannot add "${plugin.name}" of ${source} to the ${kind}s: found a plugin of kind "${plugin.kind}", ` +
          `wanted "${kind}"`,
      );
    }
    const other = extended.get(plugin.name);
    if (other && other.plugin !== plugin) {
      throw new TypeError(
        `Cannot add ${kind} "${plugin.name}" of ${source}: the name is taken by ${other.source}, rename one of them`,
      );
    }
    if (!other) extended.set(plugin.name, { plugin, source });
  }
  return extended;
}

function tableOf<P extends Plugin>(kind: string, entries: ReadonlyMap<string, Entry<P>>): Registry<P> {
  const names = Object.freeze([...entries.keys()].sort());
  const entry = (name: string) => {
    const found = entries.get(name);
    if (found) return found;
    const known = names.length > 0 ? `known ${kind}s are ${listNames(names)}` : `no ${kind} is known`;
    throw new RangeError(`Cannot find ${kind} "${name}": ${known}${didYouMean(name, names)}`);
  };
  return Object.freeze({
    kind,
    names: () => names,
    get: (name: string) => entry(name).plugin,
    find: (name: string) => entries.get(name)?.plugin,
    source: (name: string) => entry(name).source,
    with: (plugins: readonly P[], source: string) => tableOf(kind, extend(kind, entries, plugins, source)),
  });
}
