/**
 * The generic registry: a read-only table of plugins of one kind. Knows no machine learning.
 *
 * @module
 */
import type { Plugin } from "../plugin/mod.ts";

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
  /** Where the plugin came from: `built-in` or a module specifier. */
  source(name: string): string;
  /**
   * A new table with more plugins.
   *
   * @throws {TypeError} naming both sources if a name is taken already.
   */
  with(plugins: readonly P[], source: string): Registry<P>;
}
