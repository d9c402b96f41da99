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

/** The plugins that a run uses, sorted by kind and name, each once. */
export function usedPlugins(
  run: Omit<ResolvedRun, "seed">,
  registries: Registries,
  loaded: readonly LoadedPlugin[],
): UsedPlugin[] {
  const used = new Map<string, UsedPlugin>();
  const use = (kind: Kind, name: unknown) => {
    const { version } = tableOfKind(registries, kind).get(String(name));
    const sha256 = loaded.find((plugin) => plugin.kind === kind && plugin.name === name)?.sha256 ?? null;
    used.set(`${kind} ${name}`, { kind, name: String(name), version, sha256 });
  };
  const useReader = (section: Section) => {
    use("reader", section["reader"]);
    nestedReaders(section, registries).forEach(useReader);
  };
  for (const kind of ["backbone", "head", "optimizer", "schedule"] as const) use(kind, run[kind]["name"]);
  for (const { name } of run.auxiliary) use("head", name);
  for (const { name } of run.train.augment) use("augmentation", name);
  use("sampler", run.train.sampler["name"]);
  useReader(run.data.train);
  for (const { protocol, data } of run.evaluate) {
    use("protocol", protocol["protocol"]);
    useReader(data);
  }
  return [...used.keys()].sort().map((key) => used.get(key)!);
}
