/**
 * Checks an experiment's folder without running anything: hashes, schemas, what ids and figures say of one another.
 *
 * No module that it names is loaded, and no path in it is followed out of it.
 *
 * @module
 */
import canonicalize from "canonicalize";
import type { Registries } from "../../registry/registries.ts";
import { thawRuns } from "../freeze.ts";
import { runId, type RunIdentity, seedsOf } from "../plan.ts";
import type { RunRecord } from "../record.ts";
import { rescore } from "../rescore.ts";
import type { PlannedRun } from "../resolved.ts";
import { RunFolder } from "../store/folder.ts";
import { readPairs } from "../store/pairs.ts";
import { within } from "../store/paths.ts";
import { type FrozenPlan, readPlan } from "../store/plan.ts";
import { checkCrate, crateProblems, METADATA } from "./crate.ts";
import { differences, readFigures, type RunFigures } from "./figures.ts";
import { checkSums, experimentFiles, isSealed, SUMS } from "./sums.ts";

/** What {@link inspectFolder} found. */
export interface Inspection {
  /** The plan, where it is there and sound. */
  readonly plan: FrozenPlan | undefined;
  /** Its runs. */
  readonly planned: readonly PlannedRun[];
  /** The records that can be read. */
  readonly records: readonly RunRecord[];
  /** Files whose digest is the listed one; `null` where nothing lists digests. */
  readonly matching: number | null;
  /** Whether a digest holds something, and the record of every run that completed or diverged. */
  readonly held: boolean;
  /** Figures that the stored scores give again. */
  readonly rescored: number;
  /** What is damaged or was changed. */
  readonly problems: readonly string[];
  /** What is not wrong, and worth saying. */
  readonly notes: readonly string[];
}

/** Inspects the folder of an experiment, wherever it was copied to. */
export async function inspectFolder(folder: string, registries: Registries): Promise<Inspection> {
  const problems: string[] = [], notes: string[] = [];
  const attempt = async <T>(action: () => T | Promise<T>): Promise<T | undefined> => {
    try {
      return await action();
    } catch (error) {
      if (!(error instanceof SyntaxError || error instanceof TypeError || error instanceof RangeError)) throw error;
      if (!problems.includes(error.message)) problems.push(error.message);
    }
  };
  const { files, links } = await experimentFiles(folder);
  for (const link of links) problems.push(`${link} is a symbolic link: a real file or folder is wanted`);
  const before = problems.length, sums = await attempt(() => checkSums(folder)), absent = problems.length === before;
  const isNamed = (path: string) => links.some((link) => path === link || path.startsWith(`${link}/`));
  for (const path of sums?.linked.filter((path) => !isNamed(path)) ?? []) {
    problems.push(`${path} is listed in ${SUMS} and behind a symbolic link: a real file is wanted`);
  }
  for (const path of sums?.changed ?? []) problems.push(`${path} is not what ${SUMS} lists: it was changed after`);
  for (const path of sums?.missing ?? []) {
    const kept = /\/(?:record\.json|history\.jsonl)$|^rungs\/|^[^/]+$/.test(path);
    (kept ? problems : notes).push(`${path} is listed in ${SUMS} and not there`);
  }
  const crate = await attempt(() => checkCrate(folder));
  // What SHA256SUMS said already is said once.
  const said = new Set([...sums?.changed ?? [], ...sums?.linked ?? [], ...links]);
  if (crate) problems.push(...crateProblems(crate).filter(({ path }) => !said.has(path)).map(({ text }) => text));
  if (crate) notes.push(`${crate.matching.length} files are what ${METADATA} lists`);
  const plan = await attempt(async () => await readPlan(await within(folder, "plan.json")));
  const planned = plan && await attempt(() => thawRuns(plan)) || [];
  const figures = await attempt(() => readFigures(folder));
  const records: RunRecord[] = [];
  // Runs share their pairs.
  const pairs = new Map<string, ReturnType<typeof readPairs>>();
  const pairsOf = (digest: string) => {
    if (!pairs.has(digest)) pairs.set(digest, readPairs(folder, digest));
    return pairs.get(digest)!;
  };
  let rescored = 0;
  for (const path of files.filter((path) => path.endsWith("/record.json"))) {
    const run = new RunFolder(`${folder}/${path.slice(0, 12)}`);
    const record = await attempt(() => run.readRecord());
    if (!record) continue;
    records.push(record);
    const told = recordProblems(record, path.slice(0, 12), figures?.get(record.id));
    problems.push(...told.map((text) => `${path}: ${text}`));
    if (links.length > 0) continue;
    const store = { folder: () => Promise.resolve(run), readPairs: (_: string, digest: string) => pairsOf(digest) };
    for (const one of await attempt(() => rescore(record, store, registries)) ?? []) {
      if (one.agrees) rescored++;
      else {
        const { evaluation, metric, recorded, rescored } = one;
        problems.push(`${path}: ${evaluation}.${metric} is ${recorded}, its stored scores give ${rescored}`);
      }
    }
  }
  const open = new Set(records.filter((record) => !isSealed(record)).map(({ id }) => id));
  const matching = new Set(sums?.matching), digests = new Set([...matching, ...crate?.matching ?? []]);
  const held = digests.size > 0 && records.every(({ id }) => open.has(id) || digests.has(`${id}/record.json`));
  const unlisted = (sums?.unlisted ?? []).filter((path) => !open.has(path.slice(0, 12)));
  if (unlisted.length > 0) {
    notes.push(`${unlisted.join(", ")}: not listed in ${SUMS}, "collate" of the plan writes it anew`);
  }
  if (sums && open.size > 0) {
    const ended = open.size === 1 ? "the run" : "their runs";
    notes.push(
      `${open.size} of ${records.length} records: held to no digest, ${ended} failed or stopped early and may go on`,
    );
  }
  if (!sums && absent) notes.push(`There is no ${SUMS}: no file is held to a digest`);
  if (!plan && problems.length === 0) notes.push("There is no plan.json: runs are those of the records");
  const done = new Set(records.map(({ id }) => id)), missing = planned.filter(({ id }) => !done.has(id)).length;
  if (missing > 0) notes.push(`${missing} of ${planned.length} planned runs have no record`);
  return { plan, planned, records, matching: sums ? matching.size : null, held, rescored, problems, notes };
}

/** What a record says that does not fit its folder, itself, or the second copy of its figures. */
function recordProblems(record: RunRecord, id: string, figures: RunFigures | undefined): string[] {
  const told: string[] = [], { manifest: { seed, ...row } } = record;
  if (record.id !== id) told.push(`it says its id is "${record.id}"`);
  if (runId(record.identity) !== record.id) told.push("its id is not that of its identity");
  const found = seedsOf(row, record.identity as unknown as RunIdentity)(seed);
  if (canonicalize(found.identity) !== canonicalize(record.identity)) {
    told.push("its identity is not that of its manifest");
  }
  if (record.seed !== seed) told.push(`its seed is ${record.seed}, its manifest has ${seed}`);
  return figures ? [...told, ...differences(record, figures)] : told;
}
