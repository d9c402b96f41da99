/**
 * Writes what is generated of `docs/`: `deno run -A tools/write_docs.ts`.
 *
 * @module
 */
import { manifestReference } from "./doc_manifest.ts";
import { pictures } from "./doc_pictures.ts";
import { recipePages } from "./doc_recipes.ts";

/** Every generated page and picture by its path below the repository. */
export async function generatedPages(root: string): Promise<Record<string, string>> {
  return { "docs/manifest.md": manifestReference(), ...await recipePages(root), ...await pictures(root) };
}

if (import.meta.main) {
  const root = decodeURIComponent(new URL("../", import.meta.url).pathname).replace(/\/$/, "");
  for (const folder of ["recipes", "pictures"]) await Deno.mkdir(`${root}/docs/${folder}`, { recursive: true });
  for (const [path, text] of Object.entries(await generatedPages(root))) {
    await Deno.writeTextFile(`${root}/${path}`, text);
  }
}
