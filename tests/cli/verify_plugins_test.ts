/// `verify` and plugins of a folder: what is executed, and what is not.
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { type FrozenPlan, planDigest } from "../../experiments/store/plan.ts";
import { cli, inFolder } from "./in_folder.ts";
import { HEAD, sweep, TINY } from "./verify_helpers.ts";

/** The tiny sweep with a head of its own, whose module lies in `<folder>/mine`. */
async function ownSweep(folder: string): Promise<{ tiny: string; flags: string[]; plan: FrozenPlan }> {
  const source = (await Deno.readTextFile(HEAD)).replaceAll("../../../", new URL("../../", import.meta.url).href);
  await Deno.mkdir(`${folder}/mine`);
  await Deno.writeTextFile(`${folder}/mine/head.ts`, source);
  const other = source.replace("m: 2 * half", "m: 0").replace(
    "export const",
    "(globalThis as { executed?: boolean }).executed = true;\nexport const",
  );
  await Deno.writeTextFile(`${folder}/mine/other.ts`, other);
  const rows = "ablation: { rows: [{ label: Own, head: { name: half-margin, half: 0.3 } }] }\n";
  const manifest = `plugins: [${folder}/mine/head.ts]\n${TINY.slice(0, TINY.indexOf("ablation:"))}${rows}`;
  const { tiny, flags } = await sweep(folder, manifest);
  return { tiny, flags, plan: JSON.parse(await Deno.readTextFile(`${tiny}/plan.json`)) };
}

/** Gives the plan of a folder another place for its module, as a forger would, with every digest in order. */
async function placeModule(tiny: string, plan: FrozenPlan, module: string, sha256?: string): Promise<void> {
  const plugins = plan.plugins.map((plugin) => ({ ...plugin, module, ...sha256 ? { sha256 } : {} }));
  const changed = { ...plan, plugins };
  await Deno.writeTextFile(`${tiny}/plan.json`, JSON.stringify({ ...changed, digest: planDigest(changed) }));
  await Deno.remove(`${tiny}/SHA256SUMS`);
}

Deno.test("verify says drifted after a head's formula has changed", () =>
  inFolder(async (folder) => {
    const { tiny, flags } = await ownSweep(folder);
    const same = await cli("verify", tiny, ...flags, "--plugin", `${folder}/mine/head.ts`);
    assertEquals(same.code, 0, same.out + same.err);
    const other = await cli("verify", tiny, ...flags, "--plugin", `${folder}/mine/other.ts`);
    assertEquals(other.code, 13, other.out + other.err);
    assertEquals("executed" in globalThis, true);
    assertStringIncludes(other.out, 'The module of head "half-margin" has changed since it was planned');
  }));

Deno.test("verify executes no module of a folder without being asked to, and none outside of it", () =>
  inFolder(async (folder) => {
    const { tiny, flags, plan } = await ownSweep(folder);
    delete (globalThis as { executed?: boolean }).executed;
    const silent = await cli("verify", tiny, ...flags);
    assertEquals(silent.code, 12, silent.out + silent.err);
    assertMatch(
      silent.out,
      /it needs head "half-margin" as planned, .* only with --plugin MODULE, as \S+\/mine\/head\.ts is not in \S+tiny$/m,
    );
    await Deno.copyFile(`${folder}/mine/other.ts`, `${tiny}/other.ts`);
    await Deno.mkdir(`${tiny}/plugins`);
    await Deno.symlink(`${folder}/mine/other.ts`, `${tiny}/plugins/link.ts`);
    await Deno.symlink(`${folder}/mine`, `${tiny}/plugins/links`);
    for (
      const [module, text] of [
        [`${folder}/mine/other.ts`, "it leads out of"],
        ["../../mine/other.ts", "it leads out of"],
        ["inner/../../../mine/other.ts", "it leads out of"],
        ["file:///other.ts", "it leads out of"],
        ["plugins/link.ts", "it is a symbolic link"],
        ["plugins/links/other.ts", "it is a symbolic link"],
        ["nowhere.ts", "it is not in"],
        ["other.ts", "they are not what was planned, by their SHA-256"],
      ] as const
    ) {
      await placeModule(tiny, plan, module);
      await Deno.writeTextFile(`${tiny}/SHA256SUMS`, "");
      const { code, out, err } = await cli("verify", tiny, ...flags, "--allow-plugins");
      assertEquals(code, 2, `${module}\n${out}${err}`);
      assertStringIncludes(err, text);
      // Not even read, without the flag.
      assertEquals((await cli("verify", tiny, ...flags, "--hashes-only")).code, 12);
      assertEquals((await cli("verify", tiny, ...flags)).code, 12);
    }
    await Deno.copyFile(`${folder}/mine/head.ts`, `${tiny}/plugins/head.ts`);
    await placeModule(tiny, plan, "plugins/head.ts");
    assertStringIncludes((await cli("verify", tiny, ...flags)).out, "is executed only with --allow-plugins\n");
    const allowed = await cli("verify", tiny, ...flags, "--allow-plugins");
    assertEquals(allowed.code, 0, allowed.out + allowed.err);
    assertEquals("executed" in globalThis, false);
  }));
