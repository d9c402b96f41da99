import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { createHash } from "node:crypto";
import { loadManifest, ManifestError } from "../../experiments/manifest.ts";
import { moduleLoader } from "../../experiments/plugins.ts";
import { base, fixtures, problemsOf, registries } from "./manifest_helpers.ts";

const options = { read: (path: string) => Deno.readTextFile(path), registries, loader: moduleLoader() };

Deno.test("loadManifest() loads a head of the user's own and hashes its module", async () => {
  const manifest = await loadManifest(`${fixtures}own_head.yaml`, options);
  const sha256 = createHash("sha256").update(await Deno.readFile(`${fixtures}half_margin.ts`)).digest("hex");
  assertEquals(manifest.plugins, [
    { kind: "head", name: "half-margin", version: "0.1.0", specifier: "./half_margin.ts", sha256 },
  ]);
  assertEquals(manifest.rows[0]!.run.head, { name: "half-margin", half: 0.2 });
  assertEquals(manifest.registries.head.source("half-margin"), "./half_margin.ts");
  assertEquals(registries.head.find("half-margin"), undefined);
});

Deno.test("a plugin's own parameters are checked as strictly as the built-in ones", async () => {
  const overrides = ["head.halve=0.1"];
  const error = await assertRejects(
    () => loadManifest(`${fixtures}own_head.yaml`, { ...options, overrides }),
    ManifestError,
  );
  assertStringIncludes(error.message, '--set head.halve=0.1:1:7: Unknown key "halve" of head "half-margin"');
  assertStringIncludes(error.message, 'Did you mean "half" (Half of the margin, in radians)?');
});

Deno.test("a module that is not there is told where it is named", async () => {
  const lines = await problemsOf(base + "plugins: [./nowhere.ts]\n", { loader: moduleLoader() });
  assertEquals(lines.length, 1);
  assertStringIncludes(
    lines[0]!,
    'm.yaml:11:11: Cannot load plugins from "./nowhere.ts": the module cannot be imported',
  );
});

Deno.test("a plugin that failed to load is not told again as an unknown name", async () => {
  const text = base.replace("name: arcface", "name: mine") + "plugins: [./nowhere.ts]\n";
  assertEquals((await problemsOf(text, { loader: moduleLoader() })).length, 1);
});

Deno.test("moduleLoader() imports a pinned npm module and hashes its entry file", async () => {
  const { import: load, hash } = moduleLoader();
  assertEquals(typeof (await load("npm:canonicalize@5.1.0", "m.yaml"))["default"], "function");
  const entry = new URL(import.meta.resolve("canonicalize"));
  const sha256 = createHash("sha256").update(await Deno.readFile(entry)).digest("hex");
  assertEquals(await hash("npm:canonicalize@5.1.0", "m.yaml"), sha256);
});
