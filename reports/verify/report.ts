/**
 * What verifying found, as text for people.
 *
 * @module
 */
import { type Agreement, type VerifiedFigure, worst } from "./verdict.ts";

/** A run that was done again, or could not be. */
export interface VerifiedCell {
  /** Its row in the table. */
  readonly row: string;
  /** Its seed. */
  readonly seed: number;
  /** Run id. */
  readonly id: string;
  /** Its figures. */
  readonly figures: readonly VerifiedFigure[];
}

/** Everything that verifying found. */
export interface Verification {
  /** The folder, as it was named. */
  readonly folder: string;
  /** The verdict on everything: `damaged` where files are not what they were, `sound` where nothing was run. */
  readonly verdict: Agreement | "damaged" | "sound" | "interrupted";
  /** Files that match their listed digest; `null` where none is listed. */
  readonly matching: number | null;
  /** Records that were read. */
  readonly records: number;
  /** Figures that the stored scores give again. */
  readonly rescored: number;
  /** What is damaged or was changed. */
  readonly problems: readonly string[];
  /** What is worth saying. */
  readonly notes: readonly string[];
  /** The runs that were done again. */
  readonly cells: readonly VerifiedCell[];
}

/** Names of verdicts for people. */
export const VERDICT_TEXT: Readonly<Record<Verification["verdict"], string>> = {
  identical: "identical",
  tolerance: "within the declared tolerance",
  consistent: "statistically consistent",
  inconclusive: "inconclusive",
  drifted: "drifted",
  damaged: "damaged",
  sound: "sound, nothing was run again",
  interrupted: "interrupted",
};

/** The verdict on several cells: the worst of all figures. */
export function agreementOf(cells: readonly VerifiedCell[]): Agreement {
  return worst(cells.map(({ figures }) => worst(figures.map(({ verdict }) => verdict))));
}

/** Writes a verification as text. */
export function renderVerification(one: Verification): string {
  const { folder, matching, records, rescored, problems, notes, cells, verdict } = one;
  const sums = matching === null
    ? problems.length > 0 ? "held to no SHA256SUMS" : "no SHA256SUMS"
    : `${matching} files match SHA256SUMS`;
  const again = rescored > 0 ? `, ${rescored} figures are given again by stored scores` : "";
  return [
    `${folder}: ${sums}, ${records} records${problems.length > 0 ? "" : " are sound"}${again}`,
    ...problems.map((text) => `- ${text}`),
    ...notes,
    ...cells.length > 0 ? ["", ...tableOf(cells), ...reasons(cells)] : [],
    "",
    `Verdict: ${VERDICT_TEXT[verdict]}${counts(cells)}`,
  ].join("\n") + "\n";
}

function tableOf(cells: readonly VerifiedCell[]): string[] {
  const lines = cells.flatMap(({ row, seed, figures }) =>
    figures.map(({ figure, published, now, verdict }) => [
      row,
      String(seed),
      figure,
      show(published),
      show(now),
      published === null || now === null ? "" : show(now - published, 2),
      VERDICT_TEXT[verdict],
    ])
  );
  const rows = [["row", "seed", "figure", "published", "now", "difference", "verdict"], ...lines];
  const widths = rows[0]!.map((_, i) => Math.max(...rows.map((row) => row[i]!.length)));
  return rows.map((row) => row.map((cell, i) => cell.padEnd(widths[i]!)).join("  ").trimEnd());
}

/** Why figures are not identical, each reason once a run. */
function reasons(cells: readonly VerifiedCell[]): string[] {
  const lines = cells.flatMap(({ row, seed, figures }) => {
    const groups = new Map<string, string[]>();
    for (const { figure, reason, verdict } of figures) {
      if (verdict !== "identical") groups.set(reason, [...groups.get(reason) ?? [], figure]);
    }
    return [...groups].map(([reason, names]) => `${row}, seed ${seed}, ${names.join(", ")}: ${reason}`);
  });
  return lines.length > 0 ? ["", ...lines] : [];
}

function counts(cells: readonly VerifiedCell[]): string {
  if (cells.length === 0) return "";
  const figures = cells.reduce((sum, cell) => sum + cell.figures.length, 0);
  return `, ${figures} ${figures === 1 ? "figure" : "figures"} of ${cells.length} ${
    cells.length === 1 ? "run" : "runs"
  }`;
}

function show(value: number | null, digits = 6): string {
  return value === null ? "–" : String(Number(value.toPrecision(digits)));
}
