/**
 * The plan of a manifest: rows × seeds, each run fully resolved and named by what determines its result.
 *
 * @module
 */
import { createHash } from "node:crypto";
import canonicalize from "canonicalize";
import type { Files } from "../datasets/files.ts";
import type { LoadedPlugin } from "../registry/load.ts";
import type { Registries } from "../registry/registries.ts";
import type { Manifest, ManifestRow } from "./manifest.ts";
import { type RowCost, rowCost } from "./plan_cost.ts";
import { type UsedPlugin, usedPlugins } from "./plan_plugins.ts";
import { optionalPathsOf, pathsOf } from "./readers.ts";
import { RECORD_SCHEMA_VERSION } from "./record.ts";
import type { PlannedRun, ResolvedRun, Section } from "./resolved.ts";

export type { RowCost } from "./plan_cost.ts";

/** One row of a plan. */
export interface PlannedRow {
  /** Its name in the table. */
  readonly label: string;
  /** What each of its runs costs; `undefined` where the image shape is known only when the data is opened. */
  readonly cost: RowCost | undefined;
}

/** A frozen plan. */
export interface Plan {
  /** What was planned. */
  readonly manifest: Manifest;
  /** The manifest's rows with their cost. */
  readonly rows: readonly PlannedRow[];
  /** Every run: rows in the manifest's order, seeds within each. */
  readonly runs: readonly PlannedRun[];
  /** Paths of data that is not there, each once; the ids of the runs that want them are provisional. */
  readonly missing: readonly string[];
}

/** What {@link planRuns} is handed. */
export interface PlanOptions {
  /** The data folder; every path is hashed once. */
  readonly files: Files;
}

/** What determines the result of a run; its RFC 8785 form is hashed. */
export type RunIdentity = {
  readonly schemaVersion: number;
  readonly run: ResolvedRun;
  /** Each plugin that the run uses, with its version; users' ones with the SHA-256 of their module. */
  readonly plugins: readonly UsedPlugin[];
  /** SHA-256 of each path that the run reads, images and weights; `null` where it is not there. */
  readonly data: Readonly<Record<string, string | null>>;
};

/**
 * Makes the plan of a manifest. Labels, descriptions and output settings are no part of a run's identity.
 *
 * @throws what `files` throws if data is there and cannot be read.
 */
export async function planRuns(manifest: Manifest, { files }: PlanOptions): Promise<Plan> {
  const digests = new Map<string, string | null>();
  const runs: PlannedRun[] = [];
  for (const row of manifest.rows) {
    const paths = await dataPaths(row, manifest.registries, files);
    for (const path of paths) if (!digests.has(path)) digests.set(path, await digestOf(files, path));
    runs.push(...runsOf(row, manifest, paths, digests));
  }
  return {
    manifest,
    rows: manifest.rows.map(({ label, run }) => ({ label, cost: rowCost(run, manifest.registries) })),
    runs,
    missing: [...digests].filter(([, digest]) => digest === null).map(([path]) => path).sort(),
  };
}

/**
 * Paths that a row reads: those of its readers, there or not, the optional files of its readers that are there, and its
 * weights; sorted, each once.
 */
export async function dataPaths({ run }: ManifestRow, registries: Registries, files: Files): Promise<string[]> {
  const sections = [run.data.train, ...run.evaluate.map(({ data }) => data)];
  const paths = new Set(sections.flatMap((section) => pathsOf(section, registries)));
  for (const path of sections.flatMap((section) => optionalPathsOf(section, registries))) {
    if (await files.stat(path) === "file") paths.add(path);
  }
  if (run.weights !== null) paths.add(run.weights);
  return [...paths].sort();
}

async function digestOf(files: Files, path: string): Promise<string | null> {
  return await files.stat(path) === undefined ? null : await files.digest(path);
}

function runsOf(
  { label, run }: ManifestRow,
  { seeds, registries, plugins: loaded }: Manifest,
  paths: readonly string[],
  digests: ReadonlyMap<string, string | null>,
): PlannedRun[] {
  const plugins = usedPlugins(run, registries, loaded as readonly LoadedPlugin[]);
  const data = Object.fromEntries(paths.map((path) => [path, digests.get(path)!]));
  const missing = paths.filter((path) => data[path] === null);
  const ofSeed = seedsOf(run, { schemaVersion: RECORD_SCHEMA_VERSION, plugins, data });
  return seeds.map((seed) => ({ ...ofSeed(seed), row: label, seed, missing }));
}

/**
 * Makes the run of any seed of a row, what of it is hashed, and its id. Its RFC 8785 form is written once for all seeds,
 * for that is most of the time that a plan of many runs takes.
 */
export function seedsOf(
  row: Omit<ResolvedRun, "seed">,
  { schemaVersion, plugins, data }: Omit<RunIdentity, "run">,
): (seed: number) => Pick<PlannedRun, "id" | "run" | "identity"> {
  const { backend, ...sections } = row, { backend: _, ...hashed } = identifying(row);
  // RFC 8785 sorts keys by UTF-16 code units, as `<` compares texts.
  const part = (wanted: (key: string) => boolean) =>
    canonicalize(Object.fromEntries(Object.entries({ backend, ...hashed }).filter(([key]) => wanted(key))))!;
  const before = part((key) => key < "seed").slice(0, -1), after = part((key) => key > "seed").slice(1);
  const start = `{"data":${canonicalize(data)},"plugins":${canonicalize(plugins)},"run":${before},"seed":`;
  const end = `,${after},"schemaVersion":${schemaVersion}}`;
  return (seed) => {
    const identity: RunIdentity = { schemaVersion, run: { backend, seed, ...hashed }, plugins, data };
    return { id: idOf(`${start}${seed}${end}`), run: { backend, seed, ...sections }, identity };
  };
}

/** A run without what only describes its data: a licence that is corrected trains nothing anew. */
function identifying(run: Omit<ResolvedRun, "seed">): Omit<ResolvedRun, "seed"> {
  const plain = (section: Section): Section =>
    Object.fromEntries(
      Object.entries(section).filter(([key]) => key !== "license" && key !== "citation").map(([key, value]) => [
        key,
        typeof value === "object" && value !== null && "reader" in value ? plain(value as Section) : value,
      ]),
    );
  return {
    ...run,
    data: { train: plain(run.data.train) },
    evaluate: run.evaluate.map((section) => ({ ...section, data: plain(section.data) })),
  };
}

/** The first 12 hexadecimal digits of SHA-256 over the RFC 8785 form of an identity. */
export function runId(identity: Readonly<Record<string, unknown>>): string {
  return idOf(canonicalize(identity)!);
}

function idOf(canonical: string): string {
  return createHash("sha256").update(canonical).digest("hex").slice(0, 12);
}
