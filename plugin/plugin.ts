/**
 * What every plugin is, whatever its kind: a frozen record with a strict parameter schema. Knows no machine learning.
 *
 * @module
 */
import { z } from "zod";

/** Schema of a plugin's parameters: a strict zod object, so that an unknown key is an error. */
export type ParamsSchema = z.ZodObject;

/** What a schema gives for checked parameters: every key present, defaults filled in. */
export type ParamsOf<S extends ParamsSchema> = S["_zod"]["output"];

/** The part that plugins of every kind share. A plugin is a value: no class, no registration side effect. */
export interface Plugin {
  /** What it plugs into: `head`, `backbone`, `reader`, `protocol`, `optimizer`, `schedule`, `augmentation`, `sampler`, `sink`. */
  readonly kind: string;
  /** Name in manifests: lower-case words joined by hyphens. */
  readonly name: string;
  /** Semantic version; a change of behaviour changes it, and with it the identity of the runs that used it. */
  readonly version: string;
  /** One line for lists. */
  readonly summary: string;
  /** Address of the paper or specification. */
  readonly reference: string;
  /** The defining equation, in plain text. */
  readonly formula?: string | undefined;
  /** What a user should know before use, one sentence or two each: symbols, traps, where public code differs. */
  readonly notes?: readonly string[] | undefined;
  /** Strict schema of the parameters, each with its default, range and unit in the description. */
  readonly params: ParamsSchema;
}

/**
 * Checks and freezes a plugin value: name, version and a strict parameter schema.
 *
 * @throws {TypeError} if the name, the version or the schema is not of the wanted form.
 */
export function definePlugin<P extends Plugin>(plugin: P): P {
  const what = `Cannot define ${plugin.kind} "${plugin.name}"`;
  if (!/^[a-z0-9]+(-[a-z0-9]+)*$/.test(plugin.name)) {
    throw new TypeError(`${what}: a name is lower-case words joined by hyphens`);
  }
  if (!/^\d+\.\d+\.\d+$/.test(plugin.version)) {
    throw new TypeError(`${what}: a version is three numbers such as "1.0.0", found "${plugin.version}"`);
  }
  const catchall = plugin.params.def.catchall;
  if (catchall?._zod.def.type !== "never") {
    throw new TypeError(`${what}: its parameters must be a z.strictObject, so that unknown keys are errors`);
  }
  return Object.freeze(plugin);
}

/** Metadata that marks a parameter as naming another plugin; the manifest resolves it with that kind's registry. */
export interface PluginReference {
  /** Kind of the plugin that is named. */
  readonly plugin: string;
  /** For readers: what the named reader must give, `images` or `pairs`. */
  readonly gives?: string;
}

const references = new WeakMap<z.ZodType, PluginReference>();

/**
 * A parameter that is itself a plugin section, such as `from: { reader: image-folder, … }` of `sampled-pairs`.
 * Its content is checked by the manifest against the registry, not by this schema.
 */
export function pluginReference(reference: PluginReference, description: string): z.ZodType<Record<string, unknown>> {
  const schema = z.record(z.string(), z.unknown()).describe(description);
  references.set(schema, Object.freeze({ ...reference }));
  return schema;
}

/** The {@link PluginReference} of a parameter schema, or `undefined` for a plain parameter. */
export function referenceOf(schema: z.ZodType): PluginReference | undefined {
  return references.get(schema);
}
