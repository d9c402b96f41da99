/**
 * Users' plugins of a folder that is verified: loaded only when asked to, from inside the folder or by name.
 *
 * @module
 */
import { moduleLoader } from "../experiments/plugins.ts";
import type { RunRecord } from "../experiments/record.ts";
import { within } from "../experiments/store/paths.ts";
import type { Inspection } from "../experiments/verify/inspect.ts";
import { builtins, loadPlugins } from "../registry/mod.ts";
import { UsageError } from "./exit.ts";
import { type AllowedPlugins, loadPlanned } from "./planned_plugins.ts";

/** Flags that let plugins be executed. */
export interface PluginFlags {
  /** Whether modules inside the folder, and pinned npm packages that its plan names, may be executed. */
  readonly allowPlugins?: boolean;
  /** Modules that the user names. */
  readonly plugin: readonly string[];
}

/** Users' plugins that a run was made with and that are not loaded. */
export function strangers({ identity }: RunRecord, { plugins }: AllowedPlugins): string[] {
  const used = identity["plugins"] as readonly { kind: string; name: string; sha256: string | null }[];
  return used.filter(({ kind, name, sha256 }) =>
    sha256 !== null && !plugins.some((one) => one.kind === kind && one.name === name)
  ).map(({ kind, name }) => `${kind} "${name}"`);
}

/** Says with which flag the plugins that a run lacks would be loaded: modules outside of the folder are for the user to name. */
export async function howToAllow(
  folder: string,
  { plan }: Pick<Inspection, "plan">,
  names: readonly string[],
): Promise<string> {
  const modules = new Set<string>();
  for (const { kind, name, module } of plan?.plugins ?? []) {
    if (!names.includes(`${kind} "${name}"`) || module.startsWith("npm:")) continue;
    try {
      await moduleInside(folder, module);
    } catch (error) {
      if (!(error instanceof UsageError || error instanceof RangeError)) throw error;
      modules.add(module);
    }
  }
  if (!plan) return "--plugin MODULE, as there is no plan that names it";
  if (modules.size === 0) return "--allow-plugins";
  return `--plugin MODULE, as ${[...modules].join(", ")} is not in ${folder}`;
}

/** Loaded plugins whose modules are not those of the plan, a sentence each. */
export function changedPlugins({ plan }: Pick<Inspection, "plan">, { plugins }: AllowedPlugins): string[] {
  return (plan?.plugins ?? []).flatMap(({ kind, name, sha256 }) => {
    const found = plugins.find((one) => one.kind === kind && one.name === name);
    return found && found.sha256 !== sha256 ? [`The module of ${kind} "${name}" has changed since it was planned`] : [];
  });
}

/**
 * Loads what the flags allow. A module of the folder is imported only if its path stays inside, without a link on the
 * way, and its bytes are those of the plan.
 *
 * @throws {UsageError} if a module of the plan leads out of the folder, or is not what was planned.
 */
export async function allowedPlugins(
  folder: string,
  { plan }: Pick<Inspection, "plan">,
  { allowPlugins = false, plugin }: PluginFlags,
): Promise<AllowedPlugins> {
  let allowed: AllowedPlugins = { registries: builtins(), plugins: [] };
  const load = async (specifier: string, from: string) => {
    const loaded = await loadPlugins(allowed.registries, specifier, from, moduleLoader());
    allowed = { registries: loaded.registries, plugins: [...allowed.plugins, ...loaded.plugins] };
  };
  for (const specifier of plugin) await load(specifier, "./verify");
  if (!allowPlugins || !plan) return allowed;
  return await loadPlanned(plan.plugins, allowed, { place: (module) => moduleInside(folder, module), advice: ADVICE });
}

const ADVICE = "name the module yourself with --plugin if you trust it";

/** Absolute path of a module inside a folder. */
async function moduleInside(folder: string, module: string): Promise<string> {
  const parts = module.replace(/^\.\//, "").split("/"), cannot = `Cannot load plugins from "${module}"`;
  if (/^(?:\/|[A-Za-z]:|[a-z]+:)/.test(module) || module.includes("\\") || parts.includes("..")) {
    throw new UsageError(`${cannot}: it leads out of ${folder}; ${ADVICE}`);
  }
  const path = await within(folder, ...parts), there = await Deno.stat(path).then(() => true, () => false);
  if (!there) throw new UsageError(`${cannot}: it is not in ${folder}; ${ADVICE}`);
  return await Deno.realPath(path);
}
