/**
 * What `doctor` says of one thing that it looked at.
 *
 * @module
 */
import { alignColumns } from "../format.ts";

/** How a thing stands: there, not there though something wants it, or not to be seen from here. */
export type Standing = "ok" | "lacking" | "unknown";

/** One line of the report. */
export interface Finding {
  /** What was looked at, such as `WebGPU`. */
  readonly name: string;
  readonly standing: Standing;
  /** What there is, in words. */
  readonly found: string;
  /** What to do where it is lacking or could not be seen. */
  readonly mend?: string;
  /** Whether nothing can be trained without it. */
  readonly needed?: boolean;
}

/** Whether nothing here stands in the way of training. */
export function canTrain(findings: readonly Finding[]): boolean {
  return findings.every(({ standing, needed }) => standing !== "lacking" || !needed);
}

/** The findings as lines, each remedy below its own. */
export function findingsText(findings: readonly Finding[]): string {
  const lines = alignColumns(findings.map(({ standing, name, found }) => [standing, name, found]));
  const told = lines.flatMap((line, i) => {
    const { mend } = findings[i]!;
    return mend === undefined ? [line] : [line, `         → ${mend}`];
  });
  const verdict = canTrain(findings)
    ? 'Runs can be trained here: "deno task quickstart" is a first one.'
    : "No run can be trained here before what is lacking is mended.";
  return [...told, "", verdict, ""].join("\n");
}
