import { assert, assertEquals } from "@std/assert";
import { z } from "zod";
import { pluginReference } from "../../plugin/mod.ts";
import { builtins } from "../../registry/builtins.ts";
import { describePlugin, type ParamDescription } from "../../registry/describe.ts";
import { KINDS, tableOfKind } from "../../registry/registries.ts";

Deno.test("describePlugin() tells every parameter with type, default, values and meaning", () => {
  const described = describePlugin({
    kind: "reader",
    name: "crop",
    version: "1.2.3",
    summary: "Crops",
    reference: "https://example.org",
    params: z.strictObject({
      from: pluginReference({ plugin: "reader", gives: "images" }, "What is cropped"),
      side: z.int().min(1).describe("Side in pixels"),
      mode: z.enum(["centre", "corner"]).default("centre").describe("Where"),
    }),
  });
  assertEquals(described, {
    kind: "reader",
    name: "crop",
    version: "1.2.3",
    summary: "Crops",
    reference: "https://example.org",
    formula: null,
    notes: [],
    params: [
      { name: "from", type: "a section that names a reader", required: true, description: "What is cropped" },
      { name: "side", type: "an integer of at least 1", required: true, description: "Side in pixels" },
      {
        name: "mode",
        type: '"centre" or "corner"',
        required: false,
        default: "centre",
        values: ["centre", "corner"],
        description: "Where",
      },
    ],
  });
});

Deno.test("describePlugin() tells the keys of a mapping, also of one that may be null", () => {
  const [searches] = describePlugin(builtins().reader.get("ijb")).params.filter(({ name }) => name === "searches");
  assertEquals(searches!.keys!.map(({ name, required }) => [name, required]), [["galleries", true], ["probes", true]]);
});

function withKeys(param: ParamDescription): ParamDescription[] {
  return [param, ...(param.keys ?? []).flatMap(withKeys)];
}

const registries = builtins();
for (const kind of KINDS) {
  for (const name of tableOfKind(registries, kind).names()) {
    Deno.test(`describePlugin() says what every parameter of ${kind} "${name}" means`, () => {
      const described = describePlugin(tableOfKind(registries, kind).get(name));
      assertEquals(JSON.parse(JSON.stringify(described)), described);
      for (const param of described.params.flatMap(withKeys)) {
        assert(param.description !== "", `${param.name} has no description`);
        assert(param.type !== "a value", `${param.name} does not say what it accepts`);
      }
    });
  }
}
