import { assertEquals } from "@std/assert";
import { checkDocs } from "../../tools/check_docs.ts";

/** Checks a package of two files that exports the first. */
async function check(mod: string, other = ""): Promise<string[]> {
  const root = await Deno.realPath(await Deno.makeTempDir());
  try {
    await Deno.writeTextFile(`${root}/deno.json`, JSON.stringify({ exports: "./mod.ts" }));
    await Deno.writeTextFile(`${root}/mod.ts`, mod);
    await Deno.writeTextFile(`${root}/other.ts`, other);
    return await checkDocs(root);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

const HEADER = "/**\n * A package.\n *\n * @module\n */\n";

Deno.test("checkDocs() accepts exports that are documented", async () => {
  assertEquals(await check(`${HEADER}/** One. */\nexport const one: number = 1;\n`), []);
});

Deno.test("checkDocs() reports an export without a sentence", async () => {
  assertEquals(await check(`${HEADER}/** One. */\nexport const one: number = 1;\nexport const two: number = 2;\n`), [
    "mod.ts:8: exported symbol is missing JSDoc documentation; add a JSDoc sentence",
  ]);
});

Deno.test("checkDocs() reports a type of ours that is used by an export but not exported", async () => {
  const mod = `${HEADER}import type { Size } from "./other.ts";\n/** One. */\nexport const one: Size = 1;\n`;
  assertEquals(await check(mod, "/** A size. */\nexport type Size = number;\n"), [
    "mod.ts:8: public type 'one' references private type 'Size'; export it from the room's mod.ts",
  ]);
});
