/**
 * Kinds, plugins and parameters as the command line names them.
 *
 * @module
 */
import { moduleLoader } from "../experiments/plugins.ts";
import {
  didYouMean,
  type Kind,
  KINDS,
  listNames,
  type LoadedPlugin,
  loadPlugins,
  type Registries,
} from "../registry/mod.ts";
import { UsageError } from "./exit.ts";

/**
 * A kind by its name.
 *
 * @throws {UsageError} with the nearest and all kinds if there is none.
 */
export function checkKind(name: string): Kind {
  const kind = KINDS.find((kind) => kind === name);
  if (kind) return kind;
  throw new UsageError(`Cannot find kind "${name}": kinds are ${listNames(KINDS)}${didYouMean(name, KINDS)}`);
}

/** The tables with the plugins of further modules; paths are relative to the working directory. */
export async function loadExtra(registries: Registries, specifiers: readonly string[]): Promise<Registries> {
  return (await loadNamed(registries, specifiers)).registries;
}

/** As {@link loadExtra}, with what was loaded. */
export async function loadNamed(
  registries: Registries,
  specifiers: readonly string[],
): Promise<{ registries: Registries; plugins: LoadedPlugin[] }> {
  const loader = moduleLoader(), plugins: LoadedPlugin[] = [];
  for (const specifier of specifiers) {
    const loaded = await loadPlugins(registries, specifier, `${Deno.cwd()}/command-line`, loader);
    registries = loaded.registries;
    plugins.push(...loaded.plugins);
  }
  return { registries, plugins };
}
