/**
 * Which parameters the code of plugins reads while a run is at work.
 *
 * Parameters reach a plugin as a plain object whose fields are accessors until they are read for the first time, then
 * plain values: copying, spreading, freezing and `structuredClone` work as ever, and loops pay nothing.
 *
 * @module
 */
import canonicalize from "canonicalize";
import type { Kind, Registries } from "../registry/registries.ts";
import type { Registry } from "../registry/registry.ts";
import type { Plugin } from "../plugin/mod.ts";

/** The functions of each kind whose reads are those of a run; what plans and prints reads for itself. */
const WORK: Readonly<Record<Kind, readonly string[]>> = {
  head: ["create"],
  backbone: ["create"],
  reader: ["open"],
  protocol: ["evaluate", "evaluateStream", "mirrored", "classWeights"],
  optimizer: ["create"],
  schedule: ["create"],
  augmentation: ["create"],
  sampler: ["create"],
  sink: [],
};

/** Parameters of a plugin. */
export type Params = Readonly<Record<string, unknown>>;

/** Reads by plugin and parameters: equal sections of one plugin share theirs. */
export class ReadLog {
  readonly #seen = new Map<string, Set<string>>();

  /** A copy of a plugin's parameters that notes what is read of it. */
  watch(kind: Kind, name: string, params: Params): Record<string, unknown> {
    const key = keyOf(kind, name, params), seen = this.#seen.get(key) ?? new Set();
    this.#seen.set(key, seen);
    return watchFields(params, "", seen);
  }

  /** Dotted paths that were read of a plugin's parameters; none where it never got them. */
  of(kind: Kind, name: string, params: Params): ReadonlySet<string> {
    return this.#seen.get(keyOf(kind, name, params)) ?? new Set();
  }

  /** Everything so far, for a checkpoint. */
  toJSON(): [string, string[]][] {
    return [...this.#seen].map(([key, paths]) => [key, [...paths]]);
  }

  /** These reads together with others. */
  with(other: ReadLog | undefined): ReadLog {
    const all = new ReadLog();
    for (const log of [this, ...other ? [other] : []]) all.restore(log.toJSON());
    return all;
  }

  /** Adds what {@link toJSON} gave. */
  restore(entries: readonly (readonly [string, readonly string[]])[]): void {
    for (const [key, paths] of entries) this.#seen.set(key, new Set([...this.#seen.get(key) ?? [], ...paths]));
  }
}

function keyOf(kind: Kind, name: string, params: Params): string {
  return `${kind} ${name} ${canonicalize(params)}`;
}

/** Tables whose plugins get parameters that note their reads, of the kinds that are named. */
export function watchReads(registries: Registries, log: ReadLog, kinds: readonly Kind[]): Registries {
  const watched = kinds.map((kind) => [kind, watchTable(registries[kind] as unknown as Registry<Plugin>, kind, log)]);
  return { ...registries, ...Object.fromEntries(watched) };
}

function watchTable(table: Registry<Plugin>, kind: Kind, log: ReadLog): Registry<Plugin> {
  const watch = (plugin: Plugin): Plugin => {
    const functions = plugin as unknown as Record<
      string,
      ((params: Params, ...rest: unknown[]) => unknown) | undefined
    >;
    const work = WORK[kind].filter((name) => typeof functions[name] === "function").map((name) => [
      name,
      (params: Params, ...rest: unknown[]) =>
        functions[name]!.call(plugin, log.watch(kind, plugin.name, params), ...rest),
    ]);
    return { ...plugin, ...Object.fromEntries(work) };
  };
  return {
    ...table,
    get: (name) => watch(table.get(name)),
    find: (name) => {
      const plugin = table.find(name);
      return plugin && watch(plugin);
    },
  };
}

/** Whether a value is a mapping of parameters; a section that names another plugin is watched where that is opened. */
export function isMapping(value: unknown): value is Params {
  return typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype &&
    !("reader" in value);
}

function watchFields(params: Params, prefix: string, seen: Set<string>): Record<string, unknown> {
  const copy: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(params)) {
    const path = `${prefix}${name}`, watched = watchValue(value, path, seen);
    const become = (value: unknown) =>
      // Refused where the plugin froze its parameters: then every read is noted.
      Reflect.defineProperty(copy, name, { value, writable: true, enumerable: true, configurable: true });
    Object.defineProperty(copy, name, {
      enumerable: true,
      configurable: true,
      get: () => {
        seen.add(path);
        become(watched);
        return watched;
      },
      set: become,
    });
  }
  return copy;
}

function watchValue(value: unknown, path: string, seen: Set<string>): unknown {
  if (Array.isArray(value)) return value.map((item, i) => watchValue(item, `${path}.${i}`, seen));
  return isMapping(value) ? watchFields(value, `${path}.`, seen) : value;
}
