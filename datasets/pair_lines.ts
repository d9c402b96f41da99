/**
 * Lists of pairs: two names and a label a line, and perhaps a fold.
 *
 * @module
 */
import { csvRecords } from "./csv.ts";
import type { Files } from "./files.ts";
import { readLines, wordsOf } from "./text_lines.ts";

/** What a column of a list holds. */
export type PairColumn = "first" | "second" | "label" | "fold" | "other";

/** One line of a list. */
export interface PairLine {
  /** Number of the line, from 1. */
  readonly line: number;
  /** First name. */
  readonly first: string;
  /** Second name. */
  readonly second: string;
  /** 1 for a same pair, 0 for a different one. */
  readonly same: 0 | 1;
  /** Number of the fold as it stands in the list, where there is such a column. */
  readonly fold?: number;
}

const LABELS: Readonly<Record<string, 0 | 1>> = { "1": 1, true: 1, same: 1, "0": 0, "-1": 0, false: 0, different: 0 };

/**
 * Reads a list of pairs. Its columns are parted by tabs if the first line has one, else by commas if it has one (quoted
 * as in RFC 4180), else by spaces; empty lines are passed over.
 *
 * @throws {SyntaxError} if a line has another number of columns, or a label or fold that is none.
 */
export async function readPairLines(
  path: string,
  files: Files,
  { columns, header }: { readonly columns: readonly PairColumn[]; readonly header: boolean },
): Promise<PairLine[]> {
  const pairs: PairLine[] = [], csv = csvRecords(path);
  let separator: "\t" | "," | " " | undefined;
  for await (const { first, lines } of readLines(path, files)) {
    lines.forEach((line, i) => {
      const number = first + i;
      if (separator !== "," && line.trim() === "") return;
      separator ??= line.includes("\t") ? "\t" : line.includes(",") ? "," : " ";
      if (header && number === 1) return;
      if (separator === ",") {
        const record = csv.add(line, number);
        if (record) {
          pairs.push(readPair(record.fields.map((field) => field.trim()), { columns, path, line: record.line }));
        }
      } else {
        const fields = separator === "\t" ? line.split("\t").map((field) => field.trim()) : wordsOf(line);
        pairs.push(readPair(fields, { columns, path, line: number }));
      }
    });
  }
  csv.end();
  return pairs;
}

function readPair(
  fields: readonly string[],
  { columns, path, line }: { columns: readonly PairColumn[]; path: string; line: number },
): PairLine {
  const what = `Cannot read line ${line} of "${path}"`;
  if (fields.length !== columns.length) {
    throw new SyntaxError(
      `${what}: found ${fields.length} columns, ${columns.length} are wanted (${columns.join(", ")}); ` +
        "set columns to what a line holds",
    );
  }
  const at = (column: PairColumn): string => fields[columns.indexOf(column)]!;
  const label = at("label"),
    same = Object.hasOwn(LABELS, label.toLowerCase()) ? LABELS[label.toLowerCase()] : undefined;
  if (same === undefined) {
    throw new SyntaxError(
      `${what}: found label ${
        JSON.stringify(label)
      }, wanted 1, true or same, or 0, -1, false or different; set columns ` +
        "to what a line holds, and header: true where the first one holds titles",
    );
  }
  const pair = { line, first: at("first"), second: at("second"), same };
  if (!columns.includes("fold")) return pair;
  const fold = at("fold");
  if (!/^\d{1,6}$/.test(fold)) throw new SyntaxError(`${what}: found fold ${JSON.stringify(fold)}, a number is wanted`);
  return { ...pair, fold: Number(fold) };
}
