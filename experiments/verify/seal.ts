/**
 * What `ablate` and `collate` leave in an experiment's folder: for `verify`, and for whatever reads many records.
 *
 * @module
 */
import { writeIndex } from "../store/index_file.ts";
import type { ExperimentSummaries } from "../store/records.ts";
import { writeFigures } from "./figures.ts";
import { isSealed, writeSums } from "./sums.ts";

/** Writes `figures.json`, `SHA256SUMS` and `index.sqlite` of an experiment's folder anew. */
export async function seal(
  folder: string,
  { records, entries }: Pick<ExperimentSummaries, "records" | "entries">,
): Promise<void> {
  await writeFigures(folder, records);
  await writeSums(folder, new Set(records.filter(isSealed).map(({ id }) => id)));
  await writeIndex(folder, entries);
}
