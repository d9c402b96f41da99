import { assert, assertEquals } from "@std/assert";
import { generatedPages } from "../../tools/write_docs.ts";
import project from "../../deno.json" with { type: "json" };
import { blocksOf, commandsOf, wordsOf } from "./commands.ts";

const root = decodeURIComponent(new URL("../../", import.meta.url).pathname).replace(/\/$/, "");

async function pages(): Promise<Map<string, string>> {
  const paths = ["README.md", "CONTRIBUTING.md", "ARCHITECTURE.md", "bench/README.md"];
  for (const folder of ["docs", "docs/recipes"]) {
    for await (const { name } of Deno.readDir(`${root}/${folder}`)) {
      if (name.endsWith(".md")) paths.push(`${folder}/${name}`);
    }
  }
  return new Map(
    await Promise.all(paths.sort().map(async (path) => [path, await Deno.readTextFile(`${root}/${path}`)] as const)),
  );
}

/** Anchors of a page's headings, as GitHub makes them. */
function anchorsOf(page: string): Set<string> {
  const text = page.replace(/^```[\s\S]*?^```$/gm, "");
  return new Set(
    [...text.matchAll(/^#+ (.*)$/gm)].map(([, title]) =>
      title!.toLowerCase().replace(/[^\p{L}\p{N}_ -]/gu, "").trim().replaceAll(" ", "-")
    ),
  );
}

Deno.test("generated pages of docs/ are those of the schemas and manifests", async () => {
  for (const [path, text] of Object.entries(await generatedPages(root))) {
    const stored = await Deno.readTextFile(`${root}/${path}`).catch(() => "");
    assert(stored === text, `${path} is not current: run "deno run -A tools/write_docs.ts"`);
  }
  const manifests = await Array.fromAsync(Deno.readDir(`${root}/experiments/manifests`), ({ name }) => name);
  const recipes = await Array.fromAsync(Deno.readDir(`${root}/docs/recipes`), ({ name }) => name);
  assertEquals(recipes.length, manifests.length + 1, "a page for each manifest, and the list");
});

Deno.test("links of the documentation lead to files and headings that are there, or have the form of an address", async () => {
  const all = await pages(), broken: string[] = [];
  for (const [path, page] of all) {
    const prose = page.replace(/^```[\s\S]*?^```$/gm, "").replace(/`[^`\n]*`/g, "");
    for (const [, inText, shown] of prose.matchAll(/\]\(([^()\s]+)\)|\bsrc(?:set)?="([^"]+)"/g)) {
      const link = inText ?? shown;
      if (/^https?:/.test(link!)) {
        if (!URL.canParse(link!)) broken.push(`${path}: ${link}`);
        continue;
      }
      const [file = "", anchor] = link!.split("#");
      const target = new URL(file, `file:///${path}`).pathname.slice(1) || path;
      const there = await Deno.stat(`${root}/${target}`).then(() => true, () => false);
      const known = anchor === undefined || anchorsOf(all.get(file === "" ? path : target) ?? "").has(anchor);
      if (!there || !known) broken.push(`${path}: ${link}`);
    }
  }
  assertEquals(broken, []);
});

Deno.test("code blocks of the documentation are of a language that is run or marked as text, and name tasks that are there", async () => {
  const problems: string[] = [];
  for (const [path, page] of await pages()) {
    for (const block of blocksOf(page)) {
      if (!/^(?:sh|yaml|text|ts|ts ignore)$/.test(block.language)) {
        problems.push(`${path}:${block.line}: a block of "${block.language}"`);
      }
      if (block.language !== "sh") continue;
      for (const command of commandsOf(block)) {
        const name = /\bdeno(?:@[\d.]+)? task (\S+)/.exec(command)?.[1];
        if (name !== undefined && !(name in project.tasks)) problems.push(`${path}:${block.line}: no task "${name}"`);
      }
    }
  }
  assertEquals(problems, []);
});

Deno.test("blocksOf(), commandsOf() and wordsOf() read a page as a shell does", () => {
  const [block] = blocksOf('text\n\n```sh\ndeno task x a \\\n  --b "c d" # why\n```\n');
  assertEquals([block!.language, block!.line], ["sh", 3]);
  assertEquals(commandsOf(block!).map(wordsOf), [["deno", "task", "x", "a", "--b", "c d"]]);
});
