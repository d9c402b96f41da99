/**
 * Loading of users' plugins: modules that a manifest names, each exporting plugin values.
 *
 * @module
 */
import type { Plugin } from "../plugin/mod.ts";
import { type Registries, withPlugins } from "./registries.ts";
import { pluginsOf } from "./shape.ts";

/** How modules are reached; the edge hands it in, for the core names no file system. */
export interface ModuleLoader {
  /**
   * Imports a module.
   *
   * @param specifier As the manifest wrote it: `./my_head.ts` or `npm:@me/heads@1.2.3`.
   * @param from The file that wrote it; a path is relative to its folder.
   */
  import(specifier: string, from: string): Promise<Readonly<Record<string, unknown>>>;
  /** SHA-256 of the module's bytes (npm: of its entry file), lower-case hexadecimal. */
  hash(specifier: string, from: string): Promise<string>;
}

/** A user's plugin as loaded, for the record. */
export interface LoadedPlugin {
  /** What it plugs into. */
  readonly kind: string;
  /** Name in manifests. */
  readonly name: string;
  /** Its own version. */
  readonly version: string;
  /** Specifier as the manifest wrote it. */
  readonly specifier: string;
  /** SHA-256 of the module's bytes (npm: of its entry file), lower-case hexadecimal. */
  readonly sha256: string;
}

/** Tables with a module's plugins in them, and what the record keeps of each. */
export interface Loaded {
  /** The larger tables. */
  readonly registries: Registries;
  /** The module's plugins. */
  readonly plugins: readonly LoadedPlugin[];
}

const FORMS = "wanted a path such as ./my_head.ts, or npm:@me/heads@1.2.3 with its version";

/**
 * Loads one module and adds its plugins to the tables.
 *
 * @param registries The tables to extend; not changed.
 * @param specifier As the manifest wrote it.
 * @param from The file that wrote it.
 * @throws {RangeError} if the specifier is neither a path nor a pinned `npm:` one.
 * @throws {TypeError} if the module cannot be imported, exports no plugin or a malformed one, or a name is taken.
 */
export async function loadPlugins(
  registries: Registries,
  specifier: string,
  from: string,
  loader: ModuleLoader,
): Promise<Loaded> {
  checkSpecifier(specifier);
  const module = await importModule(specifier, from, loader);
  const found = pluginsOf(module, specifier);
  const sha256 = await loader.hash(specifier, from);
  return {
    registries: withPlugins(registries, found, specifier),
    plugins: found.map(({ kind, name, version }: Plugin) => ({ kind, name, version, specifier, sha256 })),
  };
}

function checkSpecifier(specifier: string): void {
  const cannot = `Cannot load plugins from "${specifier}"`;
  if (/^\.{0,2}\//.test(specifier)) return;
  if (!specifier.startsWith("npm:")) throw new RangeError(`${cannot}: ${FORMS}`);
  const [, version] = /^npm:\/?(?:@[^/@]+\/)?[^/@]+(?:@([^/]*))?/.exec(specifier) ?? [];
  if (!/^\d+\.\d+\.\d+/.test(version ?? "")) {
    const found = version ? `the version "${version}" is a range` : "it names no version";
    throw new RangeError(`${cannot}: ${found}, and a plugin must be pinned to one such as npm:@me/heads@1.2.3`);
  }
}

async function importModule(
  specifier: string,
  from: string,
  loader: ModuleLoader,
): Promise<Readonly<Record<string, unknown>>> {
  try {
    return await loader.import(specifier, from);
  } catch (error) {
    const why = error instanceof Error ? error.message.split("\n")[0] : String(error);
    // The lock file is frozen: a package that is not in it yet is added, with its checksum, by a command of its own.
    const mend = /lockfile/i.test(why ?? "") ? `; pin it first: deno task lock ${specifier}` : "";
    throw new TypeError(`Cannot load plugins from "${specifier}": the module cannot be imported, ${why}${mend}`, {
      cause: error,
    });
  }
}
