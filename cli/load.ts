/**
 * Loads a manifest and plans its runs: what every command that takes a manifest begins with.
 *
 * @module
 */
import { type Files, MissingDataError } from "../datasets/files.ts";
import { diskFiles } from "../experiments/disk.ts";
import { loadManifest, type Manifest } from "../experiments/manifest.ts";
import { type Plan, planRuns } from "../experiments/plan.ts";
import { moduleLoader } from "../experiments/plugins.ts";
import type { OutputSettings } from "../experiments/resolved.ts";
import { openStore, type Store, type StoredPlan } from "../experiments/store.ts";
import { builtins, type LoadedPlugin, type Registries } from "../registry/mod.ts";
import { parsePublished, type PublishedRows, publishedRows, splitPublished } from "../reports/mod.ts";
import { UsageError } from "./exit.ts";
import type { Io } from "./io.ts";
import type { ManifestOptions } from "./options.ts";

/** A manifest with its plan, and the places that its runs work in. */
export interface LoadedSweep {
  readonly manifest: Manifest;
  /** Path of the manifest, as given. */
  readonly path: string;
  /** Name of the experiment. */
  readonly experiment: string;
  readonly plan: Plan;
  /** Row labels. */
  readonly rows: readonly string[];
  readonly seeds: readonly number[];
  readonly output: OutputSettings;
  readonly plugins: readonly LoadedPlugin[];
  readonly registries: Registries;
  readonly files: Files;
  readonly store: Store;
  /** Places of data that is not there, each once. */
  readonly missing: readonly string[];
  /** Published figures to print beside ours, or `null`. */
  readonly published: PublishedRows | null;
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
  return {
    manifest,
    path,
    experiment: manifest.name,
    plan,
    rows: manifest.rows.map(({ label }) => label),
    seeds: manifest.seeds,
    output: manifest.output,
    plugins: manifest.plugins,
    registries: manifest.registries,
    files,
    store: openStore(out),
    missing: plan.missing.map((path) => files.locate(path)),
    published: await readPublished(manifest),
  };
}

/** The error for a sweep whose data is not there. */
export function missingData({ experiment, missing }: LoadedSweep): MissingDataError {
  const places = missing.map((place) => `\n  ${place}`).join("");
  return new MissingDataError(
    `Cannot run "${experiment}": this data is not there; put it there, or name another data folder with --data:${places}`,
  );
}

/** What the store keeps of a plan, so that a table needs no manifest. */
export function storedPlan({ manifest, plan, rows, seeds, published }: LoadedSweep): StoredPlan {
  return {
    schemaVersion: 1,
    experiment: manifest.name,
    description: manifest.description,
    cite: manifest.cite,
    rows,
    seeds,
    table: manifest.table,
    runs: plan.runs.map(({ id, row, seed }) => ({ id, row, seed })),
    published,
  };
}

/** The published figures that a manifest names: beside the manifest, else among those that ship with marginlab. */
async function readPublished({ path, table, rows }: Manifest): Promise<PublishedRows | null> {
  if (table.published === null) return null;
  const { path: file, key } = splitPublished(table.published);
  const beside = `${path.includes("/") ? path.slice(0, path.lastIndexOf("/")) : "."}/${file}`;
  const shipped = new URL(`../experiments/${file}`, import.meta.url);
  for (const place of [beside, shipped]) {
    let text: string;
    try {
      text = await Deno.readTextFile(place);
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) continue;
      throw error;
    }
    const all = publishedRows(parsePublished(text, file), key, file);
    return Object.fromEntries(Object.entries(all).filter(([label]) => rows.some((row) => row.label === label)));
  }
  throw new UsageError(
    `Cannot find published figures "${table.published}" of ${path}: neither ${beside} nor one that ships with marginlab is there`,
  );
}
