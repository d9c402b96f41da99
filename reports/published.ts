/**
 * Published figures, as the files in `experiments/published/` hold them.
 *
 * @module
 */
import { parse } from "../experiments/yaml.ts";
import { z } from "zod";

/** One published table. */
export interface PublishedTable {
  /** What it shows. */
  readonly caption: string;
  /** Where it is printed. */
  readonly source: string;
  /** Unit of the figures in the file. */
  readonly unit: "percent" | "fraction" | "degree";
  /** Metrics, as `evaluation.metric`. */
  readonly columns: readonly string[];
  /** Size of the test set behind each column, in their order: pairs or probes; `null` where the paper does not say. */
  readonly n?: readonly (number | null)[];
  /** Figures of each row, in the order of the columns; `null` where the paper reports none. */
  readonly rows: Readonly<Record<string, readonly (number | null)[]>>;
}

/** The published tables of one paper. */
export interface PublishedFile {
  /** Title of the paper. */
  readonly title: string;
  /** How to cite it. */
  readonly cite: readonly string[];
  /** Tables by key. */
  readonly tables: Readonly<Record<string, PublishedTable>>;
}

/** Published figures, percent as fractions, by row label and metric; `null` where the paper reports none. */
export type PublishedRows = Readonly<Record<string, Readonly<Record<string, number | null>>>>;

/** Sizes of the test sets behind published figures, by metric. */
export type PublishedUnits = Readonly<Record<string, number>>;

const table = z.strictObject({
  caption: z.string().min(1),
  source: z.string().min(1),
  unit: z.enum(["percent", "fraction", "degree"]),
  columns: z.array(z.string().regex(/^[^.\s]+\.\S+$/, "a column is written evaluation.metric")).min(1),
  n: z.array(z.int().min(1).nullable()).exactOptional(),
  rows: z.record(z.string(), z.array(z.number().min(0).nullable())),
}).superRefine(({ columns, rows, unit, n }, context) => {
  if (n && n.length !== columns.length) {
    context.addIssue({ code: "custom", path: ["n"], message: `${n.length} sizes for ${columns.length} columns` });
  }
  const top = { percent: 100, fraction: 1, degree: 180 }[unit];
  for (const [label, values] of Object.entries(rows)) {
    const say = (message: string) => context.addIssue({ code: "custom", path: ["rows", label], message });
    if (values.length !== columns.length) say(`${values.length} figures for ${columns.length} columns`);
    for (const value of values) if (value !== null && value > top) say(`${value} is above ${top}, the most in ${unit}`);
  }
});

const schema = z.strictObject({
  title: z.string().min(1),
  cite: z.array(z.string().min(1)).min(1),
  tables: z.record(z.string(), table),
});

/**
 * Splits a manifest's `published` into a path and the key of a table.
 *
 * @throws {RangeError} unless it reads `path#key`.
 *
 * @example
 * ```ts
 * import { splitPublished } from "./published.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(splitPublished("published/arcface.yaml#table2"), { path: "published/arcface.yaml", key: "table2" });
 * ```
 */
export function splitPublished(reference: string): { path: string; key: string } {
  const [, path, key] = /^([^#]+)#([^#]+)$/.exec(reference) ?? [];
  if (path && key) return { path, key };
  throw new RangeError(
    `Cannot read "${reference}" as published figures: a file and a table are wanted, such as "published/arcface.yaml#table2"`,
  );
}

/**
 * Parses a file of published figures.
 *
 * @param text YAML.
 * @param source Where the text comes from, for messages.
 * @throws {SyntaxError} naming every field that is wrong.
 */
export function parsePublished(text: string, source: string): PublishedFile {
  let value: unknown;
  try {
    value = parse(text);
  } catch (error) {
    throw new SyntaxError(`Cannot read published figures of ${source}: ${(error as Error).message}`);
  }
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const problems = result.error.issues.map(({ path, message }) => `${path.join(".") || "file"}: ${message}`);
  throw new SyntaxError(`Cannot read published figures of ${source}: ${problems.join("; ")}`);
}

/**
 * The figures of one table of a file, percent as fractions, degrees as they are.
 *
 * @throws {RangeError} naming the tables there are, if the key names none.
 */
export function publishedRows(file: PublishedFile, key: string, source: string): PublishedRows {
  const found = Object.hasOwn(file.tables, key) ? file.tables[key] : undefined;
  if (!found) {
    const known = Object.keys(file.tables).map((name) => `"${name}"`).join(", ");
    throw new RangeError(`Cannot find published table "${key}" in ${source}: it has ${known || "none"}`);
  }
  const scale = found.unit === "percent" ? 100 : 1;
  return Object.fromEntries(
    Object.entries(found.rows).map(([label, values]) => [
      label,
      Object.fromEntries(found.columns.map((column, index) => {
        const value = values[index]!;
        return [column, value === null ? null : value / scale];
      })),
    ]),
  );
}

/**
 * Sizes of the test sets of one table of a file, of the columns whose paper states them.
 *
 * @throws {RangeError} as {@link publishedRows}.
 */
export function publishedUnits(file: PublishedFile, key: string, source: string): PublishedUnits {
  publishedRows(file, key, source);
  const { columns, n = [] } = file.tables[key]!;
  return Object.fromEntries(columns.flatMap((column, i) => n[i] == null ? [] : [[column, n[i]]]));
}
