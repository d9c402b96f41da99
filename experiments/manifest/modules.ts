/**
 * Loads the users' modules that a file names under `plugins`.
 *
 * @module
 */
import { type LoadedPlugin, loadPlugins, type ModuleLoader } from "../../registry/load.ts";
import type { Registries } from "../../registry/registries.ts";
import type { Problems } from "./error.ts";
import { child, type MapNode } from "./tree.ts";

/** Loads the modules under `plugins`; what cannot be loaded goes to `problems`. */
export async function loadListedPlugins(
  problems: Problems,
  root: MapNode,
  files: readonly string[],
  { registries, loader }: { readonly registries: Registries; readonly loader?: ModuleLoader | undefined },
): Promise<{ registries: Registries; plugins: LoadedPlugin[]; failed: boolean }> {
  const node = child(root, "plugins");
  const plugins: LoadedPlugin[] = [];
  let failed = false;
  for (const item of node?.type === "list" ? node.items : []) {
    if (item.type !== "scalar" || typeof item.value !== "string") continue;
    const from = files.includes(item.at.file) ? item.at.file : files[0]!;
    try {
      if (!loader) throw new TypeError(`Cannot load plugins from "${item.value}": this program loads none`);
      const loaded = await loadPlugins(registries, item.value, from, loader);
      registries = loaded.registries;
      plugins.push(...loaded.plugins);
    } catch (error) {
      failed = true;
      problems.add(item.at, (error as Error).message);
    }
  }
  return { registries, plugins, failed };
}
