/**
 * Users' plugins that a frozen plan names: executed only when asked to, and only if their modules are those of the plan.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { resolve } from "node:path";
import { tellDrift } from "../experiments/drift.ts";
import { moduleLoader } from "../experiments/plugins.ts";
import type { Drifted } from "../experiments/record.ts";
import type { FrozenPlan } from "../experiments/store.ts";
import { readIfThere } from "../experiments/store/atomic.ts";
import { type LoadedPlugin, loadPlugins, type Registries } from "../registry/mod.ts";
import { UsageError } from "./exit.ts";
import type { PlannedSweep } from "./load.ts";
import type { TrustOptions } from "./trust.ts";

/** Tables with the plugins that may be executed. */
export interface AllowedPlugins {
  readonly registries: Registries;
  readonly plugins: readonly LoadedPlugin[];
}

/** How {@link loadPlanned} finds modules, and what it does about those that have changed. */
export interface PlannedModules {
  /** Absolute path of a module that is no `npm:` package; throws for one that may not be loaded. */
  readonly place: (module: string) => string | Promise<string>;
  /** Whether modules that have changed are loaded all the same. */
  readonly drift?: boolean | undefined;
  /** What to do about them, for the message. */
  readonly advice: string;
}

/**
 * Loads the modules of a plan that are not loaded yet. All are compared with the plan before the first is executed;
 * `npm:` packages are held by the lock file instead, because they are files only once they have been loaded.
 *
 * @throws {UsageError} if one is not what was planned.
 */
export async function loadPlanned(
  planned: FrozenPlan["plugins"],
  known: AllowedPlugins,
  { place, drift = false, advice }: PlannedModules,
): Promise<AllowedPlugins> {
  const has = ({ plugins }: AllowedPlugins, { kind, name }: Pick<LoadedPlugin, "kind" | "name">) =>
    plugins.some((one) => one.kind === kind && one.name === name);
  const wanted = planned.filter((plugin) => !has(known, plugin));
  const paths = new Map<string, string>(), changed: Record<string, Drifted> = {};
  for (const { module, specifier, sha256 } of wanted) {
    const isPackage = module.startsWith("npm:"), path = isPackage ? module : await place(module);
    paths.set(module, path);
    if (isPackage) continue;
    const found = await digestOf(path);
    if (found !== sha256) changed[specifier] = { planned: sha256, found };
  }
  if (!drift && Object.keys(changed).length > 0) {
    const lines = tellDrift({ plugins: changed }).join("\n  ");
    throw new UsageError(
      `Cannot load modules of the plan: they are not what was planned, by their SHA-256; ${advice}:\n  ${lines}`,
    );
  }
  let tables = known;
  for (const plugin of wanted) {
    if (has(tables, plugin)) continue;
    const loaded = await loadPlugins(tables.registries, paths.get(plugin.module)!, "/", moduleLoader());
    const named = loaded.plugins.map((one) => ({ ...one, specifier: plugin.specifier }));
    tables = { registries: loaded.registries, plugins: [...tables.plugins, ...named] };
  }
  return tables;
}

/**
 * A plan with its plugins loaded.
 *
 * @throws {UsageError} if it names modules and they may not be executed, or are not what was planned.
 */
export async function withPlugins(
  sweep: PlannedSweep,
  { allowPlugins = false, allowDrift }: TrustOptions & { readonly allowDrift?: boolean },
): Promise<PlannedSweep> {
  const { plugins } = sweep.frozen;
  if (plugins.length === 0) return sweep;
  if (!allowPlugins) {
    const modules = [...new Set(plugins.map(({ module }) => module))].join(", ");
    throw new UsageError(
      `Cannot use ${sweep.planPath}: it names modules that would be executed, ${modules}; allow it with ` +
        "--allow-plugins if you trust them, or name your own manifest in place of the plan",
    );
  }
  const advice = "plan again, or let records say so with run --allow-drift";
  return {
    ...sweep,
    ...await loadPlanned(plugins, sweep, { place: (module) => resolve(module), drift: allowDrift, advice }),
  };
}

async function digestOf(path: string): Promise<string | null> {
  const bytes = await readIfThere(path);
  return bytes ? createHash("sha256").update(bytes).digest("hex") : null;
}
