import { assert, assertEquals, assertMatch } from "@std/assert";
import { createHash } from "node:crypto";
import { codeDigest, digestSources } from "../../experiments/code_digest.ts";

Deno.test("digestSources() is of the rooms' sources and deno.lock, by names and bytes, and of nothing else", async () => {
  const root = await Deno.makeTempDir(), url = new URL(`file://${root}/`);
  const write = async (path: string, text: string) => {
    await Deno.mkdir(`${root}/${path.slice(0, path.lastIndexOf("/"))}`, { recursive: true });
    await Deno.writeTextFile(`${root}/${path}`, text);
  };
  try {
    for (const [path, text] of [["./deno.lock", "{}"], ["losses/a.ts", "1"], ["tensor/simd/b.wasm", "2"]] as const) {
      await write(path, text);
    }
    // By an independent path: what is hashed, written out.
    const expected = createHash("sha256").update("{}\0losses/a.ts\x001\0tensor/simd/b.wasm\x002").digest("hex");
    const first = await digestSources(url);
    assertEquals(first, expected);
    for (const path of ["README.md", "losses/a.md", "tests/a_test.ts", "cli/run.ts", "reports/table.ts", ".git/HEAD"]) {
      await write(`./${path}`, "other");
      assertEquals(await digestSources(url), first, path);
    }
    const seen = new Set([first]);
    for (
      const [path, text] of [["losses/a.ts", "3"], ["./deno.lock", "[]"], ["plugin/c.ts", ""], ["tensor/d.json", "{}"]]
    ) {
      await write(path!, text!);
      const digest = await digestSources(url);
      assert(digest !== null && !seen.has(digest), path);
      seen.add(digest);
    }
    await Deno.rename(`${root}/losses/a.ts`, `${root}/losses/e.ts`);
    assert(!seen.has(await digestSources(url)));
  } finally {
    await Deno.remove(root, { recursive: true });
  }
});

Deno.test("digestSources() gives null for sources that are not on this disk", async () => {
  assertEquals(await digestSources(new URL("https://example.org/marginlab/")), null);
});

Deno.test("codeDigest() is that of this program, and hashes it once", async () => {
  const digest = codeDigest();
  assert(digest === codeDigest());
  assertMatch((await digest)!, /^[0-9a-f]{64}$/);
  assertEquals(await digest, await digestSources(new URL("../../", import.meta.url)));
});
