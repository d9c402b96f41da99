/**
 * Writes what is generated of `docs/`: `deno run -A tools/write_docs.ts`.
 *
 * @module
 */
import { manifestReference } from "./doc_manifest.ts";
import { recipePages } from "./doc_recipes.ts";

/** Every generated page by its path below the repository. */
export async function generatedPages(root: string): Promise<Record<string, string>> {
  return { "docs/manifest.md": manifestReference(), ...await recipePages(root) };
}

if (import.meta.main) {
  const root = decodeURIComponent(new URL("../", import.meta.url).pathname).replace(/\/$/, "");
  await Deno.mkdir(`${root}/docs/recipes`, { recursive: true });
  for (const [path, text] of Object.entries(await generatedPages(root))) {
    await Deno.writeTextFile(`${root}/${path}`, text);
  }
}
