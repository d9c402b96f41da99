/**
 * Keeps what a run gives in memory: a run in a reader's browser leaves nothing behind, and is not resumed.
 *
 * @module
 */
import { rowsInMemory } from "../../experiments/held_embeddings.ts";
import type { RunStore } from "../../experiments/run_store.ts";

/** A place for one run that holds its history and rungs, and lets go of the rest: the record comes with the last event. */
export function memoryStore(): RunStore {
  const history: Record<string, unknown>[] = [], rungs: Awaited<ReturnType<RunStore["readRungs"]>> = [];
  const nothing = () => Promise.resolve();
  return Object.freeze({
    path: "memory",
    scratch: rowsInMemory,
    readHistory: () => Promise.resolve([...history]),
    appendHistory: (line: Readonly<Record<string, unknown>>) => Promise.resolve(void history.push({ ...line })),
    truncateHistory: nothing,
    syncHistory: nothing,
    readCheckpoint: () => Promise.resolve(undefined),
    writeCheckpoint: nothing,
    removeCheckpoint: nothing,
    readMeasures: () => Promise.resolve([]),
    appendMeasures: nothing,
    truncateMeasures: nothing,
    readRungs: () => Promise.resolve([...rungs]),
    appendRung: (line: typeof rungs[number]) => Promise.resolve(void rungs.push(line)),
    writeRecord: nothing,
    writeWeights: nothing,
    writeScores: nothing,
    writePairs: nothing,
    writePlane: nothing,
    writeList: nothing,
  });
}
