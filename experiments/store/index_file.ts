/**
 * `index.sqlite` of an experiment: the summaries of its records, by the size and times of their files.
 *
 * It is a cache. One that is absent, damaged or of another version holds nothing, and it is never changed in place: a new
 * one takes its name. It may have come with a folder from anywhere: SQLite reads it only where it is of the form that
 * {@link writeIndex} gives, so that reading ends, and writes nothing.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { DatabaseSync } from "node:sqlite";
import { isThere } from "./atomic.ts";
import { within } from "./paths.ts";
import { type RunSummary, SUMMARY_FIELDS } from "./summary.ts";

const NAME = "index.sqlite";

/** What a summary's form is known by: an index of other fields is not read. */
const FORM = `2 ${SUMMARY_FIELDS.join()}`;

/** The tables, as SQLite keeps them in its first page. */
const TABLES = [
  "CREATE TABLE parts (at INTEGER PRIMARY KEY, part TEXT)",
  "CREATE TABLE runs (at INTEGER PRIMARY KEY, stamp TEXT, summary TEXT)",
  "CREATE TABLE about (form TEXT, digest TEXT)",
];

/** Fields that many runs of a sweep have alike, and so has each field of their manifests: the index holds each value once. */
const SHARED = ["backend", "environment", "data"] as const;

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
    if (!await isPlain(path)) return new Map();
    using database = new DatabaseSync(path, { readOnly: true });
    const tables = database.prepare("SELECT sql FROM sqlite_master ORDER BY rowid").all().map(({ sql }) => sql);
    return tables.join() === TABLES.join() ? entriesOf(database, (await Deno.stat(path)).size) : new Map();
  } catch {
    return new Map();
  }
}

/** Whether a file's first page holds as many tables as ours and no more, and no log of changes belongs to it. */
async function isPlain(path: string): Promise<boolean> {
  if (!(await Deno.lstat(path)).isFile) return false;
  for (const log of ["-wal", "-shm", "-journal"]) if (await isThere(path + log)) return false;
  const head = new Uint8Array(105);
  using file = await Deno.open(path);
  if (await file.read(head) !== head.length) return false;
  // Versions of writer and reader: 1, without a write-ahead log. Then the kind of the first page, a leaf, and its rows.
  return head[18] === 1 && head[19] === 1 && head[100] === 13 && head[103] === 0 && head[104] === TABLES.length;
}

/** @param size Bytes of the file, which rows can exceed only where pages of it are gone through again and again. */
function entriesOf(database: DatabaseSync, size: number): ReadonlyMap<string, IndexEntry> {
  const { form, digest } = database.prepare("SELECT form, digest FROM about").get()!;
  const entries = new Map<string, IndexEntry>(), parts: unknown[] = [], hash = createHash("sha256");
  if (form !== FORM) return entries;
  let left = size;
  const take = (row: string) => {
    hash.update(row);
    if ((left -= row.length) < 0) throw new RangeError("Cannot read the index: its rows are more than its bytes");
  };
  for (const { part } of database.prepare("SELECT part FROM parts ORDER BY at").iterate()) {
    take(`${part}\n`);
    parts.push(JSON.parse(String(part)));
  }
  for (const { stamp, summary } of database.prepare("SELECT stamp, summary FROM runs ORDER BY at").iterate()) {
    take(`${stamp}\n${summary}\n`);
    const whole = changeShared(JSON.parse(String(summary)), (at) => parts[at as number]);
    entries.set(whole.id, { stamp: String(stamp), summary: whole });
  }
  return hash.digest("hex") === digest ? entries : new Map();
}

/** A summary with other values in the place of those that runs share. */
function changeShared(summary: RunSummary, change: (value: unknown) => unknown): RunSummary {
  const manifest = Object.entries(summary.manifest).map(([name, value]) => [name, change(value)]);
  const fields = SHARED.map((name) => [name, change(summary[name])]);
  return { ...summary, ...Object.fromEntries(fields), manifest: Object.fromEntries(manifest) };
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
  for (const table of TABLES) database.exec(table);
  const parts = new Map<string, number>(), rows: [stamp: string, summary: string][] = [];
  const numberOf = (value: unknown) => {
    const part = JSON.stringify(value), at = parts.get(part) ?? parts.size;
    parts.set(part, at);
    return at;
  };
  for (const { stamp, summary } of entries) rows.push([stamp, JSON.stringify(changeShared(summary, numberOf))]);
  const hash = createHash("sha256"), addPart = database.prepare("INSERT INTO parts (part) VALUES (?)");
  for (const part of parts.keys()) {
    hash.update(`${part}\n`);
    addPart.run(part);
  }
  const addRun = database.prepare("INSERT INTO runs (stamp, summary) VALUES (?, ?)");
  for (const row of rows) {
    hash.update(`${row.join("\n")}\n`);
    addRun.run(...row);
  }
  database.prepare("INSERT INTO about VALUES (?, ?)").run(FORM, hash.digest("hex"));
  database.exec("COMMIT");
}
