/**
 * Lists of evaluations: `name`, `plugins`, `embeddings` and `evaluate`, checked as manifests are. A manifest is taken
 * as the list of its own evaluations.
 *
 * @module
 */
import canonicalize from "canonicalize";
import { z } from "zod";
import type { LoadedPlugin } from "../registry/load.ts";
import type { Registries } from "../registry/registries.ts";
import { loadManifest, type ManifestOptions } from "./manifest.ts";
import { checkObject, unknownKey } from "./manifest/check.ts";
import { Problems } from "./manifest/error.ts";
import { readChain } from "./manifest/extends.ts";
import { loadListedPlugins } from "./manifest/modules.ts";
import { applyOverrides, parseOverrides } from "./manifest/overrides.ts";
import type { Resolver } from "./manifest/plugin.ts";
import { resolveEvaluate } from "./manifest/sections.ts";
import { evaluateShape, headerShape } from "./manifest/shape.ts";
import { metricsOf } from "./manifest/table.ts";
import { child, type MapNode, mapNode, nodeOf } from "./manifest/tree.ts";
import type { EvaluateSection, Section } from "./resolved.ts";
import type { EmbeddingsPath } from "./stored_file.ts";

/** Stored embeddings, as lists name them. */
const embeddingsShape = z.union([
  z.string().min(1),
  z.strictObject({
    path: z.string().min(1).describe("Embeddings of the images as they are"),
    mirrored: z.string().min(1).optional().describe("Embeddings of the mirrored images, in the same order"),
  }),
], { error: "write a path, or { path: …, mirrored: … }" });

/** The keys of a list, beside `evaluate`. */
export const listShape: z.ZodObject = z.strictObject({
  name: headerShape.shape["name"] as z.ZodType,
  plugins: headerShape.shape["plugins"] as z.ZodType,
  embeddings: embeddingsShape.optional().describe(
    "Stored embeddings of all data sets, a path in the data folder, by name or by order; absent: a network, or what " +
      "the readers give",
  ),
});

/** The plain keys of an evaluation of a list. */
export const listedShape: z.ZodObject = evaluateShape.extend({
  embeddings: embeddingsShape.optional().describe("Stored embeddings of this data set, in place of the list's own"),
});

/** One evaluation of a list. */
export interface ListedEvaluation extends EvaluateSection {
  /** Stored embeddings that it names itself. */
  readonly embeddings?: EmbeddingsPath;
}

/** A list that was found to be legal. */
export interface EvaluationList {
  /** Its name. */
  readonly name: string;
  /** The evaluations, at least one. */
  readonly evaluations: readonly ListedEvaluation[];
  /** Stored embeddings of the data sets that name none themselves. */
  readonly embeddings?: EmbeddingsPath;
  /** The users' plugins that it loaded. */
  readonly plugins: readonly LoadedPlugin[];
  /** The tables with those plugins in them. */
  readonly registries: Registries;
}

/** What {@link loadEvaluationList} is handed. */
export type ListOptions = Omit<ManifestOptions, "backend" | "seeds">;

/**
 * Loads and checks a list of evaluations, or a manifest.
 *
 * @throws {ManifestError} with every problem.
 */
export async function loadEvaluationList(path: string, options: ListOptions): Promise<EvaluationList> {
  const problems = new Problems();
  const { root, files } = await readChain(path, options.read, problems);
  problems.throwIfAny(files);
  return files.length > 1 || isManifest(root!)
    ? await listOfManifest(path, options)
    : await checkList(root!, files, options);
}

/** Whether a file describes a training: its keys are a manifest's then. */
function isManifest(root: MapNode): boolean {
  return ["data", "backbone", "head", "train", "schedule", "ablation"].some((key) => root.entries.has(key));
}

async function listOfManifest(path: string, options: ListOptions): Promise<EvaluationList> {
  const { name, rows, plugins, registries } = await loadManifest(path, options);
  const different = new Set(rows.map(({ run }) => canonicalize(run.evaluate)));
  const evaluations = rows[0]!.run.evaluate;
  if (different.size === 1 && evaluations.length > 0) return { name, evaluations, plugins, registries };
  const found = different.size > 1 ? "its rows evaluate differently" : "it evaluates nothing";
  throw new RangeError(
    `Cannot take the evaluations of ${path}: ${found}, write those that are wanted into a file of their own`,
  );
}

/**
 * Checks evaluations that are given as values, such as those of a record.
 *
 * @param file Stands for the place of every value in messages: the path of the record, or an option.
 * @throws {ManifestError} with every problem.
 */
export async function checkEvaluations(
  evaluations: readonly EvaluateSection[],
  { name, file, ...options }: GivenOptions,
): Promise<EvaluationList> {
  const evaluate = evaluations.map(({ name, protocol, data }) => ({ name, ...protocol, data }));
  return await checkList(nodeOf({ name, evaluate }, { file, line: 1, column: 1 }) as MapNode, [file], options);
}

/**
 * Checks one evaluation that is given as values and by overrides of `protocol.…` and `data.…`; its name is the protocol's.
 *
 * @throws {ManifestError} with every problem.
 */
export async function checkEvaluation(
  given: { readonly protocol: string; readonly data: Section },
  { name, file, overrides = [], ...options }: GivenOptions,
): Promise<EvaluationList> {
  const problems = new Problems(), at = { file, line: 1, column: 1 };
  const node = nodeOf({ protocol: { protocol: given.protocol }, data: given.data }, at) as MapNode;
  const parsed = parseOverrides({ overrides }, problems);
  for (const { path: [first], key } of parsed) {
    if (first === "protocol" || first === "data") continue;
    problems.add(
      key,
      `Cannot set ${first} of one evaluation: wanted protocol.… or data.…, such as data.path=faces.zip`,
    );
  }
  const { entries } = applyOverrides(node, parsed, problems);
  problems.throwIfAny([file]);
  const protocol = entries.get("protocol")!.value as MapNode;
  const item = mapNode([["name", { key: at, value: nodeOf(given.protocol, at) }], ...protocol.entries, [
    "data",
    entries.get("data")!,
  ]], at);
  const root = mapNode([["name", { key: at, value: nodeOf(name, at) }], ["evaluate", {
    key: at,
    value: { type: "list", items: [item], at },
  }]], at);
  return await checkList(root, [file], options);
}

/** What {@link checkEvaluations} is handed beside the evaluations. */
interface GivenOptions extends Pick<ListOptions, "registries" | "overrides"> {
  /** Name of the list. */
  readonly name: string;
  /** Stands for the place of every value in messages. */
  readonly file: string;
}

async function checkList(
  read: MapNode,
  files: readonly string[],
  options: Omit<ListOptions, "read">,
): Promise<EvaluationList> {
  const problems = new Problems();
  const root = applyOverrides(read, parseOverrides(options, problems), problems);
  problems.throwIfAny(files);
  const known = [...Object.keys(listShape.shape), "evaluate"], what = "the list of evaluations";
  for (const [key, { key: at }] of root.entries) {
    if (!known.includes(key)) problems.add(at, unknownKey(key, what, known, listShape));
  }
  const given = [...root.entries].filter(([key]) => key in listShape.shape && child(root, key));
  const header = checkObject(problems, mapNode(given, root.at), listShape, { what });
  const { registries, plugins, failed } = await loadListedPlugins(problems, root, files, options);
  const resolver: Resolver = { problems, registries, pluginsFailed: failed, partial: false, memory: new WeakMap() };
  const node = child(root, "evaluate");
  const evaluate = node && resolveEvaluate(node, resolver, listedShape) as ListedEvaluation[] | undefined;
  if (!node || evaluate?.length === 0) {
    problems.add(
      node?.at ?? root.at,
      'Missing key "evaluate": what is measured, each with a name, a protocol and its data',
    );
  }
  if (evaluate) metricsOf(problems, registries, [{ run: { evaluate }, tree: root }]);
  problems.throwIfAny(files);
  const { name, embeddings } = header as { name: string; embeddings?: EmbeddingsPath };
  return { name, evaluations: evaluate!, ...embeddings ? { embeddings } : {}, plugins, registries };
}
