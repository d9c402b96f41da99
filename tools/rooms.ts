/**
 * The rooms of ARCHITECTURE.md, as data for the checks.
 *
 * @module
 */

/** What each room may import, besides itself. `cli` stands for `cli.ts` and `cli/`, `mod` for `mod.ts`. */
export const ARROWS: Readonly<Record<string, readonly string[]>> = arrows();

/** Rooms that run in a browser too: they name no `Deno`, no `node:` module and no clock. */
export const CORE: readonly string[] = [
  "plugin",
  "tensor",
  "losses",
  "backbones",
  "datasets",
  "evaluation",
  "training",
  "sinks",
  "registry",
];

/** Rooms that may import everything, and that no other room imports. */
export const FREE: readonly string[] = ["tests", "bench", "tools", "templates"];

/**
 * The room of a file.
 *
 * @param path Path relative to the root, such as `losses/arcface.ts`.
 * @returns A key of {@link ARROWS}, one of {@link FREE}, or the name of what the file is in when it is in no room.
 */
export function roomOf(path: string): string {
  const [first = ""] = path.split("/");
  return first === path ? first.replace(/\.ts$/, "") : first;
}

function arrows(): Record<string, readonly string[]> {
  const table: Record<string, readonly string[]> = { plugin: [], tensor: [] };
  for (const room of ["losses", "backbones", "datasets", "evaluation"]) table[room] = ["plugin", "tensor"];
  table.training = Object.keys(table);
  table.sinks = ["plugin"];
  for (const room of ["registry", "experiments", "reports"]) table[room] = Object.keys(table);
  table.cli = table.mod = Object.keys(table);
  return table;
}
