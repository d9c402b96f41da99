/**
 * Says in words what a parameter schema accepts, for messages and help.
 *
 * @module
 */
import { z } from "zod";
import { listNames } from "./nearest.ts";

/** A JSON Schema, as far as this module reads it. */
interface Json {
  readonly type?: string | readonly string[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly Json[];
  readonly oneOf?: readonly Json[];
  readonly allOf?: readonly Json[];
  readonly items?: Json | readonly Json[];
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly minLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly exclusiveMaximum?: number;
  readonly multipleOf?: number;
  readonly properties?: Readonly<Record<string, Json>>;
}

/**
 * What a schema accepts: `a number from 0 to 1`, `"none" or "clip"`, `a list of 2 integers of at least 1`.
 *
 * @example A range is said in words
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { z } from "zod";
 * import { legalValues } from "./legal.ts";
 *
 * assertEquals(legalValues(z.number().gt(0).max(1).default(0.1)), "a number above 0 and at most 1");
 * ```
 */
export function legalValues(schema: z.ZodType): string {
  return words(z.toJSONSchema(schema, { io: "input", target: "draft-7", unrepresentable: "any" }) as Json);
}

/** The values of a schema that lists them: of an enumeration, a literal, or a union of those; else `undefined`. */
export function listedValues(schema: z.ZodType): readonly unknown[] | undefined {
  return listed(z.toJSONSchema(schema, { io: "input", target: "draft-7", unrepresentable: "any" }) as Json);
}

function listed(json: Json): readonly unknown[] | undefined {
  if (json.enum) return json.enum;
  if ("const" in json) return [json.const];
  const options = json.anyOf ?? json.oneOf;
  const lists = options?.map(listed);
  return lists?.every((list) => list !== undefined) ? lists.flat() : undefined;
}

function words(json: Json): string {
  const values = listed(json);
  if (values) return either(values.map((value) => JSON.stringify(value)));
  const options = json.anyOf ?? json.oneOf;
  if (options) return either(options.map(words));
  if (json.allOf?.length) return json.allOf.map(words).join(", and ");
  const types = typeof json.type === "string" ? [json.type] : json.type ?? [];
  return types.length > 0 ? either(types.map((type) => ofType(type, json))) : "a value";
}

function either(choices: readonly string[]): string {
  const shown = choices.length > 20 ? [...choices.slice(0, 20), `${choices.length - 20} more`] : [...choices];
  return shown.length < 2 ? shown.join("") : `${shown.slice(0, -1).join(", ")} or ${shown.at(-1)}`;
}

function ofType(type: string, json: Json): string {
  switch (type) {
    case "number":
    case "integer":
      return `${type === "integer" ? "an integer" : "a number"}${range(json)}${
        json.multipleOf ? `, a multiple of ${json.multipleOf}` : ""
      }`;
    case "string":
      return json.minLength ? "a text that is not empty" : "a text";
    case "boolean":
      return "true or false";
    case "array":
      return list(json);
    case "object":
      return json.properties ? `a mapping with the keys ${listNames(Object.keys(json.properties))}` : "a mapping";
    default:
      return type;
  }
}

/** ` from 0 to 1`, ` above 0`, ` of at least 1 and below 5`; bounds of the safe integers go without saying. */
function range(json: Json): string {
  const { minimum: min, maximum: max, exclusiveMinimum: above, exclusiveMaximum: below } = json;
  const safe = (bound: number | undefined) =>
    bound !== undefined && Math.abs(bound) < Number.MAX_SAFE_INTEGER ? Number(bound.toPrecision(6)) : undefined;
  if (safe(min) !== undefined && safe(max) !== undefined) return ` from ${safe(min)} to ${safe(max)}`;
  const bounds = [
    safe(above) !== undefined ? `above ${safe(above)}` : safe(min) !== undefined ? `of at least ${safe(min)}` : "",
    safe(below) !== undefined ? `below ${safe(below)}` : safe(max) !== undefined ? `at most ${safe(max)}` : "",
  ].filter((bound) => bound !== "");
  return bounds.length > 0 ? ` ${bounds.join(" and ")}` : "";
}

function list({ items, minItems, maxItems }: Json): string {
  const parts = Array.isArray(items) ? [...new Set((items as Json[]).map(words))] : items ? [words(items as Json)] : [];
  const length = Array.isArray(items)
    ? `${items.length} values`
    : minItems !== undefined && minItems === maxItems
    ? `${minItems} values`
    : minItems
    ? `at least ${minItems} ${minItems === 1 ? "value" : "values"}`
    : "values";
  return parts.length > 0 ? `a list of ${length}, each ${parts.join(" or ")}` : `a list of ${length}`;
}

/** The schema inside defaults, optionals, nullables and pipes. */
export function unwrap(schema: z.ZodType): z.ZodType {
  const { innerType, in: input } = schema.def as { innerType?: z.ZodType; in?: z.ZodType };
  const inner = innerType ?? input;
  return inner ? unwrap(inner) : schema;
}
