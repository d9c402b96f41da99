/**
 * Reads a manifest and those that it extends, and merges them.
 *
 * @module
 */
import type { Place, Problems } from "./error.ts";
import { mergeManifests } from "./merge.ts";
import { parseTree } from "./parse.ts";
import { wantMap } from "./plugin.ts";
import { child, type MapNode, mapNode, textOf } from "./tree.ts";

/** A manifest merged over those that it extends. */
export interface Chain {
  /** The merged keys, `extends` left out; `undefined` if a file could not be read. */
  readonly root: MapNode | undefined;
  /** The files, the manifest itself first. */
  readonly files: readonly string[];
}

/** More than anyone can follow. */
const MAX_CHAIN = 16;

/** Reads the chain of a manifest; what is wrong goes to `problems`. */
export async function readChain(
  path: string,
  read: (path: string) => Promise<string>,
  problems: Problems,
): Promise<Chain> {
  const files: string[] = [];
  const maps: MapNode[] = [];
  let next: { path: string; at: Place } | undefined = { path, at: { file: path, line: 1, column: 1 } };
  while (next) {
    const circle = files.includes(next.path);
    if (circle || files.length >= MAX_CHAIN) {
      const chain = [...files, next.path].map((file) => `"${file}"`).join(" extends ");
      problems.add(next.at, `Cannot extend ${circle ? "in a circle" : `more than ${MAX_CHAIN} deep`}: ${chain}`);
      break;
    }
    files.push(next.path);
    const map = await readFile(next, read, problems);
    if (!map) break;
    maps.push(map);
    next = parentOf(map, next.path, problems);
  }
  const complete = maps.length === files.length && maps.length > 0;
  const merged = complete ? maps.reduceRight((beneath, over) => mergeManifests(beneath, over)) : undefined;
  const root = merged && mapNode([...merged.entries].filter(([key]) => key !== "extends"), merged.at);
  return { root, files };
}

async function readFile(
  { path, at }: { path: string; at: Place },
  read: (path: string) => Promise<string>,
  problems: Problems,
): Promise<MapNode | undefined> {
  let text: string;
  try {
    text = await read(path);
  } catch (error) {
    problems.add(at, `Cannot read the manifest "${path}": ${error instanceof Error ? error.message : String(error)}`);
    return undefined;
  }
  const tree = parseTree(text.replace(/^\ufeff/, ""), path, problems);
  if (!tree) return undefined;
  if (tree.type === "scalar" && tree.value === null) {
    problems.add(tree.at, "Cannot read the manifest: it is empty, wanted keys such as name, data, backbone and head");
    return undefined;
  }
  return wantMap(problems, tree, "the manifest", "{ name: …, data: …, backbone: …, head: … }");
}

function parentOf(map: MapNode, path: string, problems: Problems): { path: string; at: Place } | undefined {
  const node = child(map, "extends");
  if (!node) return undefined;
  const text = textOf(node);
  if (text) return { path: besides(path, text), at: node.at };
  problems.add(node.at, "Cannot use extends: wanted the path of a manifest, such as ./base.yaml");
}

/** A path relative to the folder of `from`, with `.` and `..` resolved. */
export function besides(from: string, path: string): string {
  if (path.startsWith("/") || /^[A-Za-z]:[\\/]/.test(path)) return path;
  const parts = from.replaceAll("\\", "/").split("/").slice(0, -1);
  for (const part of path.split("/")) {
    if (part === "." || part === "") continue;
    if (part === ".." && parts.length > 0 && parts.at(-1) !== ".." && parts.at(-1) !== "") parts.pop();
    else parts.push(part);
  }
  return parts.join("/");
}
