/**
 * What a package is made from, and what its files are.
 *
 * @module
 */
import type { RunRecord } from "../../experiments/record.ts";
import type { Exhibit } from "../exhibit.ts";
import type { Licence } from "./licence.ts";
import type { Party } from "./party.ts";

/** What is said of a package by whoever publishes it. */
export interface CrateAbout {
  /** Title. */
  readonly title: string;
  /** Licence of everything in it. */
  readonly licence: Licence;
  /** Authors; the first one ran the runs. */
  readonly authors: readonly Party[];
  /** Organization of the authors. */
  readonly affiliation?: Party | undefined;
  /** Organization that publishes. */
  readonly publisher?: Party | undefined;
  /** Day of publication, `YYYY-MM-DD`. */
  readonly date: string;
}

/** A file of a package. */
export interface CrateFile {
  /** Path in the package, with forward slashes. */
  readonly path: string;
  /** Size in bytes. */
  readonly size: number;
  /** Lower-case hexadecimal SHA-256. */
  readonly sha256: string;
}

/** A file of a package that is written rather than copied. */
export interface CrateDocument {
  /** Path in the package. */
  readonly path: string;
  /** Its text. */
  readonly content: string;
}

/** A try of a run that failed before the run was tried again. */
export interface FailedTry {
  /** Path of its `failed.json` in the package. */
  readonly path: string;
  /** What it holds. */
  readonly record: RunRecord;
}

/** A user's plugin module in a package. */
export interface CratePlugin {
  /** Its path in the package. */
  readonly path: string;
  /** Where the plan says that it is. */
  readonly module: string;
  /** The plugins in it, each as `head "half-margin"`. */
  readonly names: readonly string[];
  /** Modules beside it that it imports, and that are not packed. */
  readonly imports: readonly string[];
}

/** What is packed. */
export interface CrateSource {
  /** The experiment. */
  readonly exhibit: Exhibit;
  /** What its publisher says. */
  readonly about: CrateAbout;
  /** Tries that failed, of runs that were tried again. */
  readonly tries: readonly FailedTry[];
  /** Users' plugins. */
  readonly plugins: readonly CratePlugin[];
  /** The page on which readers train runs again, where the package has one. */
  readonly reproducible?: CratePage | undefined;
}

/** A page on which readers train runs again. */
export interface CratePage {
  /** Its path in the package. */
  readonly href: string;
  /** Ids of the runs that it can train. */
  readonly ids: ReadonlySet<string>;
  /** Paths, in the package, of the data that it needs. */
  readonly data: readonly string[];
}

/** The records of an exhibit, each once, with the labels of every row that it stands in. */
export function runsOf({ plan, records, others }: Exhibit): { record: RunRecord; rows: readonly string[] }[] {
  const runs = new Map<string, RunRecord>([...records, ...others].map((record) => [record.id, record]));
  return [...runs.values()].map((record) => {
    const rows = plan?.runs.filter(({ id }) => id === record.id).map(({ row }) => row) ?? [];
    return { record, rows: rows.length > 0 ? rows : [record.row] };
  });
}

/** The day of the last run, `YYYY-MM-DD`: when nothing else is said, what was published then. */
export function lastDay({ records, others }: Exhibit): string {
  return [...records, ...others].map(({ finishedAt }) => finishedAt).sort().at(-1)!.slice(0, 10);
}
