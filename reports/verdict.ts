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
import { signFlipFloor } from "./statistics/sign_flip.ts";

/** The level below which a p-value speaks of a difference. */
export const SIGNIFICANCE = 0.05;

/** The fewest seeds whose sign-flip test can fall below {@link SIGNIFICANCE}: 6, with 2 / 2⁶ = 0.031. */
export const SEEDS_TO_TELL = 6;

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
  /** After Holm's correction over the rows of the column; `null` where the row takes no part in it. */
  readonly adjusted: number | null;
}

/** What is said of a cell. */
export interface Verdict {
  /** The verdict: what every level that can tell agrees on, else `indistinguishable`. */
  readonly word: VerdictWord;
  /** Over seeds: paired t-test, where the sign-flip test of so many seeds could reach significance. */
  readonly seeds: LevelVerdict;
  /** Over pairs of the test set; `null` where runs did not store them. */
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

/**
 * Verdicts of the rows of one column, against one baseline; Holm's family are the rows whose level can tell.
 *
 * @param compared A row each.
 * @param higherIsBetter Direction of the column; `null` where neither is better.
 * @param baseline Its label, for the words.
 */
export function verdicts(
  compared: readonly Compared[],
  { higherIsBetter, baseline }: { readonly higherIsBetter: boolean | null; readonly baseline: string },
): Verdict[] {
  const seedP = compared.map(({ delta }) => signFlipFloor(delta.n) > SIGNIFICANCE ? null : delta.p ?? delta.signFlip.p);
  const pairP = compared.map(({ pairs }) => pairs?.p ?? null);
  const seedAdjusted = adjust(seedP), pairAdjusted = adjust(pairP);
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
    const overPairs = pairs && {
      word: word(pairAdjusted[i]!, pairs.delta),
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
    return { word: all, seeds, pairs: overPairs, text: wording(all, { seeds, pairs: overPairs }, baseline) };
  });
}

/** Corrected p-values of those that have one. */
function adjust(values: readonly (number | null)[]): (number | null)[] {
  const family = holm(values.filter((value) => value !== null));
  let next = 0;
  return values.map((value) => value === null ? null : family[next++]!);
}

const thanOf = (word: VerdictWord, baseline: string): string =>
  word === "better" || word === "worse" ? `${word} than ${baseline}` : `${word} from ${baseline}`;

function wording(word: VerdictWord, { seeds, pairs }: Pick<Verdict, "seeds" | "pairs">, baseline: string): string {
  const few = `too few seeds to tell (n = ${seeds.n}; six are needed)`;
  if (word === "too few to tell") return few;
  const p = ({ adjusted }: LevelVerdict) => `p ${formatP(adjusted!)} after Holm`;
  const level = (said: LevelVerdict, noise: string) => `${said.word} over ${noise}, ${p(said)}`;
  const parts = [
    seeds.word === "too few to tell" ? few : level(seeds, `${seeds.n} seeds (training noise)`),
    ...pairs && pairs.word !== "too few to tell" ? [level(pairs, `${pairs.n} pairs (test-set noise)`)] : [],
  ];
  return `${thanOf(word, baseline)}: ${parts.join("; ")}`;
}

/** Writes a p-value with its sign: `= 0.012`, two significant digits, and `< 0.0001` below that. */
export function formatP(p: number): string {
  return p < 1e-4 ? "< 0.0001" : `= ${Number(p.toPrecision(2))}`;
}

/** The signs of verdicts. */
export type VerdictMark = "▲" | "▼" | "△" | "▽" | "≠" | "≈" | "?";

/** The sign of a verdict; hollow where the pairs alone decide it, because there are too few seeds. */
export function verdictMark({ word, seeds }: Verdict): VerdictMark {
  const hollow = seeds.word === "too few to tell";
  if (word === "better") return hollow ? "△" : "▲";
  if (word === "worse") return hollow ? "▽" : "▼";
  return word === "different" ? "≠" : word === "indistinguishable" ? "≈" : "?";
}
