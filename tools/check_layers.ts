/**
 * Holds the arrows of ARCHITECTURE.md: which room imports which, which packages, and that no files import in a circle.
 * That the core names no `Deno` and no clock is a lint rule (`tools/lint_plugin.ts`), because it needs the syntax tree.
 *
 *     deno task layers
 *
 * @module
 */
import { findCycles } from "./cycles.ts";
import { type Import, readImports } from "./module_graph.ts";
import { ARROWS, CORE, FREE, roomOf } from "./rooms.ts";

/** Packages that only tests, benches and tools may import. */
const FOR_TESTS: readonly string[] = ["@std/assert", "fast-check"];

/**
 * Checks the imports of a source tree.
 *
 * @param root Absolute path of a folder that holds a `deno.json`.
 * @returns Problems as `file:line: what, what to do`, in the order of the files.
 */
export async function checkLayers(root: string): Promise<string[]> {
  const imports = await readImports(root);
  const { imports: aliases = {} } = JSON.parse(await Deno.readTextFile(`${root}/deno.json`));
  const known = Object.keys(aliases).sort();
  const problems = imports.flatMap((edge) => {
    const problem = edge.error ?? problemOf(edge, known);
    return problem === undefined ? [] : [`${edge.from}:${edge.line}: ${problem}`];
  });
  return [...problems, ...cycleProblems(imports)];
}

function problemOf({ from, specifier, to }: Import, known: readonly string[]): string | undefined {
  const room = roomOf(from);
  if (/^\.{0,2}\//.test(specifier) || specifier.startsWith("file:")) return arrowProblem(room, specifier, to);
  if (specifier.startsWith("node:")) return nodeProblem(room, specifier);
  const alias = known.find((name) => specifier === name || specifier.startsWith(name.replace(/\/?$/, "/")));
  if (alias === undefined) {
    return `imports "${specifier}", which deno.json does not list; add it to "imports" there and import it by that name`;
  }
  if (FREE.includes(room)) return undefined;
  if (alias.startsWith("@tensorflow/") && room !== "tensor") {
    return `imports "${specifier}", which only tensor/ may; import from tensor/tf.ts or tensor/backend.ts`;
  }
  if (FOR_TESTS.includes(alias)) return `imports "${specifier}", which is for tests; take it out of ${room}`;
  return undefined;
}

function arrowProblem(room: string, specifier: string, to: string | undefined): string | undefined {
  if (to === undefined) return `imports "${specifier}", which is outside of the project; move it in or list a package`;
  const target = roomOf(to);
  if (FREE.includes(room) || target === room || !to.endsWith(".ts")) return undefined;
  const allowed = ARROWS[room];
  if (allowed === undefined) {
    return `is in no room of ARCHITECTURE.md; move it into one of ${list(Object.keys(ARROWS))}`;
  }
  if (allowed.includes(target)) return undefined;
  const may = allowed.length > 0 ? `may import only ${list(allowed)}` : "may import no other room";
  return `imports ${to}, but ${room} ${may}; move what is shared down, or hand it in as an argument`;
}

function nodeProblem(room: string, specifier: string): string | undefined {
  if (!CORE.includes(room)) return undefined;
  return `imports "${specifier}", but the core (${room}) runs in browsers; hand it in from experiments/ or cli.ts`;
}

function cycleProblems(imports: readonly Import[]): string[] {
  const edges = new Map<string, string[]>();
  const lines = new Map<string, number>();
  for (const { from, to, line, typeOnly } of imports) {
    if (typeOnly || to === undefined) continue;
    edges.set(from, [...edges.get(from) ?? [], to]);
    lines.set(`${from} ${to}`, line);
  }
  return findCycles(edges).map((cycle) => {
    const line = lines.get(`${cycle[0]} ${cycle[1]}`);
    return `${cycle[0]}:${line}: imports in a circle, ${cycle.join(" → ")}; move what both need into a file of its own`;
  });
}

function list(names: readonly string[]): string {
  return names.join(", ");
}

if (import.meta.main) {
  const problems = await checkLayers(decodeURIComponent(new URL("..", import.meta.url).pathname).replace(/\/$/, ""));
  for (const problem of problems) console.error(problem);
  if (problems.length > 0) Deno.exit(1);
  console.log("The rooms import as ARCHITECTURE.md says");
}
