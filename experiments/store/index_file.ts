/**
 * `index.sqlite` of an experiment: the summaries of its records, by the size and times of their files.
 *
 * It is a cache. One that is absent, damaged or of another version holds nothing, and it is never changed in place: a new
 * one takes its name.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { DatabaseSync } from "node:sqlite";
import { within } from "./paths.ts";
import { type RunSummary, SUMMARY_FIELDS } from "./summary.ts";

const NAME = "index.sqlite";

/** What a summary's form is known by: an index of other fields is not read. */
const FORM = `1 ${SUMMARY_FIELDS.join()}`;

/** What a record and its file were when the record was read. */
export interface IndexEntry {
  /** Size and times of the file, see {@link stampOf}. */
  readonly stamp: string;
  /** What the record said. */
  readonly summary: RunSummary;
}

/**
 * The size of a file and the times when it was written to and when anything about it changed, which no program can set;
 * `undefined` where the system does not tell, or there is no file.
 */
export function stampOf(path: string): { readonly stamp: string; readonly changed: number } | undefined {
  try {
    const { size, mtime, ctime } = Deno.lstatSync(path);
    if (!mtime || !ctime) return undefined;
    return { stamp: `${size} ${mtime.getTime()} ${ctime.getTime()}`, changed: ctime.getTime() };
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** Reads the index of an experiment's folder; empty where there is none that can be used. */
export async function readIndex(folder: string): Promise<ReadonlyMap<string, IndexEntry>> {
  try {
    const path = await within(folder, NAME);
    if (!(await Deno.stat(path)).isFile) return new Map();
    using database = new DatabaseSync(path, { readOnly: true });
    return entriesOf(database);
  } catch {
    return new Map();
  }
}

function entriesOf(database: DatabaseSync): ReadonlyMap<string, IndexEntry> {
  const { form, digest } = database.prepare("SELECT form, digest FROM about").get()!;
  const entries = new Map<string, IndexEntry>(), hash = createHash("sha256");
  if (form !== FORM) return entries;
  for (const { stamp, summary } of database.prepare("SELECT stamp, summary FROM runs ORDER BY at").iterate()) {
    hash.update(`${stamp}\n${summary}\n`);
    const parsed: RunSummary = JSON.parse(String(summary));
    entries.set(parsed.id, { stamp: String(stamp), summary: parsed });
  }
  return hash.digest("hex") === digest ? entries : new Map();
}

/** Writes the index of an experiment's folder anew; where that cannot be, the one before stays. */
export async function writeIndex(folder: string, entries: Iterable<IndexEntry>): Promise<void> {
  const path = await within(folder, NAME), temporary = `${path}.${crypto.randomUUID().slice(0, 8)}.tmp`;
  try {
    fill(temporary, entries);
    await Deno.rename(temporary, path);
  } catch {
    await Deno.remove(temporary).catch(() => {});
  }
}

function fill(path: string, entries: Iterable<IndexEntry>): void {
  using database = new DatabaseSync(path);
  // What a power failure leaves of it is found by its digest.
  database.exec("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; BEGIN");
  database.exec("CREATE TABLE runs (at INTEGER PRIMARY KEY, stamp TEXT, summary TEXT)");
  const insert = database.prepare("INSERT INTO runs (stamp, summary) VALUES (?, ?)"), hash = createHash("sha256");
  for (const { stamp, summary } of entries) {
    const text = JSON.stringify(summary);
    hash.update(`${stamp}\n${text}\n`);
    insert.run(stamp, text);
  }
  database.exec("CREATE TABLE about (form TEXT, digest TEXT)");
  database.prepare("INSERT INTO about VALUES (?, ?)").run(FORM, hash.digest("hex"));
  database.exec("COMMIT");
}
