/// `cite`: what runs used.
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { cli } from "./in_folder.ts";

const where = new URL("../../results/omniglot-table2", import.meta.url).pathname;

Deno.test("cite prints BibTeX of what the committed runs used, the same each time, and CSL-JSON of the same", async () => {
  const { code, out, err } = await cli("cite", where);
  assertEquals([code, err], [0, ""]);
  for (const key of ["deng2019arcface", "lake2015human", "wang2018cosface", "smilkov2019tensorflow", "marginlab2026"]) {
    assertStringIncludes(out, `{${key},`);
  }
  assert(!out.includes("adaface"));
  assertEquals((await cli("cite", where)).out, out);
  const items: { id: string }[] = JSON.parse((await cli("cite", where, "--format", "csl-json")).out);
  assertEquals(items.map(({ id }) => id), [...out.matchAll(/^@\w+\{(.*),$/gm)].map(([, key]) => key));
});

Deno.test("cite of what is no experiment exits 2", async () => {
  const { code, err } = await cli("cite", "nowhere", "--out", "/nonexistent");
  assertEquals(code, 2);
  assertStringIncludes(err, 'Cannot find experiment "nowhere"');
});
