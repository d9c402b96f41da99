/**
 * Tells plugin values among a module's exports, and checks their form.
 *
 * @module
 */
import type { Plugin } from "../plugin/mod.ts";
import { didYouMean, listNames } from "./nearest.ts";
import { type Kind, KINDS, nameKey } from "./registries.ts";

/** Members beside `name`, `version`, `summary`, `reference` and `params` that a plugin of each kind must have. */
const METHODS: Readonly<Record<Kind, readonly string[]>> = {
  head: ["create", "size"],
  backbone: ["create", "cost"],
  reader: ["open", "shape", "paths"],
  protocol: ["evaluate", "metrics", "mirrored"],
  optimizer: ["create"],
  schedule: ["create"],
  augmentation: ["create"],
  sampler: ["create"],
  sink: ["open"],
};

/** Keys of a manifest's section that are not the plugin's parameters. */
const RESERVED: Partial<Record<Kind, readonly string[]>> = {
  head: ["weight"],
  protocol: ["name", "data", "embeddings"],
};

/**
 * The plugin values that a module exports; other exports are left alone.
 *
 * @param module Exports by name.
 * @param specifier Where they come from, for messages.
 * @throws {TypeError} if there is none, or if one is malformed.
 */
export function pluginsOf(module: Readonly<Record<string, unknown>>, specifier: string): Plugin[] {
  const values = Object.entries(module).filter(([, value]) => looksLikePlugin(value));
  if (values.length === 0) {
    const names = Object.keys(module);
    const found = names.length > 0 ? `it exports ${listNames(names)}, none a plugin` : "it exports nothing";
    throw new TypeError(
      `Cannot load plugins from "${specifier}": ${found}; export one, such as ` +
        "export const mine = defineHead({ … })",
    );
  }
  for (const [name, value] of values) check(value as Record<string, unknown>, `"${name}" of "${specifier}"`);
  return [...new Set(values.map(([, value]) => value as Plugin))];
}

function looksLikePlugin(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  const { kind, name, params } = value as Record<string, unknown>;
  return typeof kind === "string" && (KINDS.includes(kind as Kind) || (name !== undefined && params !== undefined));
}

function check(plugin: Record<string, unknown>, which: string): void {
  const problem = problemOf(plugin);
  if (problem) throw new TypeError(`Cannot load plugin ${which}: ${problem}`);
}

function problemOf(plugin: Record<string, unknown>): string | undefined {
  const kind = plugin["kind"] as Kind;
  if (!KINDS.includes(kind)) {
    return `its kind is "${kind}", known kinds are ${listNames(KINDS)}${didYouMean(kind, KINDS)}`;
  }
  for (const key of ["name", "version", "summary", "reference"]) {
    if (typeof plugin[key] !== "string") return `${key} must be a text, found ${typeName(plugin[key])}`;
  }
  if (!/^[a-z0-9]+(-[a-z0-9]+)*$/.test(plugin["name"] as string)) {
    return `its name must be lower-case words joined by hyphens, found "${plugin["name"]}"`;
  }
  if (!/^\d+\.\d+\.\d+$/.test(plugin["version"] as string)) {
    return `its version must be three numbers such as "1.0.0", found "${plugin["version"]}"`;
  }
  const shape = strictShape(plugin["params"]);
  if (!shape) return "its params must be a z.strictObject of zod 4, so that unknown keys are errors";
  const taken = [nameKey(kind), ...RESERVED[kind] ?? []].find((key) => key in shape);
  if (taken) return `it may not have a parameter "${taken}", for that key of the manifest has another meaning`;
  const has = (method: string) => typeof plugin[method] === "function";
  // A protocol is handed all embeddings, or asks for them as it needs them.
  const missing = METHODS[kind].find((method) => !has(method) && !(method === "evaluate" && has("evaluateStream")));
  if (missing) return `a ${kind} must have a function "${missing}", found ${typeName(plugin[missing])}`;
  const choice = kind === "reader" ? "gives" : kind === "protocol" ? "wants" : undefined;
  if (choice && !["images", "pairs", "templates"].includes(String(plugin[choice]))) {
    return `${choice} must be "images", "pairs" or "templates", found ${JSON.stringify(plugin[choice])}`;
  }
}

/** The fields of a strict zod object, told by its structure, for a plugin may carry its own copy of zod. */
function strictShape(schema: unknown): Record<string, unknown> | undefined {
  const definition = (schema as { _zod?: { def?: Record<string, unknown> } } | null | undefined)?._zod?.def;
  const catchall = definition?.["catchall"] as { _zod?: { def?: { type?: string } } } | undefined;
  if (definition?.["type"] !== "object" || catchall?._zod?.def?.type !== "never") return undefined;
  return definition["shape"] as Record<string, unknown>;
}

function typeName(value: unknown): string {
  return value === undefined ? "nothing" : value === null ? "null" : `a value of type ${typeof value}`;
}
