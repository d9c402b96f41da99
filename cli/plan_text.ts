/**
 * A plan as text for people.
 *
 * @module
 */
import type { RowDifferences } from "../experiments/differences.ts";
import type { Preview } from "../experiments/preview.ts";
import { alignColumns, formatBytes, formatCount, formatDuration } from "./format.ts";
import type { PlanLine } from "./plan_lines.ts";

/** What the machine has left; `null` where it may not be read. */
export interface Room {
  /** Bytes of memory. */
  readonly memory: number | null;
  /** Bytes on the disk of the results. */
  readonly disk: number | null;
}

/** More rows than these are listed by `--explain` alone. */
const SHORT = 40;

/** The runs, one a line. */
export function runsText(runs: readonly PlanLine[]): string[] {
  const known = <T>(value: T | null, format: (value: T) => string) => value === null ? "unknown" : format(value);
  return [
    ...alignColumns([
      ["run", "row", "seed", "state", "parameters", "head", "multiply-adds", "memory", "time"],
      ...runs.map((run) => [
        run.id + (run.missing.length > 0 ? "?" : ""),
        run.row,
        String(run.seed),
        run.status ?? "to do",
        known(run.parameters, formatCount),
        known(run.headParameters, formatCount),
        known(run.multiplyAdds, formatCount),
        known(run.memoryBytes, formatBytes),
        known(run.seconds, formatDuration),
      ]),
    ]),
    "",
    "parameters and multiply-adds: the backbone's, for one image; head: the class-side parameters",
    "memory: of tensors: weights, gradients, momentum and the activations of a batch; an estimate",
  ];
}

/** What rows change, in words; nothing where there is one row. */
export function differencesText({ base, keys, rows }: RowDifferences, { all = false } = {}): string[] {
  if (rows.length < 2) return [];
  const head = `rows differ in ${keys.join(", ")}`;
  if (!all && rows.length > SHORT) return [`${head}; --explain lists each`];
  const lines = rows.filter(({ label }) => label !== base).map(({ label, changes }) => [
    `  ${label}`,
    changes.map(({ key, planned }) => `${key}=${valueText(planned)}`).join(", "),
  ]);
  return [`${head}; what each changes of "${base}":`, ...alignColumns(lines)];
}

/** A value of a key in one line; `absent` where the key is not there. */
export function valueText(value: unknown): string {
  return value === undefined ? "absent" : typeof value === "string" ? value : JSON.stringify(value);
}

/** How many runs are done, and what the others take. */
export function previewText(runs: readonly PlanLine[], preview: Preview, room: Room): string[] {
  const done = runs.length - preview.runs;
  return [
    `${runs.length} runs, ${done} done, ${preview.runs} to do`,
    ...keptText(runs),
    ...preview.runs === 0 ? [] : [...timeText(runs, preview), ...memoryText(preview, room), ...diskText(preview, room)],
  ];
}

function keptText(runs: readonly PlanLine[]): string[] {
  const kept = runs.flatMap(({ weightsBytes }) => weightsBytes ?? []).reduce((sum, bytes) => sum + bytes, 0);
  return kept === 0 ? [] : [`weights: ${formatBytes(kept)} on disk in all; --set output.weights=false keeps none`];
}

function timeText(runs: readonly PlanLine[], { seconds, wallSeconds, jobs }: Preview): string[] {
  const judged = "judged by the runs that are done";
  if (seconds !== null) {
    const wall = jobs > 1
      ? `; ${formatDuration(wallSeconds!)} with --jobs ${jobs}, if each is as fast beside others`
      : "";
    return [`time: about ${formatDuration(seconds)} of training in all, ${judged}${wall}`];
  }
  const told = runs.filter((run) => !run.done && run.seconds !== null).length;
  const rest = told === 0 ? "" : `; ${told} of the runs to do have an estimate`;
  return [`time: unknown until a run with this backbone, batch size and data is done${rest}`];
}

function memoryText(preview: Preview, { memory }: Room): string[] {
  const { jobs, memoryBytes, jobsMemoryBytes, processBytes, savingBytes } = preview;
  if (jobsMemoryBytes === null) {
    return [`memory at once: unknown until the data is opened, beside ${formatBytes(processBytes)} for the program`];
  }
  const total = jobsMemoryBytes + processBytes;
  const each = jobs > 1 ? `, ${formatBytes(memoryBytes!)} for the largest of ${jobs} processes` : "";
  const saving = savingBytes === null ? "" : `, and ${formatBytes(savingBytes)} while checkpoints are saved`;
  const left = memory === null ? "" : `; ${formatBytes(memory)} are available here`;
  const warn = memory !== null && total + (savingBytes ?? 0) > memory ? ", which is too little: use fewer --jobs" : "";
  return [
    `memory at once: about ${formatBytes(total)}: ${formatBytes(jobsMemoryBytes)} of tensors${each}; ` +
    `${formatBytes(processBytes)} for the program and its data${saving}${left}${warn}`,
  ];
}

function diskText(preview: Preview, { disk }: Room): string[] {
  const { weightsBytes, scoresBytes, recordsBytes, checkpointBytes, unknownScores } = preview;
  const parts = [["weights", weightsBytes], ["scores", scoresBytes], ["records", recordsBytes]] as const;
  const total = parts.reduce((sum, [, bytes]) => sum + (bytes ?? 0), checkpointBytes ?? 0);
  const list = [...parts, ["checkpoints on the way", checkpointBytes] as const].filter(([, bytes]) => bytes !== 0)
    .map(([what, bytes]) => `${what} ${bytes === null ? "unknown" : formatBytes(bytes)}`).join(", ");
  const left = disk === null ? "" : `; ${formatBytes(disk)} are free there`;
  const warn = disk !== null && total > disk ? ", which is too little" : "";
  const without = unknownScores.length > 0 ? `; without the scores of ${unknownScores.join(", ")}` : "";
  return [`disk: about ${formatBytes(total)} more (${list}${without})${left}${warn}`];
}
