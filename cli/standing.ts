/**
 * What the records of a plan say, as an exit status.
 *
 * @module
 */
import type { RunRecord } from "../experiments/record.ts";
import { isFinal } from "../experiments/sweep.ts";
import { EXIT } from "./exit.ts";

/**
 * Exit status by the records: 70 where a run of the plan failed or diverged, else 75 where some are missing, else 0.
 *
 * @param records Those of the experiment; a run of another plan does not count.
 */
export function standingCode(
  runs: readonly { readonly id: string }[],
  records: readonly Pick<RunRecord, "id" | "status" | "stopped">[],
  rule: string | undefined,
): number {
  const byId = new Map(records.map((record) => [record.id, record])), own = runs.map(({ id }) => byId.get(id));
  if (own.some((record) => record?.status === "failed" || record?.status === "diverged")) return EXIT.failed;
  return own.every((record) => isFinal(record, rule)) ? EXIT.done : EXIT.interrupted;
}
