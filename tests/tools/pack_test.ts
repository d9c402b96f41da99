import { assert, assertEquals, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import { commonFolder, pack, parsePackOptions } from "../../tools/pack.ts";
import { PROGRAMS } from "../../tools/pack/bundle.ts";
import { scripts } from "../../tools/pack/scripts.ts";

Deno.test("a pack's flags are read, and what is wrong with them said", () => {
  const options = parsePackOptions(["a.yaml", "--out", "there", "--gpu", "--data=d"]);
  assertEquals(options, { manifest: "a.yaml", out: "there", gpu: true, deno: true, data: "d" });
  assertThrows(() => parsePackOptions(["--out=x"]), SyntaxError, "found 0 manifests");
  assertThrows(() => parsePackOptions(["a.yaml"]), SyntaxError, "no --out");
  assertThrows(() => parsePackOptions(["a.yaml", "--zip"]), SyntaxError, '"--zip"');
});

Deno.test("commonFolder() is the deepest folder of all paths", () => {
  assertEquals(commonFolder(["/a/b/c.yaml"]), "/a/b/");
  assertEquals(commonFolder(["/a/b/c.yaml", "/a/base.yaml"]), "/a/");
  assertEquals(commonFolder(["/a/b/c.yaml", "/ab/c.yaml"]), "/");
});

Deno.test("a pack refuses a folder that has something in it", async () => {
  const out = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${out}/mine`, "");
    const options = { manifest: "experiments/manifests/quickstart.yaml", out, gpu: false, deno: false };
    await assertRejects(() => pack(options), RangeError, 'found "mine"');
  } finally {
    await Deno.remove(out, { recursive: true });
  }
});

Deno.test("what is packed is there, and its scripts ask no network", async () => {
  for (const source of Object.keys(PROGRAMS)) assert((await Deno.stat(source)).isFile);
  const { "run.sh": run = "", ...rest } = scripts("manifests/a.yaml", false);
  assertEquals(rest, {});
  assertStringIncludes(run, "--no-remote --no-npm --cached-only");
  assertStringIncludes(run, "ablate manifests/a.yaml");
  assert("gpu_check.sh" in scripts("manifests/a.yaml", true));
});
