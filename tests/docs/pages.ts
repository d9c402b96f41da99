/**
 * The pages of the documentation.
 *
 * @module
 */
const root = decodeURIComponent(new URL("../../", import.meta.url).pathname).replace(/\/$/, "");

/** Markdown of each page, by its path in the repository. */
export async function pages(): Promise<Map<string, string>> {
  const paths = ["README.md", "CONTRIBUTING.md", "ARCHITECTURE.md", "bench/README.md", "bench/gpu.md"];
  for (const folder of ["docs", "docs/recipes"]) {
    for await (const { name } of Deno.readDir(`${root}/${folder}`)) {
      if (name.endsWith(".md")) paths.push(`${folder}/${name}`);
    }
  }
  return new Map(
    await Promise.all(paths.sort().map(async (path) => [path, await Deno.readTextFile(`${root}/${path}`)] as const)),
  );
}
