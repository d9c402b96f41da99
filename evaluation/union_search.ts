/**
 * All galleries as one, as insightface's 1:N script searches them.
 *
 * @module
 */
import { keepLargest } from "./largest.ts";
import { countUpTo } from "./ascending.ts";

/** Figures of a search in which every probe has just one mate. */
export interface UnionFigures {
  /** Share of the probes whose mate has a rank of at most `rank`. */
  hit(rank: number): number;
  /** Share of the probes whose mate passes the threshold, see {@link countUnion}. */
  tpir(fpir: number): number;
}

/**
 * Counts a search in the union of all galleries. The threshold at a rate is the `⌈rate · probes⌉`-th largest of all
 * cosines of a probe with another subject's template: as many *pairs* may pass as the rate allows *probes*. Ranks are
 * as in a single gallery, ties against the mate.
 *
 * Source: https://github.com/deepinsight/insightface, `recognition/_evaluation_/ijb/ijb_1n.py`.
 *
 * @param subjects Subject of each column of the matrix of gallery templates.
 * @param fpir The largest rate that will be asked for.
 */
export function countUnion(
  subjects: Int32Array,
  { probes, fpir }: { readonly probes: number; readonly fpir: number },
): { add(subject: number, cosines: Float64Array): void; figures(): UnionFigures } {
  const mates = new Map<number, number[]>();
  subjects.forEach((subject, column) => mates.set(subject, [...mates.get(subject) ?? [], column]));
  const largest = keepLargest(Math.max(1, Math.ceil(fpir * probes)));
  const ranks: number[] = [], own: number[] = [];
  return {
    add(subject, cosines) {
      const found = mates.get(subject) ?? [];
      if (found.length !== 1) {
        throw new RangeError(
          `Cannot search all galleries as one: a probe of subject ${subject} has ${found.length} templates in them, ` +
            "just one is wanted; set union: false",
        );
      }
      const mate = found[0]!, best = cosines[mate]!;
      let above = 0, bound = largest.bound;
      for (let column = 0; column < cosines.length; column++) {
        const cosine = cosines[column]!;
        if (cosine >= best) above++;
        if (cosine > bound && column !== mate) {
          largest.push(cosine);
          bound = largest.bound;
        }
      }
      ranks.push(above);
      own.push(best);
    },
    figures() {
      const sorted = Int32Array.from(ranks).sort(), ascending = Float64Array.from(own).sort();
      const others = largest.values();
      return {
        hit: (rank) => countUpTo(sorted, rank) / sorted.length,
        tpir(rate) {
          const place = Math.min(Math.ceil(rate * probes), others.length) - 1;
          return 1 - countUpTo(ascending, others[place] ?? -Infinity) / ascending.length;
        },
      };
    },
  };
}
