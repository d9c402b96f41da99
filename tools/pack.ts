/**
 * Makes a folder that runs a manifest, and the benchmarks, on a machine without network:
 *
 *     deno task pack MANIFEST --out DIR [--data DIR] [--gpu] [--no-deno]
 *
 * It holds this Deno (packed by xz where there is xz), the bundled programs, the manifest with those that it extends,
 * the data that it names, and scripts: `run.sh`, with `--gpu` also `gpu_check.sh`.
 *
 * @module
 */
import { diskFiles } from "../experiments/disk.ts";
import { loadManifest } from "../experiments/manifest.ts";
import { dataPaths, planRuns } from "../experiments/plan.ts";
import { moduleLoader } from "../experiments/plugins.ts";
import { builtins } from "../registry/mod.ts";
import { copy, writeApp } from "./pack/bundle.ts";
import { scripts } from "./pack/scripts.ts";

/** What to pack. */
export interface PackOptions {
  /** Path of the manifest. */
  readonly manifest: string;
  /** The folder that is made; it must not be there, or be empty. */
  readonly out: string;
  /** Data folder, whose files that the manifest names are packed. */
  readonly data?: string;
  /** Whether the pack is for a GPU. */
  readonly gpu: boolean;
  /** Whether this Deno goes into the pack. */
  readonly deno: boolean;
}

/**
 * Parses the command line.
 *
 * @throws {SyntaxError} naming what is wrong.
 */
export function parsePackOptions(args: readonly string[]): PackOptions {
  const values: Record<string, string> = {}, rest = [...args], names: string[] = [];
  let gpu = false, deno = true;
  while (rest.length > 0) {
    const word = rest.shift()!, [, name = "", inline] = /^--([\w-]+)(?:=(.*))?$/.exec(word) ?? [];
    if (name === "gpu") gpu = true;
    else if (name === "no-deno") deno = false;
    else if (name === "out" || name === "data") values[name] = inline ?? rest.shift() ?? "";
    else if (word.startsWith("-")) {
      throw new SyntaxError(`Cannot pack: found flag "${word}", wanted --out, --data, --gpu or --no-deno`);
    } else names.push(word);
  }
  if (names.length !== 1) throw new SyntaxError(`Cannot pack: found ${names.length} manifests, wanted one`);
  if (!values.out) throw new SyntaxError("Cannot pack: found no --out, wanted a folder");
  return { manifest: names[0]!, out: values.out, gpu, deno, ...values.data ? { data: values.data } : {} };
}

/**
 * Makes a pack.
 *
 * @returns Its size in bytes.
 * @throws {RangeError} if the folder has something in it.
 */
export async function pack(options: PackOptions): Promise<number> {
  const { manifest, out, data, gpu } = options, root = decodeURIComponent(new URL("..", import.meta.url).pathname);
  await Deno.mkdir(out, { recursive: true });
  for await (const { name } of Deno.readDir(out)) {
    throw new RangeError(`Cannot pack into ${out}: found "${name}" there, wanted an empty folder`);
  }
  await writeApp(root.replace(/\/$/, ""), out);
  const packed = await packManifest(manifest, out, data);
  for (const [name, text] of Object.entries(scripts(packed, gpu))) {
    await Deno.writeTextFile(`${out}/${name}`, text, { mode: 0o755 });
  }
  if (options.deno) await packDeno(out);
  return await sizeOf(out);
}

/** Copies the manifest with those that it extends and, if asked for, its data; gives its path in the pack. */
async function packManifest(path: string, out: string, data: string | undefined): Promise<string> {
  const manifest = await loadManifest(path, {
    read: Deno.readTextFile,
    registries: builtins(),
    loader: moduleLoader(),
  });
  if (manifest.plugins.length > 0) {
    throw new RangeError(
      `Cannot pack ${path}: found plugins of its own, wanted built-in ones, for a pack has no packages`,
    );
  }
  const files = await Promise.all([path, ...manifest.files].map((file) => Deno.realPath(file)));
  const folder = commonFolder(files);
  for (const file of files) await copy(file, `${out}/manifests/${file.slice(folder.length)}`);
  if (data !== undefined) {
    const files = diskFiles(data), { missing } = await planRuns(manifest, { files });
    if (missing.length > 0) throw new RangeError(`Cannot pack data: found nothing at ${missing.join(", ")} in ${data}`);
    const paths = await Promise.all(manifest.rows.map((row) => dataPaths(row, manifest.registries, files)));
    for (const inner of new Set(paths.flat())) await copy(`${data}/${inner}`, `${out}/data/${inner}`);
  }
  return `manifests/${files[0]!.slice(folder.length)}`;
}

/** The folder, with its slash, that all of these absolute paths are in. */
export function commonFolder(paths: readonly string[]): string {
  const parts = paths.map((path) => path.split("/").slice(0, -1));
  const shared = parts[0]!.findIndex((part, i) => parts.some((other) => other[i] !== part));
  return parts[0]!.slice(0, shared < 0 ? undefined : shared).join("/") + "/";
}

/** Copies the Deno that runs, packed by xz where there is xz. */
async function packDeno(out: string): Promise<void> {
  const target = `${out}/deno.xz`;
  try {
    const { success, stdout } = await new Deno.Command("xz", { args: ["-9", "-T0", "-k", "-c", Deno.execPath()] })
      .output();
    if (success) return await Deno.writeFile(target, stdout);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  await Deno.copyFile(Deno.execPath(), `${out}/deno`);
  await Deno.chmod(`${out}/deno`, 0o755);
}

async function sizeOf(folder: string): Promise<number> {
  let size = 0;
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    const path = `${folder}/${name}`;
    size += isDirectory ? await sizeOf(path) : (await Deno.stat(path)).size;
  }
  return size;
}

if (import.meta.main) {
  try {
    const options = parsePackOptions(Deno.args), size = await pack(options);
    console.log(
      `${options.out}: ${(size / 1e6).toFixed(1)} MB; start ${options.out}/${options.gpu ? "gpu_check" : "run"}.sh`,
    );
  } catch (error) {
    console.error((error as Error).message);
    Deno.exit(2);
  }
}
