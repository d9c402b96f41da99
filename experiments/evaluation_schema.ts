/**
 * The JSON Schema (draft-07) of lists of evaluations, for editors: made from the loaded registries, as that of manifests.
 *
 * @module
 */
import type { Registries } from "../registry/registries.ts";
import { listedShape, listShape } from "./evaluation_list.ts";
import { evaluateItem, mapValues, orNothing, plain } from "./schema.ts";
import { type Json, pluginDefinitions } from "./schema_plugins.ts";

/** The JSON Schema of lists of evaluations over these tables. */
export function evaluationListSchema(registries: Registries): Record<string, unknown> {
  const { name, ...optional } = plain(listShape)["properties"] as Record<string, Json>;
  // Parts of sections stand in manifests alone, whose rows complete them.
  const definitions = Object.entries(pluginDefinitions(registries)).filter(([key]) => !key.startsWith("partial."));
  return {
    $schema: "http://json-schema.org/draft-07/schema#",
    title: "marginlab list of evaluations",
    description: "What is measured of stored embeddings or of a network, without training",
    type: "object",
    properties: {
      name,
      ...mapValues(optional, orNothing),
      evaluate: {
        type: "array",
        minItems: 1,
        items: evaluateItem(registries, listedShape),
        description: "What is measured, each with a name, a protocol and its data",
      },
    },
    additionalProperties: false,
    required: ["name", "evaluate"],
    definitions: Object.fromEntries(definitions),
  };
}
