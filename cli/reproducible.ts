/**
 * The folder beside a report on whose page a reader trains runs again: the page, the program and the data.
 *
 * @module
 */
import { dirname } from "node:path";
import { denoCommand } from "../experiments/child_flags.ts";
import { codeDigest } from "../experiments/code_digest.ts";
import { diskFiles } from "../experiments/disk.ts";
import { writeAtomically } from "../experiments/store/atomic.ts";
import { builtins } from "../registry/mod.ts";
import {
  type Cells,
  collectCells,
  PAGE_FILE,
  PROGRAM_FILE,
  programText,
  renderReproducePage,
} from "../reports/browser/mod.ts";
import type { Exhibit } from "../reports/exhibit.ts";
import { installedWasmPath } from "../tensor/backend.ts";
import project from "../deno.json" with { type: "json" };

/** Name of the folder, beside the report. */
export const REPRODUCE_FOLDER = "reproduce";

/** The binary that tfjs takes where there is SIMD, as every browser with WebGPU has. */
const BINARY = "tfjs-backend-wasm-simd.wasm";

/**
 * Writes the folder anew.
 *
 * @param folder Where it is made; what an earlier call left there is replaced.
 * @param data The data folder.
 * @returns What the page was given.
 * @throws {Error} with the bundler's words if it fails.
 */
export async function writeReproducible(folder: string, exhibit: Exhibit, data: string): Promise<Cells> {
  const registries = builtins(), files = diskFiles(data, { inside: true });
  const program = { version: project.version, code: await codeDigest() };
  const cells = await collectCells(exhibit, { registries, files, program });
  const text = programText(await bundle(), await Deno.readFile(`${installedWasmPath()}${BINARY}`));
  await Deno.remove(folder, { recursive: true }).catch((error) => {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  });
  await Deno.mkdir(folder, { recursive: true });
  for (const { path } of cells.data) {
    const target = `${folder}/data/${path}`;
    await Deno.mkdir(dirname(target), { recursive: true });
    await writeAtomically(target, await files.read(path));
  }
  await writeAtomically(`${folder}/${PROGRAM_FILE}`, text);
  await writeAtomically(`${folder}/${PAGE_FILE}`, renderReproducePage(cells, text));
  return cells;
}

/** What a report beside the folder links to. */
export function linkTo({ runs }: Cells): { readonly href: string; readonly ids: ReadonlySet<string> } {
  const ids = runs.flatMap(({ record, unable }) => unable === null ? [record.id] : []);
  return { href: `${REPRODUCE_FOLDER}/${PAGE_FILE}`, ids: new Set(ids) };
}

/** Each reason why runs cannot be trained on the page, with how many they are. */
export function unableRuns({ runs }: Cells): string[] {
  const reasons = runs.map(({ unable }) => unable).filter((unable) => unable !== null);
  return [...Map.groupBy(reasons, (reason) => reason)].map(([reason, { length }]) =>
    `${length} of ${runs.length} runs: ${reason}`
  );
}

/** The program for the page's worker as one classic script. */
async function bundle(): Promise<string> {
  const entry = decodeURIComponent(new URL("../reports/browser/worker.ts", import.meta.url).pathname);
  const args = ["bundle", "--quiet", "--platform=browser", "--format=iife", "--minify", entry];
  const cwd = decodeURIComponent(new URL("..", import.meta.url).pathname);
  const { success, stdout, stderr } = await new Deno.Command(await denoCommand(), { args, cwd }).output();
  if (success) return new TextDecoder().decode(stdout);
  const said = new TextDecoder().decode(stderr).trim();
  throw new Error(
    `Cannot bundle the program: ${said}; it is made from a checkout, and the first time needs the network`,
  );
}
