/**
 * What the arguments of `evaluate` mean: which evaluations, of which network or which stored embeddings.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { resolve } from "node:path";
import { MissingDataError } from "../datasets/files.ts";
import {
  checkEvaluation,
  checkEvaluations,
  type EvaluationList,
  loadEvaluationList,
} from "../experiments/evaluation_list.ts";
import type { WeightsFile } from "../experiments/network.ts";
import { moduleLoader } from "../experiments/plugins.ts";
import type { RunRecord } from "../experiments/record.ts";
import type { ResolvedRun, Section } from "../experiments/resolved.ts";
import { parseSection } from "../experiments/section.ts";
import { RunFolder } from "../experiments/store.ts";
import type { EmbeddingsPath } from "../experiments/stored_file.ts";
import { builtins, type Registries } from "../registry/mod.ts";
import { UsageError } from "./exit.ts";
import { loadNamed } from "./kinds.ts";
import type { PrintOptions } from "./options.ts";
import type { TrustOptions } from "./trust.ts";

/** Flags of `evaluate`. */
export interface EvaluateOptions extends PrintOptions, Pick<TrustOptions, "allowOutside"> {
  readonly run?: string;
  readonly weights?: string;
  readonly backbone?: string;
  readonly embeddings?: string;
  readonly mirrored?: string;
  readonly protocol?: string;
  readonly reader?: string;
  readonly dataOf?: string;
  readonly set: readonly string[];
  readonly out?: string;
  readonly saveEmbeddings?: string;
  readonly data: string;
  readonly plugin: readonly string[];
  readonly backend?: ResolvedRun["backend"];
  readonly blas?: "auto" | "none";
  readonly threads?: number;
  readonly workers?: number;
  readonly cache?: number;
}

/** What is to be measured, and on what. */
export interface FoundEvaluations {
  readonly list: EvaluationList;
  /** Record of the run that was named. */
  readonly run: RunRecord | undefined;
  /** Whether the evaluations are those of the run. */
  readonly own: boolean;
  readonly weights: WeightsFile | undefined;
  readonly embeddings: EmbeddingsPath | undefined;
  readonly backend: ResolvedRun["backend"];
}

/**
 * Finds what the arguments name.
 *
 * @throws {UsageError} if they do not fit together.
 * @throws {ManifestError} with everything that is wrong with the evaluations.
 * @throws {MissingDataError} if there are no weights.
 */
export async function findEvaluations(path: string | undefined, options: EvaluateOptions): Promise<FoundEvaluations> {
  checkFlags(path, options);
  const { registries, plugins } = await loadNamed(builtins(), options.plugin);
  const folder = options.run === undefined ? undefined : folderOf(options.run);
  const run = folder && await readRun(folder, options.run!);
  const list = await listOf(path, options, run, registries);
  const stored = options.embeddings === undefined ? undefined : resolve(options.embeddings);
  const weights = stored !== undefined
    ? undefined
    : run
    ? await weightsOfRun(folder!, run, list.registries)
    : await weightsOfFile(options, list.registries);
  return {
    list: { ...list, plugins: [...plugins, ...list.plugins] },
    run,
    own: run !== undefined && path === undefined && options.protocol === undefined,
    weights,
    embeddings: stored !== undefined && options.mirrored !== undefined
      ? { path: stored, mirrored: resolve(options.mirrored) }
      : stored,
    backend: options.backend ?? run?.manifest.backend ?? "auto",
  };
}

function checkFlags(path: string | undefined, options: EvaluateOptions): void {
  const { run, weights, backbone, embeddings, mirrored, protocol, reader, dataOf, allowOutside } = options;
  const refuse = (what: string, why: string) => {
    throw new UsageError(`Cannot use ${what}: ${why}`);
  };
  if (run !== undefined && weights !== undefined) refuse("--run with --weights", "name one network");
  if (weights !== undefined && embeddings !== undefined) {
    refuse("--weights with --embeddings", "embeddings that are stored need no network, leave one of the two out");
  }
  if (backbone !== undefined && weights === undefined) refuse("--backbone", "it says what --weights belong to");
  if (mirrored !== undefined && embeddings === undefined) refuse("--mirrored", "it goes with --embeddings");
  if (path !== undefined && protocol !== undefined) refuse("--protocol with a list", "the list says what is measured");
  const data = [...reader !== undefined ? ["--reader"] : [], ...dataOf !== undefined ? ["--data-of"] : []];
  if (data.length > 0 && protocol === undefined) refuse(data[0]!, "it goes with --protocol");
  if (data.length > 1) refuse("--reader with --data-of", "name the data once");
  if (allowOutside && (run === undefined || path !== undefined || reader !== undefined)) {
    refuse("--allow-outside", "it goes with data that the record of --run names");
  }
  if (dataOf !== undefined && run === undefined) refuse("--data-of", "it names an evaluation of --run");
  if (path === undefined && protocol === undefined && run === undefined) {
    throw new UsageError(
      "Cannot evaluate nothing: name a list of evaluations, a run with --run, or a protocol with --protocol and --reader",
    );
  }
}

function folderOf(where: string): RunFolder {
  return new RunFolder(where.replace(/\/?(record\.json)?$/, "") || (where.startsWith("/") ? "/" : "."));
}

async function readRun(folder: RunFolder, where: string): Promise<RunRecord> {
  const record = await folder.readRecord();
  if (!record) {
    throw new UsageError(`Cannot evaluate "${where}": there is no record.json, the folder of a run is wanted`);
  }
  if (record.status === "completed") return record;
  const how = record.status === "stopped" ? "was stopped early" : record.status;
  throw new UsageError(`Cannot evaluate run ${record.id}: it ${how}, a completed run is wanted`);
}

async function listOf(
  path: string | undefined,
  options: EvaluateOptions,
  run: RunRecord | undefined,
  registries: Registries,
): Promise<EvaluationList> {
  const { set: overrides, protocol } = options, shared = { registries, overrides };
  if (path !== undefined) {
    return await loadEvaluationList(path, { ...shared, read: Deno.readTextFile, loader: moduleLoader() });
  }
  const name = run?.experiment ?? protocol!;
  if (protocol !== undefined) {
    return await checkEvaluation({ protocol, data: dataOf(options, run) }, { ...shared, name, file: "--protocol" });
  }
  const { evaluate } = run!.manifest;
  if (evaluate.length > 0) return await checkEvaluations(evaluate, { ...shared, name, file: `${options.run}` });
  throw new UsageError(`Cannot evaluate run ${run!.id} again: it has no evaluations, name a list or --protocol`);
}

/** The data of the one protocol that the flags name. */
function dataOf({ reader, dataOf }: EvaluateOptions, run: RunRecord | undefined): Section {
  if (reader !== undefined) return { reader };
  const all = run?.manifest.evaluate ?? [], names = all.map(({ name }) => name).join(", ") || "none";
  if (dataOf === undefined) {
    const more = run ? `, or an evaluation of the run with --data-of: ${names}` : "";
    throw new UsageError(`Cannot use --protocol alone: name its data with --reader${more}`);
  }
  const found = all.find(({ name }) => name === dataOf);
  if (found) return found.data;
  throw new UsageError(`Cannot find evaluation "${dataOf}" of run ${run!.id}: it has ${names}`);
}

async function weightsOfRun(folder: RunFolder, run: RunRecord, registries: Registries): Promise<WeightsFile> {
  const bytes = await folder.readWeights(), { id, manifest: { backbone } } = run;
  if (!bytes) {
    throw new MissingDataError(
      `Cannot evaluate run ${id}: it has no weights.safetensors, it was trained with output.weights: false or its file ` +
        "was removed; remove its folder and train it again",
    );
  }
  const { version } = registries.backbone.get(String(backbone["name"]));
  const used = run.identity["plugins"] as readonly Section[] | undefined;
  const trained = used?.find(({ kind, name }) => kind === "backbone" && name === backbone["name"])?.["version"];
  if (trained !== undefined && trained !== version) {
    const versions = `it was trained with version ${trained}, this is ${version}`;
    throw new UsageError(`Cannot evaluate run ${id}: backbone "${backbone["name"]}" has changed, ${versions}`);
  }
  const classes = run.data.find(({ role }) => role === "train")?.classes;
  return { source: `${folder.path}/weights.safetensors`, bytes, digest: digestOf(bytes), run: id, classes };
}

async function weightsOfFile(
  { weights, backbone }: EvaluateOptions,
  registries: Registries,
): Promise<WeightsFile | undefined> {
  if (weights === undefined) return undefined;
  const bytes = await Deno.readFile(weights).catch((error) => {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new MissingDataError(`Cannot evaluate "${weights}": there is no such file`, { cause: error });
  });
  const section = backbone === undefined
    ? undefined
    : parseSection(backbone, { kind: "backbone", file: "--backbone", registries });
  return { source: weights, bytes, digest: digestOf(bytes), backbone: section };
}

function digestOf(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
