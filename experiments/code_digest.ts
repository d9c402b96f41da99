/**
 * A digest of the program's own sources: two runs of one digest ran the same code, whatever git says.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { readIfThere } from "./store/atomic.ts";

/** The rooms that decide what a run gives; the command line, reports and tests are none of them. */
const ROOMS = [
  ...["plugin", "tensor", "losses", "backbones", "datasets", "evaluation", "training", "registry", "experiments"],
];
const SOURCES = /\.(?:ts|js|wasm|json)$/;

let known: Promise<string | null> | undefined;

/** SHA-256 over the sources of the rooms and `deno.lock`, of a bundle over its file; `null` where they cannot be read. */
export function codeDigest(): Promise<string | null> {
  return known ??= digestSources(new URL("..", import.meta.url));
}

/** The digest of a source tree; see {@link codeDigest}. */
export async function digestSources(root: URL): Promise<string | null> {
  if (root.protocol !== "file:") return null;
  const base = decodeURIComponent(root.pathname);
  try {
    const lock = await readIfThere(`${base}deno.lock`);
    const paths = (await Promise.all(ROOMS.map((room) => sourcesOf(`${base}${room}`)))).flat().sort();
    if (!lock || paths.length === 0) return await digestFile(decodeURIComponent(new URL(import.meta.url).pathname));
    const hash = createHash("sha256").update(lock);
    for (const path of paths) hash.update(`\0${path.slice(base.length)}\0`).update(await Deno.readFile(path));
    return hash.digest("hex");
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable || error instanceof Deno.errors.PermissionDenied) return null;
    throw error;
  }
}

async function digestFile(path: string): Promise<string> {
  return createHash("sha256").update(await Deno.readFile(path)).digest("hex");
}

async function sourcesOf(folder: string): Promise<string[]> {
  const paths: string[] = [];
  try {
    for await (const { name, isDirectory, isFile } of Deno.readDir(folder)) {
      if (isDirectory) paths.push(...await sourcesOf(`${folder}/${name}`));
      else if (isFile && SOURCES.test(name)) paths.push(`${folder}/${name}`);
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return paths;
}
