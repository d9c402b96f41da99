/**
 * The JSON Schema (draft-07) of manifests, for editors: made from the loaded registries, so that the parameters of
 * users' own plugins are completed too.
 *
 * @module
 */
import { z } from "zod";
import type { Registries } from "../registry/registries.ts";
import {
  ABLATION_HELP,
  auxiliaryShape,
  evaluateShape,
  headerShape,
  LOG_HELP,
  outputShape,
  RUN_SECTIONS,
  SECTION_HELP,
  STOPPING_HELP,
  stoppingShapes,
  tableShape,
  TRAIN_HELP,
  trainShape,
} from "./manifest/shape.ts";
import { choice, type Form, type Json, pluginDefinitions, refTo, section } from "./schema_plugins.ts";

/** Sections that a manifest must have unless it inherits them or its rows bring them. */
const REQUIRED = ["data", "backbone", "head", "schedule", "train", "evaluate"];

/** The JSON Schema of manifests over these tables. */
export function manifestSchema(registries: Registries): Record<string, unknown> {
  const header = plain(headerShape).properties as Record<string, Json>;
  const { name, ...optional } = header;
  const seeds = { ...optional["seeds"], uniqueItems: true };
  const properties = {
    name,
    ...mapValues({ ...optional, seeds }, orNothing),
    ...sections(registries, "partial"),
    ablation: orNothing(ablation(registries)),
    stopping: stopping("partial"),
    table: orNothing(plain(tableShape)),
    output: orNothing(output()),
  };
  return {
    $schema: "http://json-schema.org/draft-07/schema#",
    title: "marginlab manifest",
    description: "An experiment: what is trained, on what data, and which rows its table has",
    type: "object",
    properties,
    additionalProperties: false,
    required: ["name"],
    if: { anyOf: [{ required: ["extends"] }, { required: ["ablation"] }] },
    then: {},
    else: { properties: { ...sections(registries, "full"), stopping: stopping("full") }, required: REQUIRED },
    definitions: pluginDefinitions(registries),
  };
}

/** The sections that describe a run. */
function sections(registries: Registries, form: Form): Json {
  const train = plain(trainShape);
  const each: Record<(typeof RUN_SECTIONS)[number], Json> = {
    data: strict({ train: refTo("reader", form, "images") }, form === "full" ? ["train"] : []),
    backbone: refTo("backbone", form),
    weights: { type: ["string", "null"], pattern: "\\.safetensors$", default: null },
    head: refTo("head", form),
    auxiliary: orNothing({ type: "array", items: auxiliaryItem(registries) }),
    optimizer: orNothing(refTo("optimizer", form)),
    schedule: refTo("schedule", form),
    train: {
      ...train,
      properties: {
        ...train["properties"] as Json,
        augment: orNothing({ type: "array", items: refTo("augmentation", "full"), description: TRAIN_HELP.augment }),
        sampler: { ...orNothing(refTo("sampler", form)), description: TRAIN_HELP.sampler },
      },
      ...form === "partial" ? { required: [] } : {},
    },
    evaluate: { type: "array", items: evaluateItem(registries) },
  };
  return mapValues(
    each,
    (json, name) =>
      "$ref" in json
        ? { allOf: [json], description: SECTION_HELP[name as keyof typeof SECTION_HELP] }
        : { ...json, description: SECTION_HELP[name as keyof typeof SECTION_HELP] },
  );
}

function auxiliaryItem({ head }: Registries): Json {
  const { properties } = plain(auxiliaryShape);
  const beside = { properties: properties as Json, required: [] };
  return choice(head.names().map((name) => section(head.get(name), "head", "full", beside)), "full");
}

/** The schema of one evaluation, with the plain keys of `shape`. */
export function evaluateItem({ protocol }: Registries, shape: typeof evaluateShape = evaluateShape): Json {
  const { properties, required } = plain(shape);
  const items = protocol.names().map((name) => {
    const plugin = protocol.get(name);
    const data = { allOf: [refTo("reader", "full", plugin.wants)], description: `Reader that gives ${plugin.wants}` };
    const beside = { properties: { ...properties as Json, data }, required: [...required as string[], "data"] };
    return section(plugin, "protocol", "full", beside);
  });
  return choice(items, "full");
}

/** What is written and how often, with the sinks. */
function output(): Json {
  const { properties, ...rest } = plain(outputShape);
  const log = { ...orNothing({ type: "array", items: refTo("sink", "full") }), description: LOG_HELP };
  return { ...rest, properties: { ...properties as Json, log } };
}

/** The rules that stop runs early; one that is inherited may be written in part. */
function stopping(form: Form): Json {
  const rules = Object.values(stoppingShapes).map(plain);
  const options = form === "full" ? rules : rules.map((rule) => ({ ...rule, required: [] }));
  return { ...orNothing(choice(options, form)), description: STOPPING_HELP };
}

function ablation(registries: Registries): Json {
  const label = { type: "string", minLength: 1, description: "Name of the row in the table" };
  const lists = {
    type: "object",
    propertyNames: { pattern: `^(${RUN_SECTIONS.join("|")})(\\.[^.]+)*$` },
    additionalProperties: { type: "array", minItems: 1 },
  };
  const rows = { type: "array", items: strict({ label, ...sections(registries, "partial") }, ["label"]) };
  return strict({
    rows: { ...orNothing(rows), description: ABLATION_HELP.rows },
    grid: { ...orNothing(lists), description: ABLATION_HELP.grid },
    zip: { ...orNothing(lists), description: ABLATION_HELP.zip },
  }, []);
}

function strict(properties: Json, required: readonly string[]): Json {
  return { type: "object", properties, required, additionalProperties: false };
}

/** A key without a value stands for its default. */
export function orNothing(json: Json): Json {
  const { description, default: standard, ...rest } = json;
  return {
    anyOf: [rest, { type: "null" }],
    ...description === undefined ? {} : { description },
    ...standard === undefined ? {} : { default: standard },
  };
}

/** The JSON Schema of plain keys, as they are written. */
export function plain(schema: z.ZodObject): Json {
  const { $schema: _, ...json } = z.toJSONSchema(schema, { io: "input", target: "draft-7" }) as Json;
  return json;
}

/** The same keys with other values. */
export function mapValues(values: Record<string, Json>, change: (value: Json, name: string) => Json): Json {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, change(value, name)]));
}
