/**
 * Loads a manifest and plans its runs: what every command that takes a manifest begins with.
 *
 * @module
 */
import { dirname } from "node:path";
import { type Files, MissingDataError } from "../datasets/files.ts";
import { codeDigest } from "../experiments/code_digest.ts";
import { diskFiles } from "../experiments/disk.ts";
import { freezePlan, thawRuns } from "../experiments/freeze.ts";
import { loadManifest, type Manifest } from "../experiments/manifest.ts";
import { type Plan, planRuns } from "../experiments/plan.ts";
import { moduleLoader } from "../experiments/plugins.ts";
import type { OutputSettings, PlannedRun, StoppingSection } from "../experiments/resolved.ts";
import { type FrozenPlan, openStore, type PlannedCode, readPlan, type Store } from "../experiments/store.ts";
import { builtins, type LoadedPlugin, type Registries } from "../registry/mod.ts";
import {
  parsePublished,
  type PublishedRows,
  publishedRows,
  type PublishedUnits,
  publishedUnits,
  splitPublished,
} from "../reports/mod.ts";
import { UsageError } from "./exit.ts";
import type { Io } from "./io.ts";
import type { ManifestOptions } from "./options.ts";
import type { TrustOptions } from "./trust.ts";
import { VERSION } from "../experiments/version.ts";

/** A plan, and the places that its runs work in: all that training wants. */
export interface Sweep {
  /** Name of the experiment. */
  readonly experiment: string;
  /** The runs of the plan, in its order. */
  readonly runs: readonly PlannedRun[];
  /** The plan as plain data; `undefined` where data is missing, so that ids are provisional. */
  readonly frozen: FrozenPlan | undefined;
  readonly output: OutputSettings;
  /** The plan's rule for stopping early. */
  readonly stopping: StoppingSection | undefined;
  readonly plugins: readonly LoadedPlugin[];
  readonly registries: Registries;
  readonly files: Files;
  readonly store: Store;
  /** Places of data that is not there, each once. */
  readonly missing: readonly string[];
}

/** A manifest with its plan. */
export interface LoadedSweep extends Sweep {
  readonly manifest: Manifest;
  /** Path of the manifest, as given. */
  readonly path: string;
  readonly plan: Plan;
  /** Row labels. */
  readonly rows: readonly string[];
  readonly seeds: readonly number[];
}

/** A plan that was read from its file. */
export interface PlannedSweep extends Sweep {
  /** The plan. */
  readonly frozen: FrozenPlan;
  /** Path of its file. */
  readonly planPath: string;
}

/**
 * Loads a manifest with the overrides of the command line, tells of those that reach some rows only, and plans its runs.
 *
 * @throws {ManifestError} with every problem of every row.
 */
export async function loadSweep(
  path: string,
  options: ManifestOptions,
  io: Pick<Io, "err">,
  { tells = true }: { readonly tells?: boolean } = {},
): Promise<LoadedSweep> {
  const { set: overrides, backend, seed, data, out } = options;
  const seeds = seed === undefined ? undefined : [seed];
  const manifest = await loadManifest(path, {
    read: Deno.readTextFile,
    registries: builtins(),
    loader: moduleLoader(),
    overrides,
    backend,
    seeds,
  });
  if (tells) manifest.notes.forEach((note) => io.err(`${note}\n`));
  const files = diskFiles(data);
  const plan = await planRuns(manifest, { files });
  const { published, units } = await readPublished(manifest);
  return {
    manifest,
    path,
    experiment: manifest.name,
    plan,
    runs: plan.runs,
    frozen: plan.missing.length > 0
      ? undefined
      : freezePlan(plan, { code: await plannedCode(), published, publishedUnits: units }),
    rows: manifest.rows.map(({ label }) => label),
    seeds: manifest.seeds,
    output: manifest.output,
    stopping: manifest.stopping,
    plugins: manifest.plugins,
    registries: manifest.registries,
    files,
    store: openStore(out),
    missing: plan.missing.map((path) => files.locate(path)),
  };
}

/**
 * Reads a frozen plan; neither its manifest nor its data is looked at, and no plugin is loaded.
 *
 * @throws {SyntaxError} if the file is no plan, or was changed.
 */
export async function loadPlan(
  planPath: string,
  { data, out, allowOutside = false }: Pick<ManifestOptions, "data" | "out"> & TrustOptions,
): Promise<PlannedSweep> {
  const frozen = await readPlan(planPath);
  if (!frozen) throw new UsageError(`Cannot find plan ${planPath}: make it with "plan MANIFEST --out ${planPath}"`);
  return {
    experiment: frozen.experiment,
    runs: thawRuns(frozen),
    frozen,
    planPath,
    output: frozen.output,
    stopping: frozen.stopping,
    plugins: [],
    registries: builtins(),
    files: diskFiles(data, { inside: !allowOutside }),
    store: openStore(out),
    missing: [],
  };
}

/** The program that plans, for {@link freezePlan}. */
export async function plannedCode(): Promise<PlannedCode> {
  return { marginlab: VERSION, sha256: await codeDigest() };
}

/** The error for a sweep whose data is not there. */
export function missingData({ experiment, missing }: Sweep): MissingDataError {
  const places = missing.map((place) => `\n  ${place}`).join("");
  return new MissingDataError(
    `Cannot run "${experiment}": this data is not there; put it there, or name another data folder with --data:${places}`,
  );
}

/** The published figures that a manifest names: beside the manifest, else among those that ship with marginlab. */
async function readPublished(
  { path, table, rows }: Manifest,
): Promise<{ published: PublishedRows | null; units: PublishedUnits }> {
  if (table.published === null) return { published: null, units: {} };
  const { path: file, key } = splitPublished(table.published);
  const beside = `${dirname(path)}/${file}`;
  const shipped = new URL(`../experiments/${file}`, import.meta.url);
  for (const place of [beside, shipped]) {
    let text: string;
    try {
      text = await Deno.readTextFile(place);
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) continue;
      throw error;
    }
    const parsed = parsePublished(text, file), all = Object.entries(publishedRows(parsed, key, file));
    const own = all.filter(([label]) => rows.some((row) => row.label === label));
    return { published: Object.fromEntries(own), units: publishedUnits(parsed, key, file) };
  }
  throw new UsageError(
    `Cannot find published figures "${table.published}" of ${path}: neither ${beside} nor one that ships with marginlab is there`,
  );
}
