/**
 * Holds the documentation of what deno.json exports: `deno doc --lint`, without what it says about the types of other
 * packages, which it takes for private ones of ours.
 *
 *     deno task docs
 *
 * @module
 */
import { sourceFiles } from "./module_graph.ts";

const PROBLEM = /^error\[([\w-]+)\]: (.*)\n\s*--> (.*):(\d+):\d+$/gm;

/**
 * Checks the documentation of a package's exports.
 *
 * @param root Absolute path of a folder that holds a `deno.json`.
 * @returns Problems as `file:line: what`, sorted.
 */
export async function checkDocs(root: string): Promise<string[]> {
  const { exports } = JSON.parse(await Deno.readTextFile(`${root}/deno.json`));
  const entries: string[] = typeof exports === "string" ? [exports] : Object.values(exports);
  const { success, stderr } = await new Deno.Command("deno", {
    args: ["doc", "--lint", ...entries],
    cwd: root,
    env: { NO_COLOR: "1" },
  }).output();
  if (success) return [];
  const text = new TextDecoder().decode(stderr), found = [...text.matchAll(PROBLEM)];
  if (found.length === 0) throw new Error(`Cannot check the documentation: ${text.trim()}`);
  const declared = await declaredNames(root);
  const problems = found.flatMap(([, , what = "", path = "", line]) => {
    const referenced = /references private type '([^']+)'/.exec(what)?.[1];
    if (!path.startsWith(`${root}/`) || (referenced !== undefined && !declared.has(referenced))) return [];
    const advice = referenced === undefined ? "add a JSDoc sentence" : "export it from the room's mod.ts";
    return [`${path.slice(root.length + 1)}:${line}: ${what}; ${advice}`];
  });
  return [...new Set(problems)].sort(new Intl.Collator("en", { numeric: true }).compare);
}

async function declaredNames(root: string): Promise<Set<string>> {
  const names = new Set<string>();
  for (const file of await sourceFiles(root)) {
    const source = await Deno.readTextFile(`${root}/${file}`);
    for (const [, name] of source.matchAll(/\b(?:interface|type|class|enum)\s+(\w+)/g)) names.add(name!);
  }
  return names;
}

if (import.meta.main) {
  const problems = await checkDocs(decodeURIComponent(new URL("..", import.meta.url).pathname).replace(/\/$/, ""));
  for (const problem of problems) console.error(problem);
  if (problems.length > 0) {
    console.error(`${problems.length} problems`);
    Deno.exit(1);
  }
  console.log("What is exported is documented");
}
