/**
 * Reading every record of an experiment, or their summaries, which an index gives for files that are as they were.
 *
 * @module
 */
import type { RunRecord } from "../record.ts";
import { RunFolder } from "./folder.ts";
import { type IndexEntry, readIndex, stampOf } from "./index_file.ts";
import { type RunSummary, summaryOf } from "./summary.ts";

/** What an experiment holds: its records, and a message for every record that cannot be read. */
export interface ExperimentRecords {
  /** Readable records, sorted by id. */
  readonly records: readonly RunRecord[];
  /** One message for each `record.json` that is damaged. */
  readonly problems: readonly string[];
}

/** What an experiment holds, without the traces of training. */
export interface ExperimentSummaries {
  /** Summaries of the readable records, sorted by id. */
  readonly records: readonly RunSummary[];
  /** One message for each `record.json` that is damaged. */
  readonly problems: readonly string[];
  /** What an index may keep of them. */
  readonly entries: readonly IndexEntry[];
}

/** File systems that keep whole seconds, in two: a file that changed less than this ago may change unseen. */
const UNSETTLED = 2000;

/** Reads every record below an experiment's folder. */
export async function readRecords(folder: string): Promise<ExperimentRecords> {
  const records: RunRecord[] = [], problems: string[] = [];
  for (const id of await runIds(folder)) {
    const record = await readOne(folder, id, problems);
    if (record) records.push(record);
  }
  return { records, problems };
}

/**
 * Reads the summary of every record below an experiment's folder.
 *
 * @param now Milliseconds since 1970.
 */
export async function readSummaries(folder: string, now: number): Promise<ExperimentSummaries> {
  const records: RunSummary[] = [], problems: string[] = [], entries: IndexEntry[] = [];
  const index = await readIndex(folder);
  for (const id of await runIds(folder)) {
    const file = stampOf(`${folder}/${id}/record.json`), known = index.get(id);
    let summary = known && known.stamp === file?.stamp ? known.summary : undefined;
    if (!summary) {
      const record = await readOne(folder, id, problems);
      summary = record && summaryOf(record);
    }
    if (!summary) continue;
    records.push(summary);
    if (file && file.changed < now - UNSETTLED) entries.push({ stamp: file.stamp, summary });
  }
  return { records, problems, entries };
}

/** Reads one record; what is wrong with it is added to the problems. */
async function readOne(folder: string, id: string, problems: string[]): Promise<RunRecord | undefined> {
  try {
    const record = await new RunFolder(`${folder}/${id}`).readRecord();
    if (record !== undefined && record.id !== id) {
      throw new TypeError(`Cannot accept ${folder}/${id}/record.json: it says its id is "${record.id}"`);
    }
    return record;
  } catch (error) {
    if (!(error instanceof SyntaxError || error instanceof TypeError)) throw error;
    problems.push(error.message);
  }
}

async function runIds(folder: string): Promise<string[]> {
  return (await folders(folder)).filter((name) => /^[0-9a-f]{12}$/.test(name));
}

/** Names of the folders in a folder, sorted; symbolic links are not followed. */
export async function folders(path: string): Promise<string[]> {
  const names: string[] = [];
  try {
    for await (const entry of Deno.readDir(path)) if (entry.isDirectory) names.push(entry.name);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return names.sort();
}
