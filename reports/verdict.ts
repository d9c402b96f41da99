/**
 * What the difference between a row and the baseline can be called.
 *
 * Two kinds of chance are kept apart: training noise, over seeds, and test-set noise, over pairs.
 *
 * @module
 */
import type { CellDelta } from "./cell.ts";
import type { PairComparison } from "./pair_comparison.ts";
import { holm } from "./statistics/holm.ts";
import { signFlipSeeds } from "./statistics/sign_flip.ts";

/** The level below which a p-value speaks of a difference. */
export const SIGNIFICANCE = 0.05;

/** The fewest seeds that can tell of so many comparisons: 6 of one, with 2 / 2⁶ = 0.031; 10 of 19. */
export function seedsToTell(comparisons: number): number {
  return signFlipSeeds(SIGNIFICANCE, comparisons);
}

/** What can be said of a difference. */
export type VerdictWord = "better" | "worse" | "different" | "indistinguishable" | "too few to tell";

/** What one kind of chance allows to be said. */
export interface LevelVerdict {
  /** The verdict. */
  readonly word: VerdictWord;
  /** Number of seeds, or of pairs. */
  readonly n: number;
  /** Two-sided p-value; `null` where there is none. */
  readonly p: number | null;
  /** After Holm's correction over the comparisons of the column; `null` where this one cannot be told. */
  readonly adjusted: number | null;
}

/** What is said of a cell. */
export interface Verdict {
  /** The verdict: what every level that can tell agrees on, else `indistinguishable`. */
  readonly word: VerdictWord;
  /** Over seeds: paired t-test, where the sign-flip test of so many seeds could reach significance after Holm. */
  readonly seeds: LevelVerdict;
  /** Over pairs of the test set: by p, where also the interval leaves out 0; `null` where runs did not store them. */
  readonly pairs: LevelVerdict | null;
  /** In words. */
  readonly text: string;
}

/** What a verdict is made from. */
export interface Compared {
  /** Difference over seeds. */
  readonly delta: CellDelta;
  /** Difference over pairs. */
  readonly pairs: PairComparison | null;
}

/** The column that verdicts are of. */
export interface VerdictColumn {
  /** Direction; `null` where neither is better. */
  readonly higherIsBetter: boolean | null;
  /** Label of the baseline, for the words. */
  readonly baseline: string;
  /** Holm's family: every planned row but the baseline, finished or not; by default those that are compared. */
  readonly comparisons?: number;
}

/**
 * Verdicts of the rows of one column, against one baseline.
 *
 * @param compared A row each.
 * @throws {RangeError} if fewer comparisons are counted than there are.
 */
export function verdicts(
  compared: readonly Compared[],
  { higherIsBetter, baseline, comparisons = compared.length }: VerdictColumn,
): Verdict[] {
  if (comparisons < compared.length) {
    throw new RangeError(
      `Cannot correct for ${comparisons} comparisons: found ${compared.length}, at least as many are wanted`,
    );
  }
  const needed = seedsToTell(comparisons);
  const seedP = compared.map(({ delta }) => delta.n < needed ? null : delta.p ?? delta.signFlip.p);
  const pairP = compared.map(({ pairs }) => pairs?.p ?? null);
  const seedAdjusted = adjust(seedP, comparisons), pairAdjusted = adjust(pairP, comparisons);
  return compared.map(({ delta, pairs }, i) => {
    const word = (adjusted: number | null, difference: number): VerdictWord => {
      if (adjusted === null) return "too few to tell";
      if (adjusted >= SIGNIFICANCE || difference === 0) return "indistinguishable";
      if (higherIsBetter === null) return "different";
      return difference > 0 === higherIsBetter ? "better" : "worse";
    };
    const seeds: LevelVerdict = {
      word: word(seedAdjusted[i]!, delta.mean),
      n: delta.n,
      p: seedP[i] ?? delta.p,
      adjusted: seedAdjusted[i]!,
    };
    const within = pairs !== null && pairs.low <= 0 && pairs.high >= 0;
    const overPairs = pairs && {
      word: within ? "indistinguishable" as const : word(pairAdjusted[i]!, pairs.delta),
      n: pairs.n,
      p: pairs.p,
      adjusted: pairAdjusted[i]!,
    };
    const telling = [seeds, overPairs].flatMap((level) =>
      level && level.word !== "too few to tell" ? [level.word] : []
    );
    const all: VerdictWord = telling.length === 0
      ? "too few to tell"
      : telling.every((said) => said === telling[0])
      ? telling[0]!
      : "indistinguishable";
    return {
      word: all,
      seeds,
      pairs: overPairs,
      text: wording(all, { seeds, pairs: overPairs }, { baseline, needed }),
    };
  });
}

/** Corrected p-values of those that have one; the others, and rows that have no figure, count as if they had p = 1. */
function adjust(values: readonly (number | null)[], comparisons: number): (number | null)[] {
  const rest = Array.from({ length: comparisons - values.length }, () => 1);
  const family = holm([...values.map((value) => value ?? 1), ...rest]);
  return values.map((value, i) => value === null ? null : family[i]!);
}

/** A word with what it is said of: `better than Softmax`, `different from Softmax`. */
export function thanOf(word: VerdictWord, baseline: string): string {
  return `${word} ${word === "better" || word === "worse" ? "than" : "from"} ${baseline}`;
}

function wording(
  word: VerdictWord,
  { seeds, pairs }: Pick<Verdict, "seeds" | "pairs">,
  { baseline, needed }: { readonly baseline: string; readonly needed: number },
): string {
  const few = `too few seeds to tell (n = ${seeds.n}; ${needed} are needed)`;
  if (word === "too few to tell") return few;
  const head = levelsDiffer({ seeds, pairs })
    ? `not told apart from ${baseline} by both kinds of chance`
    : thanOf(word, baseline);
  const p = ({ adjusted }: LevelVerdict) => `p ${formatP(adjusted!)} after Holm`;
  const level = (said: LevelVerdict, noise: string) => `${said.word} over ${noise}, ${p(said)}`;
  const parts = [
    seeds.word === "too few to tell" ? few : level(seeds, `${seeds.n} seeds (training noise)`),
    ...pairs && pairs.word !== "too few to tell" ? [level(pairs, `${pairs.n} pairs (test-set noise)`)] : [],
  ];
  return `${head}: ${parts.join("; ")}`;
}

/** Writes a p-value with its sign: `= 0.012`, two significant digits, and `< 0.0001` below that. */
export function formatP(p: number): string {
  return p < 1e-4 ? "< 0.0001" : `= ${Number(p.toPrecision(2))}`;
}

/** Signs of what can be said over seeds. */
export const SOLID_MARKS = {
  better: "▲",
  worse: "▼",
  different: "≠",
  indistinguishable: "≈",
  "too few to tell": "?",
} as const satisfies Readonly<Record<VerdictWord, string>>;

/** Signs of what can be said over pairs of the test set. */
export const HOLLOW_MARKS = {
  better: "△",
  worse: "▽",
  different: "◇",
  indistinguishable: "○",
  "too few to tell": "?",
} as const satisfies Readonly<Record<VerdictWord, string>>;

/** Whether seeds and pairs both tell, and not the same. */
export function levelsDiffer({ seeds, pairs }: Pick<Verdict, "seeds" | "pairs">): boolean {
  if (!pairs || [seeds.word, pairs.word].includes("too few to tell")) return false;
  return seeds.word !== pairs.word;
}

/**
 * The sign of a verdict; hollow where the pairs alone decide it, because there are too few seeds; that of the seeds and
 * then that of the pairs, where they differ.
 */
export function verdictMark({ word, seeds, pairs }: Verdict): string {
  if (pairs && levelsDiffer({ seeds, pairs })) return SOLID_MARKS[seeds.word] + HOLLOW_MARKS[pairs.word];
  return (seeds.word === "too few to tell" ? HOLLOW_MARKS : SOLID_MARKS)[word];
}

/** A verdict in a word or a few, which say over what where it is not told over both. */
export function verdictWords({ word, seeds, pairs }: Verdict): string {
  if (pairs && levelsDiffer({ seeds, pairs })) {
    return `${seeds.word} over seeds, ${pairs.word} over the test set's pairs`;
  }
  const alone = pairs !== null && word !== "too few to tell" && seeds.word === "too few to tell";
  return alone ? `${word} on the test set's pairs` : word;
}
