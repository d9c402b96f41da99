/**
 * What stands below a table: numbered footnotes, and what its signs mean.
 *
 * @module
 */
import { spreadOf, type TableCell } from "./cell.ts";
import {
  HOLLOW_MARKS,
  levelsDiffer,
  seedsToTell,
  SIGNIFICANCE,
  SOLID_MARKS,
  thanOf,
  verdictMark,
  type VerdictWord,
} from "./verdict.ts";
import type { Table } from "./table.ts";

/** Footnotes of one rendering; equal texts share a number. */
export interface Footnotes {
  /** The number of a text, from 1; an empty text has none. */
  number(text: string): number | undefined;
  /** The texts, in the order of their numbers. */
  readonly texts: readonly string[];
}

/** Starts an empty list of footnotes. */
export function createFootnotes(): Footnotes {
  const texts: string[] = [], numbers = new Map<string, number>();
  return {
    number(text) {
      if (text === "") return undefined;
      if (!numbers.has(text)) numbers.set(text, texts.push(text));
      return numbers.get(text);
    },
    texts,
  };
}

/** Writes a number as the mark of a footnote, such as `¹`. */
export function superscript(n: number): string {
  return String(n).replace(/\d/g, (digit) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[Number(digit)]!);
}

/** How many pairs, probes or images the figures of one seed rest on, column by column. */
function units(table: Table): string {
  const counts = new Map<number, string[]>();
  table.columns.forEach(({ metric }, i) => {
    const seen = new Set(table.rows.flatMap((row) => row.cells[i]!.runs.map(({ n }) => n)));
    for (const n of seen) counts.set(n, [...counts.get(n) ?? [], metric]);
  });
  const parts = [...counts].map(([n, metrics]) => `${n} units (${metrics.join(", ")})`);
  return `; a seed's figure is over ${parts.join(", ")}`;
}

/** Says what ± is where it is the spread within one seed: over folds, over searches, or, by column, over either. */
function withinSeed(table: Table): string[] {
  const columns = new Map<string, string[]>();
  table.columns.forEach(({ metric }, i) => {
    for (const over of new Set(table.rows.map((row) => spreadOf(row.cells[i]!)))) {
      if (over === "folds" || over === "searches") columns.set(over, [...columns.get(over) ?? [], metric]);
    }
  });
  if (columns.size === 0) return [];
  const told = [...columns].map(([over, metrics]) => columns.size === 1 ? over : `${over} (${metrics.join(", ")})`);
  return [
    `± is the standard deviation over the ${told.join(" or the ")} of one seed (${
      table.seeds[0]
    }, ddof 0); it is not ` +
    "the spread over seeds",
  ];
}

/** Says what ±, bold, Δ, `(k/n)` and n/r stand for in a table, which definitions it follows, and its notes. */
export function explain(table: Table): string[] {
  const cells = table.rows.flatMap((row) => row.cells);
  const definitions = new Map<string, string[]>();
  for (const { metric, definitions: ids } of table.columns) {
    for (const id of ids) definitions.set(id, [...definitions.get(id) ?? [], metric]);
  }
  const when = (condition: boolean, text: string) => condition ? [text] : [];
  const planned = table.seeds.length;
  return [
    ...when(
      cells.some(({ interval }) => interval !== null),
      "± is half the width of the 95 % t-interval of the mean over seeds",
    ),
    ...withinSeed(table),
    ...when(
      cells.some(({ runs }) => runs.length > 0),
      `n = ${planned} ${planned === 1 ? "seed" : "seeds"} a row${units(table)}`,
    ),
    ...when(
      planned > 1 && cells.some(({ finished }) => finished === 1),
      "A figure without ± in a table of several seeds rests on one seed",
    ),
    ...when(
      cells.some(({ finished }) => finished > 0 && finished < planned),
      `(k/${planned}): k of ${planned} planned seeds finished; the mean is over those`,
    ),
    ...when(
      cells.some(({ best }) => best),
      "Bold is the best mean of a column where every other row with a figure is worse than it by the tests over seeds and pairs, after " +
        `Holm's correction over ${table.rows.length - 1} ${table.rows.length === 2 ? "comparison" : "comparisons"}`,
    ),
    ...when(
      cells.some(({ delta }) => delta !== null),
      `Δ is the mean difference to ${table.baseline}, seed by seed` +
        (cells.some(({ delta }) => delta?.halfWidth != null) ? ", ± half the width of its 95 % t-interval" : ""),
    ),
    ...explainVerdicts(table),
    ...when(
      table.publishedSource !== null,
      `Published figures: ${table.publishedSource}, on the data and pairs of their paper` +
        (cells.some(({ publishedHalfWidth }) => publishedHalfWidth !== undefined)
          ? "; ± is half the width of the binomial interval (Wilson, 95 %) of their test set alone"
          : ""),
    ),
    ...when(cells.some(({ published }) => published === null), "n/r: not reported there"),
    ...[...definitions].map(([id, metrics]) => `Definition of ${metrics.join(", ")}: ${id}`),
    ...table.notes,
  ];
}

/** Says what the marks of a table's verdicts mean, and by which tests they are. */
function explainVerdicts({ rows, baseline }: Table): string[] {
  const cells = rows.flatMap((row) => row.cells).filter(({ verdict }) => verdict !== null);
  const [one, two] = [false, true].map((both) =>
    new Set(cells.flatMap(({ verdict }) => levelsDiffer(verdict!) === both ? [...verdictMark(verdict!)] : []))
  ) as [Set<string>, Set<string>];
  const legend = (marks: ReadonlySet<string>, signs: Readonly<Record<VerdictWord, string>>) =>
    (["better", "worse", "different", "indistinguishable"] as const).filter((word) => marks.has(signs[word]))
      .map((word) => `${signs[word]} ${thanOf(word, baseline!)}`);
  const unable = cells.filter(({ verdict }) => verdict!.seeds.word === "too few to tell");
  const few = [...new Set(unable.map(({ verdict }) => verdict!.seeds.n))].sort((a, b) => a - b);
  const comparisons = rows.length - 1, need = `n = ${few.join(", ")}; ${seedsToTell(comparisons)} are needed`;
  const solid = [
    ...legend(one.union(two), SOLID_MARKS),
    ...one.has(SOLID_MARKS["too few to tell"]) ? [`? too few seeds to tell (${need})`] : [],
  ];
  const hollow = legend(one, HOLLOW_MARKS);
  return [
    ...solid.length > 0 ? [solid.join(", ")] : [],
    ...hollow.length > 0
      ? [
        `${
          hollow.join(", ")
        }, on the pairs of the test set alone: test-set noise of the networks as they were trained; too ` +
        `few seeds to tell of training noise (${need})`,
      ]
      : [],
    ...two.size > 0
      ? [
        "Two signs where two kinds of chance say different things: the first over seeds (training noise), the second over " +
        `the pairs of the test set (test-set noise): ${legend(two, HOLLOW_MARKS).join(", ")}`,
      ]
      : [],
    ...explainTests(cells, unable.length < cells.length, { comparisons, baseline: baseline! }),
  ];
}

/** Names the tests behind verdicts: over seeds, where there are enough in any cell, and over pairs, where any are stored. */
function explainTests(
  cells: readonly TableCell[],
  overSeeds: boolean,
  { comparisons, baseline }: { readonly comparisons: number; readonly baseline: string },
): string[] {
  const pairs = cells.flatMap(({ pairs }) => pairs ? [pairs] : []);
  const family = comparisons === 1 ? "1 comparison" : `${comparisons} comparisons`;
  const alpha =
    `p below ${SIGNIFICANCE} after Holm's correction over ${family} a column: every planned row but ${baseline}, finished or not`;
  const several = pairs.some(({ seeds }) => seeds.length > 1) ? ", of several seeds twice their median" : "";
  const identities = [...new Set(pairs.map(({ identities }) => identities))].join(", ");
  const bootstrap = `a bootstrap of ${identities} identities`;
  const mcnemar = pairs.some(({ mcnemar }) => mcnemar !== null);
  return [
    ...cells.some(({ delta, pairs }) => pairs && delta?.halfWidth === null)
      ? [`(… to …) beside a Δ of one seed is its 95 % interval over the test set, by ${bootstrap}`]
      : [],
    ...overSeeds
      ? [
        `Over seeds: paired t-test from ${
          seedsToTell(comparisons)
        } seeds on, as a sign-flip test of n has no p below ` +
        `${comparisons === 1 ? "" : `${comparisons} · `}2/2ⁿ after Holm; ${alpha}`,
      ]
      : [],
    ...pairs.length > 0
      ? [
        mcnemar
          ? `Over pairs: McNemar's test (mid-p${several}; accuracy alone) and ${bootstrap}, both have to find it; ${alpha}`
          : `Over pairs: ${bootstrap}; ${alpha}`,
      ]
      : [],
  ];
}
