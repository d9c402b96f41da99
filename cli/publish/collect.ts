/**
 * What of an experiment's folder is published as it is, and what never: locks, leases, checkpoints, caches, links.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { basename } from "node:path";
import { readIfThere } from "../../experiments/store/atomic.ts";
import { isRunId, within } from "../../experiments/store/paths.ts";
import type { FrozenPlan } from "../../experiments/store.ts";
import { experimentFiles, SUMS } from "../../experiments/verify/sums.ts";
import type { CratePlugin } from "../../reports/crate/mod.ts";
import { UsageError } from "../exit.ts";

/** A file to copy. */
export interface Copied {
  /** Where it is. */
  readonly from: string;
  /** Path in the package. */
  readonly path: string;
}

/**
 * The files of an experiment that are published, by path.
 *
 * @throws {UsageError} if weights are asked for, and no run kept them.
 */
export async function collectFiles(folder: string, weights: boolean): Promise<Copied[]> {
  const { files } = await experimentFiles(folder), paths = new Set(files);
  const add = async (...names: string[]) => {
    const file = await within(folder, ...names), stat = await Deno.stat(file).catch(() => undefined);
    if (stat?.isFile) paths.add(names.join("/"));
  };
  await add(SUMS);
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    if (!isDirectory || !isRunId(name)) continue;
    for (const extra of ["failed.json", "log.txt", ...weights ? ["weights.safetensors"] : []]) await add(name, extra);
  }
  if (weights && ![...paths].some((path) => path.endsWith("/weights.safetensors"))) {
    throw new UsageError(
      `Cannot publish weights: no run in ${folder} kept them, train with output: { weights: true }, or leave --weights out`,
    );
  }
  return [...paths].sort().map((path) => ({ from: `${folder}/${path}`, path }));
}

/**
 * Users' plugin modules of a plan, each at the path that the plan gives it if that stays inside the package.
 *
 * @throws {UsageError} if one is not there, or is not what was planned.
 */
export async function collectPlugins(
  plan: FrozenPlan | undefined,
): Promise<{ copied: Copied[]; plugins: CratePlugin[] }> {
  const copied: Copied[] = [], plugins: CratePlugin[] = [];
  for (const [module, used] of Map.groupBy(plan?.plugins ?? [], ({ module }) => module)) {
    if (module.startsWith("npm:")) continue;
    const bytes = await readIfThere(module), [{ sha256 }] = used as [typeof used[number]];
    const names = used.map(({ kind, name }) => `${kind} "${name}"`), what = `Cannot publish the plugin ${module}`;
    if (!bytes) throw new UsageError(`${what}: it is not there; publish in the folder in which the plan was made`);
    if (createHash("sha256").update(bytes).digest("hex") !== sha256) {
      throw new UsageError(`${what}: it has changed since it was planned; restore it, or plan and train anew`);
    }
    const path = insidePath(module) ?? `plugins/${basename(module)}`;
    copied.push({ from: module, path });
    plugins.push({ path, module, names, imports: importsOf(new TextDecoder().decode(bytes)) });
  }
  return { copied, plugins };
}

/** What a module imports by relative paths. */
function importsOf(source: string): string[] {
  return [...source.matchAll(/\b(?:from|import)\s*\(?\s*["'](\.{1,2}\/[^"']+)["']/g)].map(([, path]) => path!);
}

/** A module's path if it stays inside, without a leading `./`. */
function insidePath(module: string): string | undefined {
  const path = module.replace(/^(?:\.\/)+/, ""), parts = path.split("/");
  const leaves = /^(?:\/|[A-Za-z]:|[a-z]+:)/.test(path) || path.includes("\\");
  return leaves || parts.some((part) => part === "" || part === "." || part === "..") ? undefined : path;
}

/** What pins the packages of this program, where it runs from files. */
export async function collectProgram(): Promise<Copied[]> {
  const root = new URL("../../", import.meta.url);
  if (root.protocol !== "file:") return [];
  const copied: Copied[] = [];
  for (const name of ["deno.json", "deno.lock"]) {
    const from = decodeURIComponent(new URL(name, root).pathname);
    if (await Deno.stat(from).then(({ isFile }) => isFile, () => false)) copied.push({ from, path: `program/${name}` });
  }
  return copied;
}
