/**
 * JSON Schemas of the sections that name plugins, one definition a plugin, made from what is loaded.
 *
 * @module
 */
import { z } from "zod";
import type { Gives } from "../datasets/mod.ts";
import { type Plugin, referenceOf } from "../plugin/mod.ts";
import { type Kind, KINDS, nameKey, type Registries, tableOfKind } from "../registry/registries.ts";

/** A JSON Schema. */
export type Json = Record<string, unknown>;

/** Whether a section must be complete, or may leave keys to what it merges with. */
export type Form = "full" | "partial";

/** What readers give. */
const GIVES: readonly Gives[] = ["images", "pairs", "templates"];

/** A reference to the definition of a kind's sections; for readers, of those that give the wanted thing. */
export function refTo(kind: string, form: Form, gives?: string): Json {
  return { $ref: `#/definitions/${definitionName(kind, form, gives)}` };
}

function definitionName(kind: string, form: Form, gives?: string): string {
  return [...form === "partial" ? ["partial"] : [], kind, ...gives ? [gives] : []].join(".");
}

/** The definitions of every plugin's section, and of every kind as the choice among them. */
export function pluginDefinitions(registries: Registries): Json {
  const forms = ["full", "partial"] as const;
  return Object.fromEntries(forms.flatMap((form) => KINDS.flatMap((kind) => kindDefinitions(registries, kind, form))));
}

function kindDefinitions(registries: Registries, kind: Kind, form: Form): [string, Json][] {
  const table = tableOfKind(registries, kind);
  const plugins = table.names().map((name) => table.get(name));
  const among = (chosen: readonly Plugin[]) => choice(chosen.map(({ name }) => refTo(`${kind}-${name}`, form)), form);
  const givers = (gives: string) => plugins.filter((plugin) => (plugin as { gives?: string }).gives === gives);
  return [
    [definitionName(kind, form), among(plugins)],
    ...kind === "reader"
      ? GIVES.map((gives): [string, Json] => [definitionName(kind, form, gives), among(givers(gives))])
      : [],
    ...plugins.map((
      plugin,
    ): [string, Json] => [definitionName(`${kind}-${plugin.name}`, form), section(plugin, kind, form)]),
  ];
}

/** A choice among sections: full ones exclude each other by name, partial ones may leave the name out. */
export function choice(options: readonly Json[], form: Form): Json {
  if (options.length === 0) return { not: {} };
  return form === "full" ? { oneOf: options } : { anyOf: options };
}

/** What a section has beside its plugin's own keys. */
export interface Beside {
  readonly properties: Json;
  readonly required: readonly string[];
}

/** The schema of one plugin's section: its name as a constant, and its parameters. */
export function section(
  plugin: Plugin,
  kind: Kind,
  form: Form,
  beside: Beside = { properties: {}, required: [] },
): Json {
  const key = nameKey(kind);
  const { properties = {}, required = [] } = paramsSchema(plugin, form);
  const needed = [key, ...beside.required, ...required as string[]];
  return {
    type: "object",
    title: `${kind} ${plugin.name}`,
    description: plugin.formula ? `${plugin.summary}\n\n${plugin.formula}` : plugin.summary,
    properties: {
      [key]: { const: plugin.name, description: plugin.summary },
      ...beside.properties,
      ...properties as Json,
    },
    ...form === "full" ? { required: needed } : {},
    additionalProperties: false,
  };
}

function paramsSchema(plugin: Plugin, form: Form): Json {
  return z.toJSONSchema(plugin.params, {
    io: "input",
    target: "draft-7",
    unrepresentable: "any",
    override({ zodSchema, jsonSchema }) {
      const reference = referenceOf(zodSchema as unknown as z.ZodType);
      if (!reference) return;
      const { description } = jsonSchema;
      for (const name of Object.keys(jsonSchema)) delete (jsonSchema as Json)[name];
      // Beside a $ref draft-07 ignores other keys, so that the description needs an allOf.
      Object.assign(jsonSchema, { allOf: [refTo(reference.plugin, form, reference.gives)], description });
    },
  }) as Json;
}
