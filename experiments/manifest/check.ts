/**
 * Checks a mapping of a manifest against a strict zod schema; every issue becomes a problem at its place.
 *
 * @module
 */
import type { z } from "zod";
import { describeIssue, nearestKey, schemaAt } from "./issues.ts";
import type { Place, Problems } from "./error.ts";
import { type MapNode, type TreeNode, valueOf } from "./tree.ts";
import { descriptionOf } from "../../registry/describe.ts";
import { unwrap } from "../../registry/legal.ts";
import { listNames } from "../../registry/nearest.ts";

/** How {@link checkObject} treats a mapping. */
export interface CheckOptions {
  /** What the mapping is, for messages: `head "arcface"`, `train`. */
  readonly what: string;
  /** Keys that the caller checks itself, each legal. */
  readonly skip?: readonly string[];
  /** Values to check in place of those of the file: sections that the caller has resolved. */
  readonly given?: ReadonlyMap<string, unknown>;
  /** Whether keys may be missing, for a base that its rows complete. */
  readonly partial?: boolean;
}

/** The zod issues that this module reads. */
type Issue = z.core.$ZodIssue;

/** Stands for "no message of the schema's own". */
const NO_MESSAGE = "\u0000";

/**
 * Checks a mapping; its output has every default filled in.
 *
 * @returns The output, or `undefined` if there was a problem.
 */
export function checkObject(
  problems: Problems,
  node: MapNode,
  schema: z.ZodObject,
  options: CheckOptions,
): Record<string, unknown> | undefined {
  const { skip = [], given } = options;
  const input: Record<string, unknown> = {};
  for (const [key, { value }] of node.entries) {
    if (!skip.includes(key)) input[key] = given?.has(key) ? given.get(key) : valueOf(value);
  }
  const result = schema.safeParse(input, { error: () => NO_MESSAGE });
  if (result.success) return result.data;
  const meant = result.error.issues.flatMap((issue) =>
    issue.code === "unrecognized_keys" && issue.path.length === 0
      ? issue.keys.map((key) => nearestKey(key, Object.keys(schema.shape), schema))
      : []
  );
  for (const issue of result.error.issues) {
    // A key that is missing because it is misspelt is one problem, not two.
    if (issue.path.length === 1 && !node.entries.has(String(issue.path[0])) && meant.includes(String(issue.path[0]))) {
      continue;
    }
    report(problems, node, schema, options, issue);
  }
  return undefined;
}

/** Notes every key of a mapping that is not among the known ones. */
export function checkNames(problems: Problems, node: MapNode, what: string, known: readonly string[]): void {
  for (const [name, { key }] of node.entries) {
    if (!known.includes(name)) problems.add(key, unknownKey(name, what, known));
  }
}

function report(
  problems: Problems,
  node: MapNode,
  schema: z.ZodObject,
  { what, skip = [], partial = false }: CheckOptions,
  issue: Issue,
): void {
  const path = issue.path.map(String);
  if (issue.code === "unrecognized_keys") {
    const owner = unwrap(schemaAt(schema, path)!) as z.ZodObject;
    const where = path.length > 0 ? `${path.join(".")} of ${what}` : what;
    const known = path.length > 0 ? Object.keys(owner.shape) : [...skip, ...Object.keys(owner.shape)];
    for (const key of issue.keys) problems.add(placeOf(node, [...path, key]), unknownKey(key, where, known, owner));
    return;
  }
  const { found, missing, at } = locate(node, path);
  const custom = issue.message === NO_MESSAGE ? undefined : issue.message;
  if (missing !== undefined && issue.code === "custom") {
    // A rule that binds several parameters names one that the manifest leaves to its default.
    problems.add(
      at,
      `Cannot use ${what} with ${path.join(".")} at its default: ${custom ?? "they do not fit together"}`,
    );
    return;
  }
  if (missing !== undefined) {
    if (!partial) problems.add(at, missingKey(path, what, schema));
    return;
  }
  problems.add(at, describeIssue({ path, what, found, schema: schemaAt(schema, path), issue, custom }));
}

/**
 * `Unknown key "margin" of head "arcface": known keys are "m", … Did you mean "m" (…)?`
 *
 * @param belongs Where the key would be legal, when that is known.
 */
export function unknownKey(
  key: string,
  what: string,
  known: readonly string[],
  schema?: z.ZodObject,
  belongs?: string,
): string {
  const none = schema !== undefined && Object.keys(schema.shape).length === 0;
  const list = none ? "it takes no parameters" : `known keys are ${listNames(known)}`;
  return `Unknown key "${key}" of ${what}: ${list}${hintFor(key, known, schema, belongs)}`;
}

function hintFor(key: string, known: readonly string[], schema?: z.ZodObject, belongs?: string): string {
  if (belongs !== undefined) return `. Did you mean "${belongs}.${key}"?`;
  if (/^\d+$/.test(key)) return "; write decimals with a point, such as 0.5";
  if (key.includes(":")) return `; write a space after the colon: ${key.replace(":", ": ")}`;
  const near = nearestKey(key, known, schema);
  if (near === undefined) return "";
  const param = schema?.shape[near] as z.ZodType | undefined;
  const meaning = param ? descriptionOf(param) : "";
  return `. Did you mean "${near}"${meaning ? ` (${meaning})` : ""}?`;
}

function missingKey(path: readonly string[], what: string, schema: z.ZodObject): string {
  const param = schemaAt(schema, path);
  const meaning = param ? descriptionOf(param) : "";
  return `Missing key "${path.join(".")}" of ${what}${meaning ? `: ${meaning}` : ""}`;
}

function placeOf(node: MapNode, path: readonly string[]): Place {
  let here: TreeNode | undefined = node;
  let at = node.at;
  for (const name of path) {
    if (here?.type === "map") {
      const entry = here.entries.get(name);
      if (!entry) return at;
      at = entry.key, here = entry.value;
    } else if (here?.type === "list") {
      here = here.items[Number(name)];
      if (!here) return at;
      at = here.at;
    }
  }
  return at;
}

/** What stands at a path, and where; `missing` is the first key of the path that is not there. */
function locate(node: MapNode, path: readonly string[]): { found: unknown; missing?: string; at: Place } {
  let here: TreeNode = node;
  for (const name of path) {
    const next: TreeNode | undefined = here.type === "map"
      ? here.entries.get(name)?.value
      : here.type === "list"
      ? here.items[Number(name)]
      : undefined;
    if (!next) {
      return here.type === "map"
        ? { found: undefined, missing: name, at: here.at }
        : { found: valueOf(here), at: here.at };
    }
    here = next;
  }
  return { found: valueOf(here), at: here.at };
}
