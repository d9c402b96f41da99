/**
 * What a reader's browser is given of an experiment, to train one of its runs and judge the outcome.
 *
 * @module
 */
import type { OutputSettings } from "../../experiments/resolved.ts";
import type { RunRecord } from "../../experiments/record.ts";

/** One published run. */
export interface Cell {
  /** Its record, without curves and histograms. */
  readonly record: RunRecord;
  /** Published losses as `[step, loss]`, few enough to be drawn. */
  readonly losses: readonly (readonly [number, number])[];
  /** Why it cannot be trained in a browser and what to do, or `null`. */
  readonly unable: string | null;
}

/** A file of data that lies beside the page. */
export interface PackedFile {
  /** Path in the data folder, with forward slashes. */
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  /** SHA-256, lower-case hexadecimal. */
  readonly sha256: string;
}

/** Everything that the page is given. */
export interface Cells {
  /** Name of the experiment. */
  readonly experiment: string;
  /** The program that the page loads. */
  readonly program: {
    /** Version of marginlab. */
    readonly version: string;
    /** SHA-256 of its sources, or `null` where they could not be read. */
    readonly code: string | null;
  };
  /** Declared tolerances by figure. */
  readonly tolerance: Readonly<Record<string, number>>;
  /** How many first steps are done twice, where the plan says. */
  readonly receipt?: OutputSettings["receipt"];
  /** Completed runs, in the order of the table. */
  readonly runs: readonly Cell[];
  /** Files of the data that lie beside the page. */
  readonly data: readonly PackedFile[];
}
