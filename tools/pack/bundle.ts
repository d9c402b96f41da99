/**
 * The programs of a pack, each one file with its packages inside, laid out so that what they look for beside themselves
 * is found: their own code stands in `app/bundle/`, as that of a room does in the repository.
 *
 * @module
 */
import { dirname } from "node:path";

/** What is bundled: source in the repository, target in `app/bundle/`. */
export const PROGRAMS: Readonly<Record<string, string>> = {
  "tools/pack/cli_entry.ts": "cli.js",
  "experiments/decode_worker.ts": "decode_worker.js",
  "experiments/store/beat_worker.ts": "beat_worker.js",
  "bench/main.ts": "main.js",
  "bench/peers/stock_tfjs.ts": "peers/stock_tfjs.js",
};

/** Files of packages that programs open by their URL: package, path in it, target in `app/bundle/`. */
const BINARIES: readonly [specifier: string, path: string, target: string][] = [
  ...["", "-simd", "-threaded-simd"].map((kind): [string, string, string] => [
    "@tensorflow/tfjs-backend-wasm",
    `tfjs-backend-wasm${kind}.wasm`,
    `wasm/tfjs-backend-wasm${kind}.wasm`,
  ]),
  ["@jsquash/jpeg/codec/dec/mozjpeg_dec.js", "mozjpeg_dec.wasm", "mozjpeg_dec.wasm"],
  ["@jsquash/jpeg/codec/enc/mozjpeg_enc.js", "mozjpeg_enc.wasm", "mozjpeg_enc.wasm"],
  ["@jsquash/webp/codec/dec/webp_dec.js", "webp_dec.wasm", "webp_dec.wasm"],
];

/** What CommonJS packages find about themselves; the bundler leaves these names to the surroundings. */
const COMMON_JS = 'import { createRequire } from "node:module"; ' +
  "const require = createRequire(import.meta.url), __dirname = import.meta.dirname, __filename = import.meta.filename;\n";

/** Folders and files of the repository that programs open. */
const FILES: Readonly<Record<string, string>> = {
  "experiments/published": "app/experiments/published",
  "experiments/manifests": "app/experiments/manifests",
  "bench/peers/torch_input.py": "app/bundle/peers/torch_input.py",
  "bench/peers/torch_steps.py": "app/bundle/peers/torch_steps.py",
};

/**
 * The configuration of a pack: no packages, and one name that points at the WASM binaries, which the program looks up
 * beside the module of that name.
 */
const CONFIG = {
  nodeModulesDir: "none",
  imports: { "@tensorflow/tfjs-backend-wasm": "./bundle/wasm/here.js" },
  lock: false,
};

/**
 * Writes the programs with all that they open into `folder/app`.
 *
 * @param root The repository.
 * @throws {Error} with the bundler's words if it fails.
 */
export async function writeApp(root: string, folder: string): Promise<void> {
  const app = `${folder}/app`, bundle = `${app}/bundle`;
  await Deno.mkdir(`${bundle}/wasm`, { recursive: true });
  await Deno.mkdir(`${bundle}/peers`, { recursive: true });
  for (const [source, target] of Object.entries(PROGRAMS)) await bundleOne(root, source, `${bundle}/${target}`);
  for (const [specifier, path, target] of BINARIES) {
    await Deno.copyFile(new URL(path, import.meta.resolve(specifier)), `${bundle}/${target}`);
  }
  for (const [source, target] of Object.entries(FILES)) await copy(`${root}/${source}`, `${folder}/${target}`);
  await Deno.writeTextFile(`${bundle}/wasm/here.js`, "// The binaries stand beside this file.\n");
  await Deno.writeTextFile(`${app}/cli.ts`, 'import "./bundle/cli.js";\n');
  await Deno.writeTextFile(`${app}/deno.json`, JSON.stringify(CONFIG, null, 2) + "\n");
}

async function bundleOne(root: string, source: string, target: string): Promise<void> {
  const args = ["bundle", "--quiet", "--platform=deno", "--minify", "--keep-names", `--output=${target}`, source];
  const { success, stderr } = await new Deno.Command(Deno.execPath(), { args, cwd: root }).output();
  if (!success) throw new Error(`Cannot bundle ${source}: ${new TextDecoder().decode(stderr).trim()}`);
  await Deno.writeTextFile(target, COMMON_JS + await Deno.readTextFile(target));
}

/** Copies a file, or a folder with all in it. */
export async function copy(from: string, to: string): Promise<void> {
  if (!(await Deno.stat(from)).isDirectory) {
    await Deno.mkdir(dirname(to), { recursive: true });
    return await Deno.copyFile(from, to);
  }
  await Deno.mkdir(to, { recursive: true });
  for await (const { name } of Deno.readDir(from)) await copy(`${from}/${name}`, `${to}/${name}`);
}
