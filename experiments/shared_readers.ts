/**
 * Readers that open a data set once for the runs of a sweep, so that images are decoded or rendered once.
 *
 * @module
 */
import type { DataSet, ReaderPlugin } from "../datasets/reader.ts";
import type { Registries } from "../registry/registries.ts";
import type { Registry } from "../registry/registry.ts";

/** Tables whose readers share what they opened. */
export interface SharedReaders {
  /** The tables with the readers wrapped. */
  readonly registries: Registries;
  /** Says that a run begins; sets that the run before it did not use are let go. */
  nextRun(): void;
}

/** Wraps the readers of `registries`: equal parameters give the same set. The wrapped tables serve one data folder. */
export function shareReaders(registries: Registries): SharedReaders {
  let before = new Map<string, Promise<DataSet>>(), now = new Map(before);
  const share = (plugin: ReaderPlugin): ReaderPlugin => ({
    ...plugin,
    open(params, context) {
      const key = JSON.stringify([plugin.name, params]);
      const set = now.get(key) ?? before.get(key) ?? plugin.open(params, context);
      now.set(key, set);
      set.catch(() => now.delete(key));
      return set;
    },
  });
  const { reader } = registries;
  const shared: Registry<ReaderPlugin> = {
    ...reader,
    get: (name) => share(reader.get(name)),
    find: (name) => {
      const plugin = reader.find(name);
      return plugin && share(plugin);
    },
  };
  return {
    registries: { ...registries, reader: shared },
    nextRun() {
      before = now;
      now = new Map();
    },
  };
}
