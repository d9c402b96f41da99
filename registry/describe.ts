/**
 * What `list` and `describe` tell of a plugin, as plain values that JSON can hold.
 *
 * @module
 */
import type { z } from "zod";
import { type Plugin, referenceOf } from "../plugin/mod.ts";
import { legalValues, listedValues, unwrap } from "./legal.ts";

/** One parameter of a plugin. */
export interface ParamDescription {
  /** Key in a manifest. */
  readonly name: string;
  /** What it accepts, in words: `a number from 0 to 1`. */
  readonly type: string;
  /** Whether a manifest must give it. */
  readonly required: boolean;
  /** The default; absent where there is none. */
  readonly default?: unknown;
  /** The legal values, where they can be listed. */
  readonly values?: readonly unknown[];
  /** Meaning, unit and range. */
  readonly description: string;
  /** The keys of a mapping, each as a parameter; absent for other types. */
  readonly keys?: readonly ParamDescription[];
}

/** A plugin, described. */
export interface PluginDescription {
  /** What it plugs into. */
  readonly kind: string;
  /** Name in manifests. */
  readonly name: string;
  /** Semantic version. */
  readonly version: string;
  /** One line. */
  readonly summary: string;
  /** Address of the paper or specification. */
  readonly reference: string;
  /** The defining equation, or `null`. */
  readonly formula: string | null;
  /** What a user should know before use. */
  readonly notes: readonly string[];
  /** Its parameters, in the order of the schema. */
  readonly params: readonly ParamDescription[];
}

/** Describes a plugin: what it is, and each parameter with its default, legal values and meaning. */
export function describePlugin(plugin: Plugin): PluginDescription {
  const { kind, name, version, summary, reference, formula, notes = [], params } = plugin;
  return {
    kind,
    name,
    version,
    summary,
    reference,
    formula: formula ?? null,
    notes,
    params: describeShape(params.shape),
  };
}

/** Describes the keys of a strict mapping, in its order. */
export function describeShape(shape: z.core.$ZodShape): ParamDescription[] {
  return Object.entries(shape).map(([name, schema]) => describeParam(name, schema as z.ZodType));
}

function describeParam(name: string, schema: z.ZodType): ParamDescription {
  const reference = referenceOf(schema);
  const values = listedValues(schema);
  const whenAbsent = schema.safeParse(undefined);
  const optional = whenAbsent.success;
  const { shape } = unwrap(schema).def as { shape?: z.core.$ZodShape };
  return {
    name,
    type: reference ? `a section that names a ${reference.plugin}` : legalValues(schema),
    required: !optional,
    ...optional && whenAbsent.data !== undefined ? { default: whenAbsent.data } : {},
    ...values ? { values } : {},
    description: descriptionOf(schema),
    ...shape && !reference ? { keys: describeShape(shape) } : {},
  };
}

/** The description of a parameter, whether it was given before or after its default. */
export function descriptionOf(schema: z.ZodType): string {
  if (schema.description !== undefined) return schema.description;
  const inner = (schema.def as { innerType?: z.ZodType }).innerType;
  return inner ? descriptionOf(inner) : "";
}
