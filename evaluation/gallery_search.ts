/**
 * One probe against one gallery at a time: the rank of its mate, and the best of the others.
 *
 * @module
 */
import { countUpTo } from "./cmc.ts";

/** Figures of all probes against a gallery. */
export interface SearchFigures {
  /** Probes that have a mate in the gallery. */
  readonly mated: number;
  /** Ranks of the mates, ascending, from 1. */
  readonly ranks: Int32Array;
  /** Share of the mated probes whose mate has a rank of at most `rank`. */
  hit(rank: number): number;
  /**
   * Share of the mated probes whose mate has rank 1 and passes a threshold that at most `fpir` of the others pass.
   *
   * @throws {RangeError} if all probes have a mate.
   */
  tpir(fpir: number): number;
}

/** Collects {@link SearchFigures} as the products of probes come. */
export interface SearchCounter {
  /** Takes the cosines of one probe of a subject with the whole matrix of gallery templates. */
  add(subject: number, cosines: Float64Array): void;
  /** The figures so far. */
  figures(): SearchFigures;
}

/**
 * Counts one search. The rank of a mate is 1 and the number of other subjects' templates that are at least as near: of
 * equals the mate comes last, so that a collapsed network finds nobody. Of several mates the nearest counts.
 *
 * @param columns Columns of the matrix that make up the gallery.
 * @param subjects Subject of each of these.
 */
export function countSearch(name: string, columns: Int32Array, subjects: Int32Array): SearchCounter {
  const mates = matesBySubject(columns, subjects);
  const ranks: number[] = [], firsts: number[] = [], strangers: number[] = [];
  return {
    add(subject, cosines) {
      let best = -Infinity, above = 0;
      const own = mates.get(subject);
      if (!own) {
        for (const column of columns) if (cosines[column]! > best) best = cosines[column]!;
        strangers.push(best);
        return;
      }
      for (const column of own) if (cosines[column]! > best) best = cosines[column]!;
      for (const column of columns) if (cosines[column]! >= best) above++;
      for (const column of own) if (cosines[column]! >= best) above--;
      ranks.push(above + 1);
      if (above === 0) firsts.push(best);
    },
    figures() {
      const sorted = Int32Array.from(ranks).sort(), mated = ranks.length;
      const first = Float64Array.from(firsts).sort(), other = Float64Array.from(strangers).sort().reverse();
      return {
        mated,
        ranks: sorted,
        hit: (rank) => countUpTo(sorted, rank) / mated,
        tpir(fpir) {
          if (other.length === 0) {
            throw new RangeError(
              `Cannot tell false positives of search "${name}": every probe has a mate in its gallery, probes of other ` +
                "subjects are wanted; or set fpir: [] and union: false",
            );
          }
          // As for tarAtFar: the tiny addend makes 28.999999999999996 the 29 that it means.
          const allowed = Math.min(Math.floor(fpir * other.length + 1e-9), other.length - 1);
          return (first.length - countUpTo(first, other[allowed]!)) / mated;
        },
      };
    },
  };
}

/** Columns of each subject. */
export function matesBySubject(columns: Int32Array, subjects: Int32Array): Map<number, number[]> {
  const mates = new Map<number, number[]>();
  columns.forEach((column, i) => {
    const own = mates.get(subjects[i]!);
    if (own) own.push(column);
    else mates.set(subjects[i]!, [column]);
  });
  return mates;
}
