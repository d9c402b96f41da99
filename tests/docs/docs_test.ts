import { assert, assertEquals } from "@std/assert";
import { builtins } from "../../registry/builtins.ts";
import { generatedPages } from "../../tools/write_docs.ts";
import { blocksOf, commandsOf, wordsOf } from "./commands.ts";
import { pages } from "./pages.ts";

const root = decodeURIComponent(new URL("../../", import.meta.url).pathname).replace(/\/$/, "");

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

Deno.test("the pages name every head, reader, augmentation, sampler, protocol and sink", async () => {
  const all = await pages(), kinds = builtins();
  const where = {
    head: "README.md",
    reader: "docs/data.md",
    augmentation: "docs/data.md",
    sampler: "docs/data.md",
    protocol: "docs/measuring.md",
    sink: "docs/sweeps.md",
  } as const;
  for (const [kind, path] of Object.entries(where) as [keyof typeof where, string][]) {
    const page = all.get(path)!.replaceAll("`-", "`verification-");
    const missing = kinds[kind].names().filter((name) => !new RegExp(`[\\x60 ]${name}[\\x60 ,]`).test(page));
    assertEquals(missing, [], path);
  }
});

/** How many samples of each page `samples_test.ts`, `tutorial_test.ts` and `plugins_test.ts` try: add yours to one of them. */
const TRIED: Readonly<Record<string, number>> = {
  "README.md": 3,
  "docs/data.md": 2,
  "docs/measuring.md": 4,
  "docs/plugins.md": 1,
  "docs/records.md": 1,
  "docs/sweeps.md": 1,
  "docs/tutorial.md": 1,
};

Deno.test("code blocks of the documentation are of a language that is run or marked as text; each manifest is tried", async () => {
  const problems: string[] = [];
  for (const [path, page] of await pages()) {
    const blocks = blocksOf(page);
    for (const { language, line } of blocks) {
      // `ts` is run by "deno task test", `ts ignore` are CONTRIBUTING's files, run by a test of their own.
      const known = /^(?:sh|yaml|text|ts)$/.test(language) || (language === "ts ignore" && path === "CONTRIBUTING.md");
      if (!known) problems.push(`${path}:${line}: a block of "${language}"`);
    }
    const manifests = blocks.filter(({ language }) => language === "yaml").length;
    if (manifests !== (TRIED[path] ?? 0)) {
      problems.push(`${path}: ${manifests} blocks of yaml, ${TRIED[path]} are tried`);
    }
  }
  assertEquals(problems, []);
});

Deno.test("blocksOf(), commandsOf() and wordsOf() read a page as a shell does", () => {
  const [block] = blocksOf('text\n\n```sh\ndeno task x a \\\n  --b "c d" # why\n```\n');
  assertEquals([block!.language, block!.line], ["sh", 3]);
  assertEquals(commandsOf(block!).map(wordsOf), [["deno", "task", "x", "a", "--b", "c d"]]);
});
