/**
 * Where a run puts what it gives: its folder, or memory in a reader's browser.
 *
 * @module
 */
import type { RunFolder } from "./store/folder.ts";

/** What a run needs of its folder. */
export type RunStore = Pick<
  RunFolder,
  | "path"
  | "scratch"
  | "readHistory"
  | "appendHistory"
  | "truncateHistory"
  | "syncHistory"
  | "readCheckpoint"
  | "writeCheckpoint"
  | "removeCheckpoint"
  | "readRungs"
  | "appendRung"
  | "readMeasures"
  | "appendMeasures"
  | "truncateMeasures"
  | "writePlane"
  | "writeRecord"
  | "writeWeights"
  | "writeScores"
  | "writePairs"
  | "writeList"
>;
