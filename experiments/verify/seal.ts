/**
 * What `ablate` and `collate` leave in an experiment's folder for `verify`.
 *
 * @module
 */
import type { RunRecord } from "../record.ts";
import { writeFigures } from "./figures.ts";
import { writeSums } from "./sums.ts";

/** Writes `figures.json` and `SHA256SUMS` of an experiment's folder anew. */
export async function seal(folder: string, records: readonly RunRecord[]): Promise<void> {
  await writeFigures(folder, records);
  await writeSums(folder);
}
