import { assertEquals, assertRejects } from "@std/assert";
import { writeWholeFile } from "../../../experiments/dataset/output.ts";
import { inFolder } from "./sets.ts";

/** Takes away what is to take the place of a file, so that it cannot. */
async function removeTemporary(folder: string): Promise<void> {
  for await (const { name } of Deno.readDir(folder)) if (name.endsWith(".tmp")) await Deno.remove(`${folder}/${name}`);
}

Deno.test("writeWholeFile() puts back what was there when the new file cannot take its place", () =>
  inFolder(async (folder) => {
    const path = `${folder}/a.bin`;
    await Deno.writeTextFile(path, "old");
    await assertRejects(
      () => writeWholeFile(path, { force: true }, () => removeTemporary(folder)),
      Deno.errors.NotFound,
    );
    assertEquals((await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name), ["a.bin"]);
    assertEquals(await Deno.readTextFile(path), "old");
  }));
