/**
 * `SHA256SUMS` of an experiment's folder, which `sha256sum --check SHA256SUMS` reads.
 *
 * @module
 */
import type { RunRecord } from "../record.ts";
import { readTextIfThere, writeAtomically } from "../store/atomic.ts";
import { within } from "../store/paths.ts";
import { checkInside, compareDigests, type DigestCheck, digestOf } from "./digests.ts";

/** Name of the file. */
export const SUMS = "SHA256SUMS";

/** What is listed: whatever a figure rests on; no locks, checkpoints, weights or caches. */
const LISTED =
  /^(?:plan\.json|figures\.json|pairs\/[^/]+\.npz|rungs\/[0-9a-f]{12}\/\d+\.json|[0-9a-f]{12}\/(?:record\.json|history\.jsonl))$/;
const OF_RUN = /^[0-9a-f]{12}\/(?:measures\.jsonl|plane\.json|scores\/[^/]+\.npy|lists\/[^/]+\.txt)$/;
const OF_ANY_RUN = /^[0-9a-f]{12}\//;

/** What a folder holds of what is listed. */
export interface FolderFiles {
  /** Paths of files, sorted. */
  readonly files: readonly string[];
  /** Paths of symbolic links, sorted; none is followed. */
  readonly links: readonly string[];
}

/** Lists the files of an experiment's folder that count; of runs, those that have a record. */
export async function experimentFiles(folder: string): Promise<FolderFiles> {
  const files: string[] = [], links: string[] = [];
  const walk = async (prefix: string, depth: number): Promise<void> => {
    for await (const { name, isFile, isDirectory, isSymlink } of Deno.readDir(`${folder}/${prefix}`)) {
      const path = `${prefix}${name}`;
      if (isSymlink) links.push(path);
      else if (isFile && (LISTED.test(path) || OF_RUN.test(path)) && !path.endsWith(".tmp")) files.push(path);
      else if (
        isDirectory && depth < 2 &&
        /^(?:pairs|rungs(?:\/[0-9a-f]{12})?|[0-9a-f]{12}(?:\/(?:scores|lists))?)$/.test(path)
      ) {
        await walk(`${path}/`, depth + 1);
      }
    }
  };
  await walk("", 0);
  const runs = new Set(files.filter((path) => path.endsWith("/record.json")).map((path) => path.slice(0, 12)));
  const counts = (path: string) => !OF_ANY_RUN.test(path) || runs.has(path.slice(0, 12));
  return { files: files.filter(counts).sort(), links: links.sort() };
}

/** Whether a record stays as it is; a run that failed or was stopped may be tried again, by `run` as by `ablate`. */
export function isSealed({ status }: Pick<RunRecord, "status">): boolean {
  return status === "completed" || status === "diverged";
}

/**
 * Writes `SHA256SUMS` anew.
 *
 * @param sealed Ids of runs whose records stay as they are; of others nothing is listed.
 */
export async function writeSums(folder: string, sealed: ReadonlySet<string>): Promise<void> {
  const { files } = await experimentFiles(folder), lines: string[] = [];
  for (const path of files) {
    if (!OF_ANY_RUN.test(path) || sealed.has(path.slice(0, 12))) {
      lines.push(`${await digestOf(`${folder}/${path}`)}  ${path}\n`);
    }
  }
  await writeAtomically(await within(folder, SUMS), lines.join(""));
}

/** What {@link checkSums} found. */
export interface SumsCheck extends DigestCheck {
  /** Files that are there and not listed. */
  readonly unlisted: readonly string[];
}

/**
 * Holds a folder to its `SHA256SUMS`; `undefined` where it has none.
 *
 * @throws {SyntaxError} naming the line that is no digest and path, or whose path leads out of the folder.
 */
export async function checkSums(folder: string): Promise<SumsCheck | undefined> {
  const text = await readTextIfThere(await within(folder, SUMS));
  if (text === undefined) return undefined;
  const listed = new Map(
    text.split("\n").flatMap((line, i) => line === "" ? [] : [parseLine(line, `${folder}/${SUMS}:${i + 1}`)]),
  );
  const { files } = await experimentFiles(folder);
  return { ...await compareDigests(folder, listed), unlisted: files.filter((path) => !listed.has(path)) };
}

function parseLine(line: string, place: string): [path: string, digest: string] {
  const [, digest, path] = /^([0-9a-f]{64}) [ *](.+)$/.exec(line) ?? [];
  if (digest === undefined || path === undefined) {
    throw new SyntaxError(`Cannot read ${place}: wanted a SHA-256, two spaces and a path`);
  }
  return [checkInside(path, place), digest];
}
