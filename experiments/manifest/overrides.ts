/**
 * Overrides of the command line: `--set head.m=0.4`, `--backend wasm`, `--seed 1`.
 *
 * @module
 */
import type { Place, Problems } from "./error.ts";
import { PathError, setPath } from "./merge.ts";
import { parseTree } from "./parse.ts";
import { type MapNode, nodeOf, type TreeNode } from "./tree.ts";

/** One override, ready to apply. */
export interface Override {
  /** The keys of its dotted path. */
  readonly path: readonly string[];
  readonly value: TreeNode;
  /** Where the path stands; its `file` is the option as typed. */
  readonly key: Place;
}

/** What the command line may change. */
export interface OverrideOptions {
  /** Texts such as `head.m=0.4`; the value is YAML. */
  readonly overrides?: readonly string[] | undefined;
  /** Replaces `backend`. */
  readonly backend?: string | undefined;
  /** Replaces `seeds`. */
  readonly seeds?: readonly number[] | undefined;
}

/** Parses the overrides; what cannot be read goes to `problems`. */
export function parseOverrides(options: OverrideOptions, problems: Problems): Override[] {
  const parsed = (options.overrides ?? []).flatMap((text) => parseOverride(text, problems) ?? []);
  if (options.backend !== undefined) parsed.push(ofOption("backend", `--backend ${options.backend}`, options.backend));
  if (options.seeds !== undefined) parsed.push(ofOption("seeds", `--seed ${options.seeds.join(",")}`, options.seeds));
  return parsed;
}

/** Applies overrides in their order; a path that leads nowhere goes to `problems`. */
export function applyOverrides(root: MapNode, overrides: readonly Override[], problems: Problems): MapNode {
  let changed = root;
  for (const { path, value, key } of overrides) {
    try {
      changed = setPath(changed, path, value, key);
    } catch (error) {
      if (!(error instanceof PathError)) throw error;
      problems.add(key, error.message);
    }
  }
  return changed;
}

function parseOverride(text: string, problems: Problems): Override | undefined {
  const option = "--set ", file = option + text;
  const key = { file, line: 1, column: option.length + 1 };
  const equals = text.indexOf("=");
  const path = text.slice(0, equals).trim().split(".");
  if (equals < 0 || path.some((name) => name === "" || name === "__proto__")) {
    problems.add(key, `Cannot read the override "${text}": wanted a dotted path, = and a value, such as head.m=0.4`);
    return undefined;
  }
  const column = option.length + equals + 2;
  const value = parseTree(text.slice(equals + 1), file, problems, { column });
  return value && { path, value, key };
}

function ofOption(path: string, file: string, value: unknown): Override {
  const at = { file, line: 1, column: file.indexOf(" ") + 2 };
  return { path: [path], value: nodeOf(value, at), key: at };
}
