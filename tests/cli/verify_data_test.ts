/// `verify` and the data that runs are done again on.
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { openStore } from "../../experiments/store.ts";
import { greyPng } from "../datasets/helpers.ts";
import { cli, inFolder } from "./in_folder.ts";
import { copy, TINY } from "./verify_helpers.ts";

Deno.test("verify exits 3 for data that is missing or changed, and reads none outside of the data folder", () =>
  inFolder(async (folder) => {
    const from = "data: { train: { reader: image-folder, path: faces, size: [8, 8], channels: 1 } }";
    const manifest = TINY.replace(/^data: .*$/m, from).replace(/evaluate:[^]*(?=ablation:)/, "evaluate: []\n");
    for (const name of ["a", "b"]) {
      await Deno.mkdir(`${folder}/data/faces/${name}`, { recursive: true });
      for (const i of [1, 2, 3, 4]) {
        await Deno.writeFile(`${folder}/data/faces/${name}/${i}.png`, greyPng(20 * i, 8, 8));
      }
    }
    await Deno.writeTextFile(`${folder}/tiny.yaml`, manifest);
    const args = ["--quiet", "--data", `${folder}/data`, "--out", `${folder}/results`];
    const trained = await cli("ablate", `${folder}/tiny.yaml`, ...args);
    assertEquals(trained.code, 0, trained.err);
    const verify = (data: string, path = "tiny", ...more: string[]) =>
      cli("verify", `${folder}/results/${path}`, "--quiet", "--out", `${folder}/scratch`, "--data", data, ...more);
    const missing = await verify(`${folder}/nothing`);
    assertEquals(missing.code, 3, missing.err);
    assertStringIncludes(missing.err, `${folder}/nothing/faces`);
    await copy(`${folder}/data`, `${folder}/changed`);
    await Deno.remove(`${folder}/changed/faces/a/1.png`);
    const changed = await verify(`${folder}/changed`);
    assertEquals(changed.code, 3, changed.err);
    assertStringIncludes(changed.err, "this data is not that of the runs");
    // The user's own link to data elsewhere works; one that came with the folder does not.
    await Deno.symlink(`${folder}/data`, `${folder}/link`);
    assertStringIncludes((await verify(`${folder}/link`)).out, "0 figures of 1 run");
    await Deno.mkdir(`${folder}/results/tiny/data`);
    await Deno.symlink(`${folder}/data/faces`, `${folder}/results/tiny/data/faces`);
    const inside = await verify(`${folder}/results/tiny/data`);
    assertEquals(inside.code, 2, inside.out);
    assertStringIncludes(inside.err, "is a symbolic link, and came with");
    for (const path of ["../data/faces", `${folder}/data/faces`]) {
      const out = manifest.replace("path: faces", `path: ${path}`).replace("name: tiny", "name: outside");
      await Deno.writeTextFile(`${folder}/tiny.yaml`, out);
      await cli(
        "ablate",
        `${folder}/tiny.yaml`,
        "--quiet",
        "--data",
        `${folder}/changed`,
        "--out",
        `${folder}/results`,
      );
      const { code, err } = await verify(`${folder}/changed`, "outside");
      assertEquals(code, 2, err);
      assertStringIncludes(err, "it leads out of the data folder");
      assertStringIncludes((await verify(`${folder}/changed`, "outside", "--allow-outside")).out, "of 1 run");
      assert((await openStore(`${folder}/results`).records("outside")).records.length > 0);
    }
  }));
