import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import fc from "fast-check";
import type { RunRecord } from "../../experiments/record.ts";
import { openStore } from "../../experiments/store.ts";
import { readIndex, writeIndex } from "../../experiments/store/index_file.ts";
import { readRecords, readSummaries } from "../../experiments/store/records.ts";
import { summaryOf } from "../../experiments/store/summary.ts";
import { seal } from "../../experiments/verify/seal.ts";
import { sampleRecord } from "./sample_record.ts";

const IDS = ["aaaaaaaaaaaa", "bbbbbbbbbbbb", "cccccccccccc", "dddddddddddd"];

/** So late that every file counts as settled. */
const later = () => Date.now() + 60_000;

/** A folder with records of the first three ids. */
async function inExperiment(fn: (folder: string) => Promise<void>): Promise<void> {
  const root = await Deno.makeTempDir(), folder = `${root}/sample`;
  try {
    for (const id of IDS.slice(0, 3)) await write(folder, id);
    await fn(folder);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

async function write(folder: string, id: string, changes: Partial<RunRecord> = {}): Promise<void> {
  await Deno.mkdir(`${folder}/${id}`, { recursive: true });
  await Deno.writeTextFile(`${folder}/${id}/record.json`, JSON.stringify(sampleRecord({ id, ...changes })));
}

/** Writes the index, and waits until the file system's clock has gone on. */
async function index(folder: string): Promise<void> {
  await writeIndex(folder, (await readSummaries(folder, later())).entries);
  await new Promise((resolve) => setTimeout(resolve, 15));
}

/** What the folder's index holds besides what its records say; empty where it is right or of no use. */
async function assertAsRecords(folder: string): Promise<void> {
  const { records, problems } = await readRecords(folder), found = await readSummaries(folder, later());
  assertEquals(found.records, records.map(summaryOf));
  assertEquals(found.problems, problems);
}

Deno.test("readSummaries() takes records that are as they were from the index", () =>
  inExperiment(async (folder) => {
    await index(folder);
    // Told apart from the file by what the index alone says.
    const entries = [...(await readIndex(folder)).values()];
    await writeIndex(folder, entries.map(({ stamp, summary }) => ({ stamp, summary: { ...summary, row: "kept" } })));
    assertEquals((await readSummaries(folder, later())).records.map(({ row }) => row), ["kept", "kept", "kept"]);
    await write(folder, IDS[1]!);
    const { records } = await readSummaries(folder, later());
    assertEquals(records.map(({ row }) => row), ["kept", "ArcFace (0.5)", "kept"]);
  }));

Deno.test("readSummaries() gives what the records say after any changes, whatever the index says", () =>
  inExperiment(async (folder) => {
    const id = fc.constantFrom(...IDS), path = (id: string) => `${folder}/${id}/record.json`;
    const edit = fc.oneof(
      fc.record({ kind: fc.constant("write" as const), id, seed: fc.integer({ min: 0, max: 9 }) }),
      fc.record({ kind: fc.constantFrom("remove" as const, "index" as const, "damage" as const), id }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(edit, { minLength: 1, maxLength: 6 }), async (edits) => {
        await index(folder);
        for (const edit of edits) {
          if (edit.kind === "write") await write(folder, edit.id, { seed: edit.seed });
          else if (edit.kind === "remove") await Deno.remove(path(edit.id)).catch(() => {});
          else if (edit.kind === "damage") await Deno.truncate(path(edit.id), 40).catch(() => {});
          else await index(folder);
        }
        await assertAsRecords(folder);
      }),
      { numRuns: 30, seed: 7 },
    );
  }));

Deno.test("readIndex() holds nothing when any byte of it was changed, or its end is missing", () =>
  inExperiment(async (folder) => {
    await index(folder);
    const path = `${folder}/index.sqlite`, whole = await Deno.readFile(path), kept = await readIndex(folder);
    assertEquals([...kept.keys()], IDS.slice(0, 3));
    await fc.assert(
      fc.asyncProperty(fc.nat(whole.length - 1), fc.integer({ min: 1, max: 255 }), async (at, flip) => {
        const bytes = whole.slice();
        bytes[at]! ^= flip;
        await Deno.writeFile(path, bytes);
        const found = await readIndex(folder);
        // A byte that nothing reads, as the free room of a page, does no harm.
        if (found.size > 0) assertEquals(found, kept);
      }),
      { numRuns: 200, seed: 7 },
    );
    for (const length of [0, 15, 100, 4096, whole.length - 4096, whole.length - 1]) {
      await Deno.writeFile(path, whole.subarray(0, length));
      assertEquals((await readIndex(folder)).size, 0, `${length} bytes`);
      await assertAsRecords(folder);
    }
    await Deno.writeFile(path, crypto.getRandomValues(new Uint8Array(5000)));
    await assertAsRecords(folder);
  }));

Deno.test("readIndex() holds nothing of an index of another form, and follows no link", () =>
  inExperiment(async (folder) => {
    await index(folder);
    const path = `${folder}/index.sqlite`;
    await Deno.rename(path, `${folder}/other.sqlite`);
    await Deno.symlink(`${folder}/other.sqlite`, path);
    assertEquals((await readIndex(folder)).size, 0);
    await Deno.remove(path);
    await Deno.rename(`${folder}/other.sqlite`, path);
    assertEquals((await readIndex(folder)).size, 3);
    const database = new DatabaseSync(path);
    database.exec("UPDATE about SET form = '0 ' || form");
    database.close();
    assertEquals((await readIndex(folder)).size, 0);
    await assertAsRecords(folder);
  }));

Deno.test("readSummaries() has nothing of a file for the index that may yet change within the clock's last tick", () =>
  inExperiment(async (folder) => {
    assertEquals((await readSummaries(folder, Date.now())).entries, []);
    assertEquals((await readSummaries(folder, later())).entries.length, 3);
  }));

Deno.test("seal() leaves an index that no digest is kept of, and that can be deleted; a folder of its name stays", () =>
  inExperiment(async (folder) => {
    const found = await readSummaries(folder, later());
    await seal(folder, found);
    assertEquals((await readIndex(folder)).size, 3);
    assert(!(await Deno.readTextFile(`${folder}/SHA256SUMS`)).includes("sqlite"));
    await Deno.remove(`${folder}/index.sqlite`);
    assertEquals(
      await openStore(folder.slice(0, -"/sample".length)).summaries("sample").then((all) => all.records),
      found.records,
    );
    await Deno.mkdir(`${folder}/index.sqlite`);
    await seal(folder, found);
    await assertAsRecords(folder);
    assertEquals([...Deno.readDirSync(folder)].filter(({ name }) => name.endsWith(".tmp")), []);
  }));

Deno.test("table prints from the index with leave to read alone, and from the records where there is none", () =>
  inExperiment(async (folder) => {
    for (const [seed, id] of IDS.slice(0, 3).entries()) await write(folder, id, { seed });
    await index(folder);
    const entries = [...(await readIndex(folder)).values()];
    await writeIndex(folder, entries.map(({ stamp, summary }) => ({ stamp, summary: { ...summary, row: "kept" } })));
    const path = (name: string) => decodeURIComponent(new URL(`../../${name}`, import.meta.url).pathname);
    const args = ["run", "--quiet", "--no-prompt", "--allow-read", "--ignore-env", `--config=${path("deno.json")}`];
    const table = async () => {
      const command = new Deno.Command("deno", { args: [...args, path("cli.ts"), "table", folder] });
      const { code, stdout, stderr } = await command.output();
      assertEquals(code, 0, new TextDecoder().decode(stderr));
      return new TextDecoder().decode(stdout);
    };
    assertStringIncludes(await table(), "| kept");
    await Deno.remove(`${folder}/index.sqlite`);
    assertStringIncludes(await table(), "| ArcFace (0.5)");
  }));
