import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { checkLayers } from "../../tools/check_layers.ts";

const IMPORTS = {
  "@std/assert": "./tools/std_assert.ts",
  "@std/yaml": "./tools/std_yaml.ts",
  "@tensorflow/tfjs": "npm:@tensorflow/tfjs@4.22.0",
  "zod": "npm:zod@4.6.7",
};

/** Checks a tree of files, given as path → source. */
async function check(files: Readonly<Record<string, string>>): Promise<string[]> {
  const root = await Deno.makeTempDir();
  try {
    const all = {
      "deno.json": JSON.stringify({ imports: IMPORTS }),
      "tools/std_assert.ts": "export const assert = 1;",
      "tools/std_yaml.ts": "export const parse = 1;",
      ...files,
    };
    for (const [path, source] of Object.entries(all)) {
      await Deno.mkdir(`${root}/${path}`.replace(/\/[^/]*$/, ""), { recursive: true });
      await Deno.writeTextFile(`${root}/${path}`, source);
    }
    return await checkLayers(await Deno.realPath(root));
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

const LEAF = "export const a = 1;\n";

Deno.test("checkLayers() accepts the arrows of ARCHITECTURE.md", async () => {
  const files = {
    "plugin/mod.ts": LEAF,
    "tensor/tf.ts": 'import "@tensorflow/tfjs";\n' + LEAF,
    "losses/a.ts": 'import "zod";\nimport "../plugin/mod.ts";\nexport * from "../tensor/tf.ts";\n',
    "training/a.ts": 'import type { a } from "../losses/a.ts";\nexport type A = typeof a;\n',
    "registry/a.ts": 'import "../training/a.ts";\n',
    "experiments/a.ts":
      'import "node:path";\nimport "@std/yaml";\nimport j from "../deno.json" with { type: "json" };\nj;\n',
    "cli/a.ts": 'import "../experiments/a.ts";\n',
    "cli.ts": 'import "./cli/a.ts";\nimport "./registry/a.ts";\n',
    "mod.ts": 'export * from "./losses/a.ts";\n',
    "tests/losses/a_test.ts": 'import "@std/assert";\nimport "../../losses/a.ts";\nimport "../../cli.ts";\n',
  };
  assertEquals(await check(files), []);
});

const BROKEN: readonly (readonly [string, Readonly<Record<string, string>>, string])[] = [
  [
    "an arrow that points up",
    { "losses/a.ts": '\nimport "../training/b.ts";', "training/b.ts": LEAF },
    "losses/a.ts:2: ",
  ],
  ["plugin rooms that import one another", {
    "losses/a.ts": 'import "../backbones/b.ts";',
    "backbones/b.ts": LEAF,
  }, "imports backbones/b.ts, but losses may import only plugin, tensor; "],
  ["an arrow of a type", {
    "tensor/a.ts": 'import type { a } from "../plugin/b.ts";\nexport type A = typeof a;',
    "plugin/b.ts": LEAF,
  }, "imports plugin/b.ts, but tensor may import no other room"],
  ["a dynamic import", { "datasets/a.ts": 'await import("../evaluation/b.ts");', "evaluation/b.ts": LEAF }, "a.ts:1: "],
  ["mod.ts on cli.ts", { "mod.ts": 'import "./cli.ts";', "cli.ts": LEAF }, "imports cli.ts, but mod may import only"],
  [
    "a room on tests",
    { "reports/a.ts": 'import "../tests/b.ts";', "tests/b.ts": LEAF },
    "imports tests/b.ts, but reports",
  ],
  ["a folder that is no room", { "utils/a.ts": 'import "../plugin/b.ts";', "plugin/b.ts": LEAF }, "is in no room"],
  ["tfjs outside of tensor/", { "losses/a.ts": 'import "@tensorflow/tfjs";' }, "import from tensor/tf.ts"],
  ["assertions outside of tests", { "losses/a.ts": 'import "@std/assert";' }, "is for tests; take it out of losses"],
  [
    "an unlisted package",
    { "bench/a.ts": 'import "npm:is-odd@3.0.1";' },
    'imports "npm:is-odd@3.0.1", which deno.json',
  ],
  ["Node in the core", { "evaluation/a.ts": 'import "node:path";' }, "hand it in from experiments/ or cli.ts"],
];

for (const [what, files, wanted] of BROKEN) {
  Deno.test(`checkLayers() reports ${what}`, async () => {
    const problems = await check(files);
    assertEquals(problems.length, 1, problems.join("\n"));
    assertStringIncludes(problems[0]!, wanted);
  });
}

Deno.test("checkLayers() reports a circle of imports, but not one of types", async () => {
  const files = {
    "losses/a.ts": 'import { b } from "./b.ts";\nexport const a: number = b;\n',
    "losses/b.ts": 'import type { a } from "./a.ts";\nexport const b = 1 as typeof a;\n',
  };
  assertEquals(await check(files), []);
  assertEquals(await check({ ...files, "losses/b.ts": '\nexport { a as b } from "./a.ts";\n' }), [
    "losses/a.ts:1: imports in a circle, losses/a.ts → losses/b.ts → losses/a.ts; " +
    "move what both need into a file of its own",
  ]);
});

Deno.test("checkLayers() names a file that cannot be parsed", async () => {
  await assertRejects(() => check({ "losses/a.ts": "export const = ;" }), SyntaxError, "losses/a.ts");
});
