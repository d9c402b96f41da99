/// Two processes at one sweep: what the other one finished counts as done.
import { assertEquals, assertStringIncludes } from "@std/assert";
import { main } from "../../cli/program.ts";
import { openStore } from "../../experiments/store.ts";
import { cli, inFolder } from "./in_folder.ts";

/** Trains `tiny.yaml` while another process holds its first run, and ends it, or does not, once that was told of. */
async function besideAnother(folder: string, command: readonly string[], ends: boolean): Promise<number> {
  const out = `${folder}/results`, store = openStore(out);
  const done = await store.records("tiny"), first = done.records.find(({ row }) => row === "NS")!;
  for (const { id } of done.records) await (await store.folder("tiny", id)).clear();
  const other = await store.folder("tiny", first.id);
  await other.claim();
  let told = "", ended: Promise<void> | undefined;
  const io = {
    out: () => {},
    err: (text: string) => {
      told += text;
      if (ends && told.includes("another process")) ended ??= other.writeRecord(first);
    },
    terminal: false,
  };
  try {
    const code = await main([...command, "--out", out], io, () => {});
    assertStringIncludes(told, "another process");
    return code;
  } finally {
    await ended;
    await other.release();
  }
}

Deno.test("ablate exits 0 where another process has finished the rest meanwhile, and 75 where it is still at it", () =>
  inFolder(async (folder) => {
    const ablate = ["ablate", `${folder}/tiny.yaml`];
    assertEquals((await cli(...ablate, "--out", `${folder}/results`)).code, 0);
    assertEquals(await besideAnother(folder, ablate, true), 0);
    assertEquals(await besideAnother(folder, ablate, false), 75);
  }));
