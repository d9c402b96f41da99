/**
 * What a report is made from.
 *
 * @module
 */
import type { RunRecord } from "../../experiments/record.ts";
import type { Exhibit } from "../exhibit.ts";
import type { ExhibitFigure } from "../figures/figure.ts";

/** A figure with its drawing. */
export interface ReportFigure {
  /** What it is, with its specification and data. */
  readonly figure: ExhibitFigure;
  /** SVG of theme `page`, whose colours are custom properties of the page. */
  readonly svg: string;
}

/** What a report is made from. */
export interface ReportSource {
  /** The experiment. */
  readonly exhibit: Exhibit;
  /** Figures, in the order of the report. */
  readonly figures?: readonly ReportFigure[];
  /** Figures that cannot be drawn, with what they lack. */
  readonly absent?: readonly { readonly name: string; readonly reason: string }[];
  /** How commands name the experiment's folder; by default `results/<experiment>`. */
  readonly folder?: string;
  /** The page beside the report on which runs are trained again, and the ids of those that can be. */
  readonly reproducible?: { readonly href: string; readonly ids: ReadonlySet<string> } | undefined;
  /** BibTeX of what the runs used. */
  readonly bibtex?: string;
}

/** A planned run, with its record where it has one. */
export interface ReportRun {
  /** Position of its row. */
  readonly at: number;
  /** Label of its row. */
  readonly row: string;
  /** Its seed. */
  readonly seed: number;
  /** Its id. */
  readonly id: string;
  /** Its record. */
  readonly record: RunRecord | undefined;
}

/** Every planned run of an exhibit in the order of the plan; without a plan, those that have a record. */
export function reportRuns({ plan, records, rows }: Exhibit): ReportRun[] {
  const byId = new Map(records.map((record) => [record.id, record]));
  const places = new Map(rows.map((label, at) => [label, at]));
  return (plan?.runs ?? records).map(({ id, row, seed }) => ({
    at: places.get(row) ?? -1,
    row,
    seed,
    id,
    record: byId.get(id),
  }));
}
