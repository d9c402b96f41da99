/**
 * The page of a package on which readers train runs again.
 *
 * @module
 */
import type { CratePage } from "../../reports/crate/mod.ts";
import type { Exhibit } from "../../reports/exhibit.ts";
import { linkTo, REPRODUCE_FOLDER, unableRuns, writeReproducible } from "../reproducible.ts";
import type { CrateFolder } from "./folder.ts";

/**
 * Packs the page with its program and data.
 *
 * @param data The data folder.
 * @param temporary A folder for what is made on the way.
 * @returns How the package links to it, and which runs it cannot train.
 */
export async function addPage(
  crate: CrateFolder,
  exhibit: Exhibit,
  { data, temporary }: { readonly data: string; readonly temporary: string },
): Promise<{ readonly link: CratePage; readonly notes: readonly string[] }> {
  const folder = `${temporary}/${REPRODUCE_FOLDER}`, cells = await writeReproducible(folder, exhibit, data);
  const paths = await filesBelow(folder);
  for (const path of paths) await crate.copy(`${folder}/${path}`, `${REPRODUCE_FOLDER}/${path}`);
  const packed = paths.filter((path) => path.startsWith("data/")).map((path) => `${REPRODUCE_FOLDER}/${path}`);
  return { link: { ...linkTo(cells), data: packed }, notes: unableRuns(cells) };
}

async function filesBelow(folder: string, prefix = ""): Promise<string[]> {
  const paths: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(`${folder}/${prefix}`)) {
    if (isDirectory) paths.push(...await filesBelow(folder, `${prefix}${name}/`));
    else paths.push(`${prefix}${name}`);
  }
  return paths.sort();
}
