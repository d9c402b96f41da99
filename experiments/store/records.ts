/**
 * Reading every record of an experiment, or their summaries, which an index gives for files that are as they were.
 *
 * @module
 */
import type { RunRecord } from "../record.ts";
import { RunFolder } from "./folder.ts";
import { isRunId, linkProblem } from "./paths.ts";
import { type IndexEntry, readIndex, stampOf } from "./index_file.ts";
import { type RunSummary, summaryOf } from "./summary.ts";

/** What an experiment holds: its records, and a message for every record that cannot be read. */
export interface ExperimentRecords {
  /** Readable records, sorted by id. */
  readonly records: readonly RunRecord[];
  /** One message for each `record.json` that is damaged or a symbolic link, and each run's folder that is one. */
  readonly problems: readonly string[];
}

/** What an experiment holds, without the traces of training. */
export interface ExperimentSummaries {
  /** Summaries of the readable records, sorted by id. */
  readonly records: readonly RunSummary[];
  /** One message for each `record.json` that is damaged or a symbolic link, and each run's folder that is one. */
  readonly problems: readonly string[];
  /** What an index may keep of them. */
  readonly entries: readonly IndexEntry[];
}

/** File systems that keep whole seconds, in two: a file that changed less than this ago may change unseen. */
const UNSETTLED = 2000;

/** How many records are read at a time. */
const AT_ONCE = 32;

/** Reads every record below an experiment's folder. */
export async function readRecords(folder: string): Promise<ExperimentRecords> {
  const { ids, problems } = await runIds(folder), records: RunRecord[] = [];
  for await (const found of readEach(folder, ids)) {
    if (found instanceof Error) problems.push(found.message);
    else if (found) records.push(found);
  }
  return { records, problems };
}

/**
 * Reads the summary of every record below an experiment's folder.
 *
 * @param now Milliseconds since 1970.
 */
export async function readSummaries(folder: string, now: number): Promise<ExperimentSummaries> {
  const { ids, problems } = await runIds(folder), summaries = new Map<string, RunSummary>();
  const index = await readIndex(folder);
  const files = new Map(ids.map((id) => [id, stampOf(`${folder}/${id}/record.json`)]));
  for (const [id, file] of files) {
    const known = index.get(id);
    if (known && known.stamp === file?.stamp) summaries.set(id, known.summary);
  }
  for await (const found of readEach(folder, ids.filter((id) => !summaries.has(id)))) {
    if (found instanceof Error) problems.push(found.message);
    else if (found) summaries.set(found.id, summaryOf(found));
  }
  const records = ids.flatMap((id) => summaries.get(id) ?? []);
  const entries = records.flatMap((summary) => {
    const file = files.get(summary.id);
    return file && file.changed < now - UNSETTLED ? [{ stamp: file.stamp, summary }] : [];
  });
  return { records, problems, entries };
}

/** Reads records, in the order of their ids and some at a time: the next are on their way while one is parsed. */
async function* readEach(folder: string, ids: readonly string[]): AsyncGenerator<RunRecord | Error | undefined> {
  for (let at = 0; at < ids.length; at += AT_ONCE) {
    yield* await Promise.all(ids.slice(at, at + AT_ONCE).map((id) => readOne(folder, id)));
  }
}

/** Reads one record, or gives what is wrong with it. */
async function readOne(folder: string, id: string): Promise<RunRecord | Error | undefined> {
  try {
    const record = await new RunFolder(`${folder}/${id}`).readRecord();
    if (record !== undefined && record.id !== id) {
      throw new TypeError(`Cannot accept ${folder}/${id}/record.json: it says its id is "${record.id}"`);
    }
    return record;
  } catch (error) {
    if (!(error instanceof SyntaxError || error instanceof TypeError || error instanceof RangeError)) throw error;
    return error;
  }
}

/** Ids of the runs that have a folder, and a message for each whose folder is a symbolic link, which is not followed. */
async function runIds(folder: string): Promise<{ readonly ids: string[]; readonly problems: string[] }> {
  const runs = (await entries(folder)).filter(({ name }) => isRunId(name));
  return {
    ids: runs.filter(({ isDirectory }) => isDirectory).map(({ name }) => name),
    problems: runs.filter(({ isSymlink }) => isSymlink).map(({ name }) => linkProblem(`${folder}/${name}`)),
  };
}

/** Names of the folders in a folder, sorted; symbolic links are not followed. */
export async function folders(path: string): Promise<string[]> {
  return (await entries(path)).filter(({ isDirectory }) => isDirectory).map(({ name }) => name);
}

async function entries(path: string): Promise<Deno.DirEntry[]> {
  const found: Deno.DirEntry[] = [];
  try {
    for await (const entry of Deno.readDir(path)) found.push(entry);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return found.sort((a, b) => a.name < b.name ? -1 : 1);
}
