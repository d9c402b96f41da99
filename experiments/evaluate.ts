/**
 * Evaluates under the protocols that a run or a list names: a trained backbone, or embeddings that are stored.
 *
 * @module
 */
import canonicalize from "canonicalize";
import { type EmbeddingSource, selectEmbeddings } from "../tensor/embedding_source.ts";
import { imagesOf } from "./data.ts";
import { networkSource } from "./embed.ts";
import type { EvaluationTask } from "./evaluation_checks.ts";
import { select, type Selection } from "./evaluation_input.ts";
import { bytesOf, HELD_BYTES, type HeldEmbeddings, holdAll, type Scratch } from "./held_embeddings.ts";
import { type EvaluateProgress, type MeasureOptions, measureTask, protocolOf } from "./measure.ts";
import { nextTurn } from "./turn.ts";

/** What {@link evaluateAll} is handed beside its tasks. */
export interface EvaluateOptions extends MeasureOptions {
  /** Where embeddings are kept that are too many for memory. */
  readonly scratch?: Scratch;
  /** Bytes of embeddings that are held in memory for several evaluations, by default {@link HELD_BYTES}. */
  readonly memory?: number;
  /** Called with what the network gave of a data set, before it is measured. */
  readonly onEmbedded?: (task: EvaluationTask, selection: Selection, embeddings: EmbeddingSource) => Promise<void>;
}

/** Images a batch while embedding: enough to keep kernels busy, small enough for large networks. */
const BATCH = 64;

/** What a network gave of a data set, for all evaluations of it. */
interface Shared {
  /** Evaluations that are still to come. */
  left: number;
  /** Whether one of them wants mirrored images. */
  mirrored: boolean;
  held?: HeldEmbeddings;
}

/**
 * Measures what tasks ask for, one after the other. A network embeds the images of a data section once, in their order,
 * for all tasks that have it, so that its bits depend neither on the protocol nor on the other tasks.
 *
 * The tasks must have passed `evaluationProblems`.
 */
export async function* evaluateAll(
  tasks: readonly EvaluationTask[],
  options: EvaluateOptions,
): AsyncGenerator<EvaluateProgress> {
  const shared = new Map<string, Shared>();
  for (const task of tasks.filter((task) => !storedOf(task))) {
    const key = canonicalize(task.section.data)!, { left, mirrored } = shared.get(key) ?? { left: 0, mirrored: false };
    shared.set(key, { left: left + 1, mirrored: mirrored || protocolOf(task, options).mirrored });
  }
  try {
    for (const task of tasks) {
      const selection = select(task.set), stored = storedOf(task);
      if (stored) {
        yield* measureTask(task, selection, stored, options);
        continue;
      }
      const key = canonicalize(task.section.data)!, one = shared.get(key)!;
      if (!one.held) {
        one.held = yield* embed(task, selection, { one, all: [...shared.values()] }, options);
        await options.onEmbedded?.(task, selection, one.held);
      }
      yield* measureTask(task, selection, one.held, options);
      if (--one.left > 0) continue;
      one.held.free();
      shared.delete(key);
    }
  } finally {
    for (const { held } of shared.values()) held?.free();
  }
}

/** Embeds the images of a task, and keeps what the network gives in memory, or in a file where it is too much. */
async function* embed(
  task: EvaluationTask,
  selection: Selection,
  { one, all }: { readonly one: Shared; readonly all: readonly Shared[] },
  options: EvaluateOptions,
): AsyncGenerator<EvaluateProgress, HeldEmbeddings> {
  const { model, scratch, memory = HELD_BYTES, onEmbedded } = options, { indices, images } = selection;
  const { name } = task.section, total = indices.length;
  const source = selectEmbeddings(
    networkSource(model!.backbone, images, { batchSize: BATCH, mirrored: one.mirrored }),
    indices,
    nextTurn,
  );
  const taken = all.reduce((sum, { held }) => sum + (held?.memory ?? 0), 0);
  // A protocol that is handed all of them needs the memory in any case.
  const needed = one.left === 1 && !protocolOf(task, options).streamed && !onEmbedded;
  const holding = holdAll(source, needed || taken + bytesOf(source) <= memory ? undefined : scratch);
  try {
    while (true) {
      const step = await holding.next();
      if (step.done) return step.value;
      yield { name, done: step.value, total };
    }
  } finally {
    await holding.return(undefined as never);
  }
}

function storedOf({ stored, set }: EvaluationTask): EmbeddingSource | undefined {
  return stored ?? imagesOf(set).embeddings;
}
