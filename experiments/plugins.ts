/**
 * Reaches users' plugin modules by dynamic import, and hashes them.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { ModuleLoader } from "../registry/load.ts";

/**
 * A loader for this machine: paths are relative to the folder of the file that names them; `npm:` modules are
 * resolved by Deno, from its cache where they are there.
 *
 * The hash is of the module's own bytes: what it imports in turn is not in it.
 */
export function moduleLoader(): ModuleLoader {
  return {
    import: async (specifier, from) => await import(urlOf(specifier, from)),
    async hash(specifier, from) {
      // An npm specifier resolves to the package's entry file once it has been imported.
      const url = import.meta.resolve(urlOf(specifier, from));
      return createHash("sha256").update(await readFile(fileURLToPath(url))).digest("hex");
    },
  };
}

function urlOf(specifier: string, from: string): string {
  return specifier.startsWith("npm:") ? specifier : pathToFileURL(resolve(from, "..", specifier)).href;
}
