import { assertEquals } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import { type IndexEntry, readIndex, writeIndex } from "../../experiments/store/index_file.ts";
import { summaryOf } from "../../experiments/store/summary.ts";
import { sampleRecord } from "./sample_record.ts";

const ENTRY: IndexEntry = { stamp: "1 2 3", summary: summaryOf(sampleRecord({})) };
const PAGE = 4096;

/** Hands a folder with an index of one run, which holds something as long as nothing was done to it. */
async function inFolder(fn: (folder: string, path: string) => void | Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await writeIndex(folder, [ENTRY]);
    assertEquals((await readIndex(folder)).size, 1);
    await fn(folder, `${folder}/index.sqlite`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function change(path: string, sql: string): void {
  using database = new DatabaseSync(path);
  database.exec(sql);
}

/** Asserts that the index holds nothing, and that nothing else came to be in its folder. */
async function assertRefused(folder: string): Promise<void> {
  const names = () => [...Deno.readDirSync(folder)].map(({ name }) => name).sort(), before = names();
  assertEquals((await readIndex(folder)).size, 0);
  assertEquals(names(), before);
}

Deno.test("readIndex() asks nothing of a view, which could go on for ever", () =>
  inFolder(async (folder, path) => {
    change(
      path,
      "DROP TABLE parts; CREATE VIEW parts AS WITH RECURSIVE n(at) AS (SELECT 1 UNION ALL SELECT at + 1 FROM n) " +
        "SELECT at, '1' AS part FROM n",
    );
    await assertRefused(folder);
  }));

Deno.test("readIndex() uses no index with tables or columns besides its own", async (t) => {
  const foreign = {
    "a view": "CREATE VIEW more AS SELECT 1",
    "an index": "CREATE INDEX more ON runs (stamp)",
    "a column that is computed":
      "DROP TABLE runs; CREATE TABLE runs (at INTEGER PRIMARY KEY, stamp, summary AS (stamp))",
  };
  for (const [name, sql] of Object.entries(foreign)) {
    await t.step(name, () =>
      inFolder(async (folder, path) => {
        change(path, sql);
        await assertRefused(folder);
      }));
  }
});

Deno.test("readIndex() leaves an index with a log of changes alone, beside which SQLite would write", () =>
  inFolder(async (folder, path) => {
    for (const log of ["-wal", "-journal"]) {
      await Deno.writeTextFile(path + log, "");
      await assertRefused(folder);
      await Deno.remove(path + log);
    }
    assertEquals((await readIndex(folder)).size, 1);
    change(path, "PRAGMA journal_mode = WAL");
    await assertRefused(folder);
  }));

Deno.test("readIndex() ends where pages of an index lead to the same pages again and again", () =>
  inFolder(async (folder, path) => {
    const whole = await Deno.readFile(path), levels = 12, pages = whole.length / PAGE;
    const bytes = new Uint8Array(whole.length + levels * PAGE), view = new DataView(bytes.buffer);
    bytes.set(whole);
    // The leaf with the parts goes to the end; its place and the pages after it lead on, 500 times each.
    bytes.copyWithin((pages + levels - 1) * PAGE, PAGE, 2 * PAGE);
    writeBranch(bytes, PAGE, pages + 1);
    for (let level = 0; level < levels - 1; level++) writeBranch(bytes, (pages + level) * PAGE, pages + level + 2);
    view.setUint32(28, pages + levels);
    await Deno.writeFile(path, bytes);
    await assertRefused(folder);
  }));

/** Writes a page of a table of which every cell leads to one other page. */
function writeBranch(bytes: Uint8Array, at: number, to: number): void {
  const view = new DataView(bytes.buffer, at, PAGE), cells = 500;
  bytes.fill(0, at, at + PAGE);
  view.setUint8(0, 5);
  view.setUint16(3, cells);
  view.setUint16(5, PAGE - cells * 5);
  view.setUint32(8, to);
  for (let cell = 0; cell < cells; cell++) {
    const place = PAGE - (cell + 1) * 5;
    view.setUint16(12 + cell * 2, place);
    view.setUint32(place, to);
    view.setUint8(place + 4, 1);
  }
}
