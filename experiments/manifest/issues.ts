/**
 * Puts zod's issues in words: what was found, what is wanted, and the nearest legal value.
 *
 * @module
 */
import type { z } from "zod";
import { descriptionOf } from "../../registry/describe.ts";
import { legalValues, listedValues, unwrap } from "../../registry/legal.ts";
import { didYouMean, nearest } from "../../registry/nearest.ts";
import { show } from "./tree.ts";

/** One issue in its context. */
export interface IssueContext {
  readonly path: readonly string[];
  /** The mapping that was checked: `head "arcface"`. */
  readonly what: string;
  /** The value at the path. */
  readonly found: unknown;
  /** The schema at the path, where it could be told. */
  readonly schema: z.ZodType | undefined;
  readonly issue: z.core.$ZodIssue;
  /** The schema's own message, if it has one. */
  readonly custom: string | undefined;
}

/** `Cannot use m of head "arcface": found "half", wanted a number from 0 to 1`; a plugin's own message comes last. */
export function describeIssue({ path, what, found, schema, issue, custom }: IssueContext): string {
  if (path.length === 0) return `Cannot use ${what}: ${custom ?? "its keys do not fit together"}`;
  if (custom?.startsWith("Cannot ")) return `${custom} (${what})`;
  const start = `Cannot use ${name(path)} of ${what}: found ${brief(found)}`;
  if (issue.code === "invalid_format" && custom) return `${start}; ${custom}`;
  if (issue.code === "custom") return `${start}, ${custom ?? "which it does not allow"}`;
  const wanted = schema ? `, wanted ${legalValues(schema)}` : "";
  return `${start}${wanted}${custom ? `; ${custom}` : ""}${hint(found, schema)}`;
}

/** `size[0]`, `normalise.mean`. */
function name(path: readonly string[]): string {
  return path.map((key, i) => /^\d+$/.test(key) ? `[${key}]` : i > 0 ? `.${key}` : key).join("");
}

function brief(found: unknown): string {
  if (Array.isArray(found)) return JSON.stringify(found).length > 60 ? `a list of ${found.length} values` : show(found);
  if (typeof found === "object" && found !== null) return "a mapping";
  return show(found);
}

function hint(found: unknown, schema: z.ZodType | undefined): string {
  if (typeof found !== "string" || !schema) return "";
  const values = listedValues(schema)?.map(String);
  if (values) return didYouMean(found, values);
  const unquoted = found.trim() !== "" && schema.safeParse(Number(found)).success;
  return unquoted ? `; write it without quotes: ${Number(found)}` : "";
}

/**
 * The legal key that an unknown one was most likely meant to be: the nearest by edit distance, else one whose
 * description says the word, so that `margin` finds `m`.
 */
export function nearestKey(key: string, known: readonly string[], schema?: z.ZodObject): string | undefined {
  const [near] = nearest(key, known);
  if (near !== undefined || key.length < 3) return near;
  const word = key.replace(/[^\p{L}\p{N}]/gu, "").toLowerCase();
  if (word.length < 3) return undefined;
  return known.find((name) => {
    const param = schema?.shape[name] as z.ZodType | undefined;
    return param && descriptionOf(param).toLowerCase().split(/[^\p{L}\p{N}]+/u).includes(word);
  });
}

/** The schema at a path, through defaults, lists and nested objects; `undefined` where a union leaves it open. */
export function schemaAt(schema: z.ZodType, path: readonly string[]): z.ZodType | undefined {
  let here: z.ZodType | undefined = schema;
  for (const key of path) {
    const def = (here && unwrap(here).def) as Record<string, unknown> | undefined;
    if (def?.["type"] === "object") here = (def["shape"] as Record<string, z.ZodType>)[key];
    else if (def?.["type"] === "array") here = def["element"] as z.ZodType;
    else if (def?.["type"] === "tuple") here = (def["items"] as z.ZodType[])[Number(key)];
    else if (def?.["type"] === "record") here = def["valueType"] as z.ZodType;
    else return undefined;
  }
  return here && path.length > 0 ? here : here && unwrap(here);
}
