/**
 * Which plugins a run uses, with what pins the behaviour of each.
 *
 * @module
 */
import type { LoadedPlugin } from "../registry/load.ts";
import { type Kind, type Registries, tableOfKind } from "../registry/registries.ts";
import { nestedReaders } from "./readers.ts";
import type { ResolvedRun, Section } from "./resolved.ts";

/** A plugin of a run: part of the run's identity. */
export interface UsedPlugin {
  /** Its kind, such as `head`. */
  readonly kind: string;
  /** Its name. */
  readonly name: string;
  /** Its own version. */
  readonly version: string;
  /** SHA-256 of a user's module; `null` for a built-in plugin, which its version pins. */
  readonly sha256: string | null;
}

/** The kinds and names of the plugins that a run names, in the order of its sections; some several times. */
export function namedPlugins(
  run: Omit<ResolvedRun, "seed">,
  registries: Registries,
): { readonly kind: Kind; readonly name: string }[] {
  const of = (kind: Kind, names: readonly unknown[]) => names.map((name) => ({ kind, name: String(name) }));
  const readers = (section: Section): { kind: Kind; name: string }[] => {
    const nested = registries.reader.find(String(section["reader"])) ? nestedReaders(section, registries) : [];
    return [...of("reader", [section["reader"]]), ...nested.flatMap(readers)];
  };
  return [
    ...(["backbone", "head", "optimizer", "schedule"] as const).flatMap((kind) => of(kind, [run[kind]["name"]])),
    ...of("head", run.auxiliary.map(({ name }) => name)),
    ...of("augmentation", run.train.augment.map(({ name }) => name)),
    ...of("sampler", [run.train.sampler["name"]]),
    ...readers(run.data.train),
    ...run.evaluate.flatMap(({ protocol, data }) => [...of("protocol", [protocol["protocol"]]), ...readers(data)]),
  ];
}

/** The plugins that a run uses, sorted by kind and name, each once. */
export function usedPlugins(
  run: Omit<ResolvedRun, "seed">,
  registries: Registries,
  loaded: readonly LoadedPlugin[],
): UsedPlugin[] {
  const used = new Map(
    namedPlugins(run, registries).map(({ kind, name }): [string, UsedPlugin] => {
      const { version } = tableOfKind(registries, kind).get(name);
      const sha256 = loaded.find((plugin) => plugin.kind === kind && plugin.name === name)?.sha256 ?? null;
      return [`${kind} ${name}`, { kind, name, version, sha256 }];
    }),
  );
  return [...used.keys()].sort().map((key) => used.get(key)!);
}
