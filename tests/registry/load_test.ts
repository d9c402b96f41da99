import { assertEquals, assertRejects } from "@std/assert";
import { z } from "zod";
import { defineHead } from "../../losses/head.ts";
import { builtins } from "../../registry/builtins.ts";
import { loadPlugins, type ModuleLoader } from "../../registry/load.ts";

const registries = builtins();
const definition = {
  name: "mine",
  version: "0.1.0",
  summary: "A head of my own",
  reference: "https://example.org",
  params: z.strictObject({ m: z.number().default(1).describe("Margin") }),
  create: () => {
    throw new Error("not made in these tests");
  },
  size: () => 0,
};

function loaderOf(module: Record<string, unknown>): ModuleLoader {
  return { import: () => Promise.resolve(module), hash: () => Promise.resolve("ab".repeat(32)) };
}

function load(module: Record<string, unknown>, specifier = "./mine.ts") {
  return loadPlugins(registries, specifier, "m.yaml", loaderOf(module));
}

Deno.test("loadPlugins() adds what a module exports and tells where it came from", async () => {
  const mine = defineHead(definition);
  const { registries: extended, plugins } = await load({ mine, again: mine, helper: () => 1, table: { a: 1 } });
  assertEquals(extended.head.source("mine"), "./mine.ts");
  assertEquals(registries.head.find("mine"), undefined);
  const sha256 = "ab".repeat(32);
  assertEquals(plugins, [{ kind: "head", name: "mine", version: "0.1.0", specifier: "./mine.ts", sha256 }]);
});

Deno.test("loadPlugins() takes an npm specifier with its version", async () => {
  for (
    const specifier of ["npm:@me/heads@1.2.3", "npm:heads@1.2.3/more.js", "npm:/heads@1.2.3", "../up.ts", "/a/b.ts"]
  ) {
    const { plugins } = await load({ mine: defineHead(definition) }, specifier);
    assertEquals(plugins[0]!.specifier, specifier);
  }
});

Deno.test("loadPlugins() refuses specifiers that are not pinned or of another form", async () => {
  const cases: [string, string][] = [
    ["npm:@me/heads", "it names no version"],
    ["npm:heads@^1.2", 'the version "^1.2" is a range'],
    ["npm:heads@latest", 'the version "latest" is a range'],
    ["heads", "wanted a path such as ./my_head.ts"],
    ["https://example.org/head.ts", "wanted a path such as ./my_head.ts"],
  ];
  for (const [specifier, why] of cases) {
    await assertRejects(() => load({}, specifier), RangeError, `Cannot load plugins from "${specifier}": ${why}`);
  }
});

Deno.test("loadPlugins() says why a module cannot be used", async () => {
  const { create: _, ...noCreate } = { ...definition, kind: "head" };
  const cases: [Record<string, unknown>, string][] = [
    [{}, 'Cannot load plugins from "./mine.ts": it exports nothing'],
    [{ f: 1 }, 'Cannot load plugins from "./mine.ts": it exports "f", none a plugin'],
    [{ h: { ...definition, kind: "haed" } }, 'its kind is "haed", known kinds are'],
    [{ h: { ...definition, kind: "head", name: "My Head" } }, "its name must be lower-case words joined by hyphens"],
    [{ h: { ...definition, kind: "head", version: "1" } }, "its version must be three numbers"],
    [{ h: { ...definition, kind: "head", summary: undefined } }, "summary must be a text, found nothing"],
    [{ h: { ...definition, kind: "head", params: z.object({}) } }, "its params must be a z.strictObject"],
    [{ h: { ...definition, kind: "head", params: {} } }, "its params must be a z.strictObject"],
    [{ h: noCreate }, 'Cannot load plugin "h" of "./mine.ts": a head must have a function "create"'],
    [
      { h: { ...definition, kind: "head", params: z.strictObject({ weight: z.number() }) } },
      'it may not have a parameter "weight"',
    ],
    [
      { h: { ...definition, kind: "head", name: "arcface" } },
      'Cannot add head "arcface" of ./mine.ts: the name is taken by built-in',
    ],
  ];
  for (const [module, why] of cases) await assertRejects(() => load(module), TypeError, why);
});

Deno.test("loadPlugins() passes on why an import failed", async () => {
  const loader: ModuleLoader = {
    import: () => Promise.reject(new SyntaxError("Unexpected token\n  at mine.ts:3")),
    hash: () => Promise.resolve(""),
  };
  await assertRejects(
    () => loadPlugins(registries, "./mine.ts", "m.yaml", loader),
    TypeError,
    'Cannot load plugins from "./mine.ts": the module cannot be imported, Unexpected token',
  );
});
