/**
 * The evaluations of a list, opened: data, stored embeddings, and everything that does not fit together.
 *
 * @module
 */
import canonicalize from "canonicalize";
import { type DataSet, type Files, MissingDataError, type Prepare } from "../datasets/mod.ts";
import { checkPairs } from "../evaluation/mod.ts";
import { imagesOf, openReader } from "./data.ts";
import { evaluationProblems, type EvaluationTask, type NetworkFacts } from "./evaluation_checks.ts";
import { select } from "./evaluation_input.ts";
import type { EvaluationList, ListedEvaluation } from "./evaluation_list.ts";
import type { DescribedNetwork, WeightsFile } from "./network.ts";
import { pathsOf } from "./readers.ts";
import { shareReaders } from "./shared_readers.ts";
import { attachEmbeddings, embeddingPaths, type EmbeddingsPath, openStored, type StoredFile } from "./stored_file.ts";

/** What evaluations are opened from. */
export interface TaskOptions {
  /** What is measured. */
  readonly list: EvaluationList;
  /** Stored embeddings for the data sets that name none themselves, in place of the list's own. */
  readonly embeddings?: EmbeddingsPath | undefined;
  /** The network that embeds, where embeddings are not stored. */
  readonly weights?: WeightsFile | undefined;
  /** Access to the data folder. */
  readonly files: Files;
  /** Bytes of prepared images that a data set may keep; by default 256 MiB. */
  readonly cacheBytes?: number;
  /** Where images are prepared; by default in this thread. */
  readonly prepare?: Prepare;
}

/** An evaluation that is ready to be measured. */
export interface OpenTask extends EvaluationTask {
  /** The file of its stored embeddings. */
  readonly file?: StoredFile;
}

/** Stored embeddings of an evaluation, by its own word or by default. */
function embeddingsOf(
  evaluation: ListedEvaluation,
  { embeddings, list }: TaskOptions,
): EmbeddingsPath | undefined {
  return evaluation.embeddings ?? embeddings ?? list.embeddings;
}

/**
 * Checks that the files of every data set and of every embedding are there.
 *
 * @throws {MissingDataError} naming those that are not.
 */
export async function checkPresent(options: TaskOptions): Promise<void> {
  const { list: { name, evaluations, registries }, files } = options, missing = new Set<string>();
  for (const evaluation of evaluations) {
    const stored = embeddingsOf(evaluation, options);
    for (const path of [...pathsOf(evaluation.data, registries), ...stored ? embeddingPaths(stored) : []]) {
      if (await files.stat(path) === undefined) missing.add(files.locate(path));
    }
  }
  if (missing.size === 0) return;
  const places = [...missing].map((place) => `\n  ${place}`).join("");
  throw new MissingDataError(
    `Cannot evaluate "${name}": this data is not there; put it there, or name another data folder with --data:${places}`,
  );
}

/**
 * Opens every data set and every file of embeddings once, and checks that they fit together.
 *
 * @throws {TypeError} with everything that is wrong, a line each.
 */
export async function openTasks(options: TaskOptions, described: DescribedNetwork | undefined): Promise<OpenTask[]> {
  const { list: { evaluations, registries }, files, prepare, cacheBytes, weights } = options;
  const shared = shareReaders(registries).registries,
    access = {
      files,
      ...prepare ? { prepare } : {},
      ...cacheBytes === undefined ? {} : { cacheBytes },
    };
  const sets = new Map<string, Promise<DataSet>>(), stored = new Map<string, Promise<StoredFile>>();
  const tasks: OpenTask[] = [], problems: string[] = [];
  for (const { name, protocol, data, ...own } of evaluations) {
    const section = { name, protocol, data }, key = canonicalize(data)!;
    if (!sets.has(key)) sets.set(key, openReader(data, shared, access));
    const set = await sets.get(key)!, where = embeddingsOf({ ...section, ...own }, options);
    if (set.gives === "pairs") collect(problems, () => checkPairs(set, set.images.length));
    let task: OpenTask | undefined = { section, set };
    if (where) {
      const path = canonicalize(where)!;
      if (!stored.has(path)) stored.set(path, openStored(where, files));
      const file = await stored.get(path)!;
      task = collect(problems, () => ({ section, set, file, stored: attachEmbeddings(file, select(set), name) }));
    }
    if (task) tasks.push(task);
  }
  const facts = described && factsOf(described, weights!, tasks);
  for (const task of tasks) problems.push(...evaluationProblems(task, registries, facts));
  if (facts && problems.length === 0) collect(problems, () => described!.cost(facts.shape));
  if (problems.length > 0) throw new TypeError(problems.join("\n"));
  return tasks;
}

/** What images a network takes: as its file tells, else those of the first data set. */
function factsOf(
  { facts, weightedClasses }: DescribedNetwork,
  { source }: WeightsFile,
  tasks: readonly EvaluationTask[],
): NetworkFacts | undefined {
  // A set of names alone tells nothing of images.
  const first = tasks.find(({ set }) => imagesOf(set).shape[0] > 0) ?? tasks[0];
  const shape = facts.shape ?? (first && imagesOf(first.set).shape);
  const known = facts.shape || !first ? source : `"${first.section.name}"`;
  return shape && { ...facts, shape, known, weightedClasses };
}

function collect<T>(problems: string[], action: () => T): T | undefined {
  try {
    return action();
  } catch (error) {
    problems.push(error instanceof Error ? error.message : String(error));
  }
}
