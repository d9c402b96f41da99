/**
 * Loads a manifest: parses, inherits, overrides, loads its plugins, expands its rows, and checks all of it before
 * anything runs.
 *
 * @module
 */
import type { MetricDefinition } from "../evaluation/protocol.ts";
import type { LoadedPlugin, ModuleLoader } from "../registry/load.ts";
import type { Registries } from "../registry/registries.ts";
import { checkObject, unknownKey } from "./manifest/check.ts";
import { CrossChecker } from "./manifest/cross.ts";
import { Problems } from "./manifest/error.ts";
import { readChain } from "./manifest/extends.ts";
import { loadListedPlugins } from "./manifest/modules.ts";
import { type Resolver, wantMap } from "./manifest/plugin.ts";
import { baseOf, expandRows, hasAblation, type RowTree } from "./manifest/rows.ts";
import { checkEvaluateOnly, resolveOutput } from "./manifest/output.ts";
import { resolveRow, type RowRun } from "./manifest/sections.ts";
import { ABLATION_HELP, headerShape, outputShape, RUN_SECTIONS, tableShape, trainShape } from "./manifest/shape.ts";
import { resolveStopping } from "./manifest/stopping.ts";
import { checkTable, metricsOf } from "./manifest/table.ts";
import { child, type MapNode, mapNode } from "./manifest/tree.ts";
import { checkUsed, type PartlyUsed, partlyUsed, tellPartlyUsed } from "./manifest/used.ts";
import { noteIdenticalRows } from "./manifest/twins.ts";
import { applyOverrides, type OverrideOptions, parseOverrides } from "./manifest/overrides.ts";
import type { OutputSettings, ResolvedRun, StoppingSection, TableSection } from "./resolved.ts";

export { ManifestError, type ManifestProblem, type Place } from "./manifest/error.ts";
export type { OverrideOptions } from "./manifest/overrides.ts";
export type { PartlyUsed } from "./manifest/used.ts";

/** What {@link loadManifest} is handed. */
export interface ManifestOptions extends OverrideOptions {
  /** Reads a text file: the manifest and those that it extends. */
  readonly read: (path: string) => Promise<string>;
  /** The tables to which the manifest's own plugins are added. */
  readonly registries: Registries;
  /** Reaches the modules under `plugins:`; without it a manifest that names some is refused. */
  readonly loader?: ModuleLoader | undefined;
}

/** One row of the table, resolved. */
export interface ManifestRow {
  /** Its name in the table. */
  readonly label: string;
  /** The run of any seed: add `seed` to have a {@link ResolvedRun}. */
  readonly run: Omit<ResolvedRun, "seed">;
}

/** A manifest that was found to be legal. */
export interface Manifest {
  /** Its path, as given. */
  readonly path: string;
  /** The files it was read from: itself, then those that it extends. */
  readonly files: readonly string[];
  /** Name of the experiment and of its folder of records. */
  readonly name: string;
  /** The question that the experiment answers; may be empty. */
  readonly description: string;
  /** What to cite. */
  readonly cite: readonly string[];
  /** Replicates: one run for each row and seed. */
  readonly seeds: readonly number[];
  /** The rows of the table, at least one. */
  readonly rows: readonly ManifestRow[];
  /** How the table is laid out. */
  readonly table: TableSection;
  /** The rule that stops runs early; absent for none. */
  readonly stopping?: StoppingSection;
  /** What is written and how often. */
  readonly output: OutputSettings;
  /** Every metric that the rows give, named `evaluation.metric`. */
  readonly metrics: readonly MetricDefinition[];
  /** What a user should know of overrides that reach some rows only. */
  readonly notes: readonly string[];
  /** The overrides that reach some rows only. */
  readonly partly: readonly PartlyUsed[];
  /** The users' plugins that were loaded. */
  readonly plugins: readonly LoadedPlugin[];
  /** The tables with those plugins in them. */
  readonly registries: Registries;
}

/**
 * Loads and checks a manifest.
 *
 * @param path Path of the manifest, handed to `read`.
 * @throws {ManifestError} with every problem of every row, if there is any.
 */
export async function loadManifest(path: string, options: ManifestOptions): Promise<Manifest> {
  const problems = new Problems();
  const overrides = parseOverrides(options, problems);
  const { root: read, files } = await readChain(path, options.read, problems);
  const root = read && applyOverrides(read, overrides, problems);
  problems.throwIfAny(files);
  const header = checkHeader(problems, root!);
  const { registries, plugins, failed } = await loadListedPlugins(problems, root!, files, options);
  const rows = expandRows(problems, root!, header.name);
  const resolver: Resolver = { problems, registries, pluginsFailed: failed, partial: false, memory: new WeakMap() };
  if (hasAblation(root!)) resolveRow({ ...resolver, partial: true }, baseOf(root!));
  const resolved = resolveRows(resolver, rows, header.backend);
  const { table, output, stopping, metrics } = checkRest(resolver, root!, rows, resolved);
  checkUsed(problems, overrides, root!, rows);
  problems.throwIfAny(files);
  const { name, description, cite, seeds, backend } = header, partly = partlyUsed(overrides, rows);
  return {
    path,
    files,
    name,
    description,
    cite,
    seeds,
    rows: resolved.map(({ row, run }) => ({ label: row.label, run: { backend, ...run } })),
    table,
    ...stopping ? { stopping } : {},
    output,
    metrics,
    partly,
    notes: partly.map(tellPartlyUsed),
    plugins,
    registries,
  };
}

interface Header {
  readonly name: string;
  readonly description: string;
  readonly cite: readonly string[];
  readonly seeds: readonly number[];
  readonly backend: ResolvedRun["backend"];
}

const OTHER_SECTIONS = ["ablation", "stopping", "table", "output"];

function checkHeader(problems: Problems, root: MapNode): Header {
  const known = [...Object.keys(headerShape.shape), ...RUN_SECTIONS, ...OTHER_SECTIONS];
  for (const [name, { key }] of root.entries) {
    if (!known.includes(name)) problems.add(key, unknownKey(name, "the manifest", known, headerShape, elsewhere(name)));
  }
  // A key without a value stands for its default.
  const given = [...root.entries].filter(([key]) => key in headerShape.shape && child(root, key));
  const header = checkObject(problems, mapNode(given, root.at), headerShape, { what: "the manifest" });
  return (header ?? { name: "base", description: "", cite: [], seeds: [0], backend: "auto" }) as unknown as Header;
}

const INNER: Readonly<Record<string, readonly string[]>> = {
  train: [...Object.keys(trainShape.shape), "augment", "sampler"],
  ablation: Object.keys(ABLATION_HELP),
  table: Object.keys(tableShape.shape),
  output: [...Object.keys(outputShape.shape), "log"],
};

/** The section in which a key that stands at the top belongs. */
function elsewhere(name: string): string | undefined {
  return Object.keys(INNER).find((section) => INNER[section]!.includes(name));
}

interface ResolvedRow {
  readonly row: RowTree;
  readonly run: RowRun;
  readonly tree: MapNode;
}

function resolveRows(resolver: Resolver, rows: readonly RowTree[], backend: ResolvedRun["backend"]): ResolvedRow[] {
  const checker = new CrossChecker(resolver.problems, resolver.registries, backend);
  const resolved = rows.flatMap((row) => {
    const run = resolveRow(resolver, row.tree);
    if (run) checker.check(run, row.tree);
    return run ? [{ row, run, tree: row.tree }] : [];
  });
  noteIdenticalRows(resolver.problems, resolved);
  return resolved;
}

function checkRest(
  resolver: Resolver,
  root: MapNode,
  rows: readonly RowTree[],
  resolved: readonly ResolvedRow[],
): {
  table: TableSection;
  output: OutputSettings;
  stopping?: StoppingSection | undefined;
  metrics: MetricDefinition[];
} {
  const { problems } = resolver, metrics = metricsOf(problems, resolver.registries, resolved);
  const table = tableSection(problems, root);
  // A problem that has been noted is thrown before it is looked at.
  const output = resolveOutput(resolver, root)!;
  // Rows that are wrong themselves may lack the metrics and labels that the table names.
  const sound = table && resolved.length === rows.length && rows.length > 0;
  if (sound) {
    checkTable(
      problems,
      table,
      child(root, "table"),
      metrics.map(({ name }) => name),
      rows.map(({ label }) => label),
    );
  }
  if (sound && output) checkEvaluateOnly(problems, root, output, resolved.map(({ run }) => run));
  const stopping = resolveStopping(problems, child(root, "stopping"), {
    metrics,
    rows: resolved.map(({ row: { label }, run }) => ({ label, run })),
    baseline: table?.baseline ?? null,
    sound: sound === true,
  });
  return { table: table!, output, stopping, metrics };
}

function tableSection(problems: Problems, root: MapNode): TableSection | undefined {
  const map = wantMap(
    problems,
    child(root, "table") ?? mapNode([], root.at),
    "table",
    "{ columns: [unseen.accuracy] }",
  );
  return map && checkObject(problems, map, tableShape, { what: "table" }) as unknown as TableSection | undefined;
}
