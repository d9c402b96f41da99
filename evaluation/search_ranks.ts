/**
 * What one search gives: where each probe's mate stands in the gallery, and how close the nearest stranger comes.
 *
 * @module
 */
import { eachProducts } from "./products.ts";
import type { Templates, TemplateSearch } from "./protocol.ts";

/** Results of the probes of one search, in their order. */
export interface SearchRanks {
  /** Rank of each probe's subject among the subjects of the gallery, from 1; 0 where the gallery has no mate. */
  readonly ranks: Int32Array;
  /** Cosine to the nearest mate, or to the nearest template of all where there is no mate. */
  readonly scores: Float64Array;
  /** Number of subjects in the gallery; each distractor is one. */
  readonly subjects: number;
}

/** Takes the cosines of one probe after another. */
export interface SearchRanker {
  /** Takes those of the probe at a place of the search's probes, in the order of its gallery. */
  add(place: number, cosines: Float64Array): void;
  /** The results of the probes that were added. */
  readonly results: SearchRanks;
}

/**
 * Ranks the mates of a search's probes. A subject's score is the highest of its templates'; the mate's rank is one more
 * than the number of other subjects that score as high or higher, so that ties count against it. A template is never
 * compared with itself.
 *
 * @throws {RangeError} if the gallery or the probes are empty.
 */
export function createSearchRanker(
  { name, gallery, probes }: TemplateSearch,
  { subjects }: Pick<Templates, "subjects">,
): SearchRanker {
  if (gallery.length === 0 || probes.length === 0) {
    throw new RangeError(
      `Cannot search "${name}": it has ${gallery.length} templates in its gallery and ${probes.length} probes, ` +
        "at least one of each is wanted",
    );
  }
  // Subjects of the gallery are numbered in the order in which they occur; −1 is a new one each time.
  const numbers = new Map<number, number>();
  let count = 0;
  const number = gallery.map((template) => {
    const subject = subjects[template]!;
    if (subject < 0) return count++;
    const known = numbers.get(subject) ?? count++;
    numbers.set(subject, known);
    return known;
  });
  const best = new Float64Array(count), ranks = new Int32Array(probes.length), scores = new Float64Array(probes.length);
  return {
    results: { ranks, scores, subjects: count },
    add(place, cosines) {
      const probe = probes[place]!;
      best.fill(-Infinity);
      for (let at = 0; at < gallery.length; at++) {
        const subject = number[at]!;
        if (gallery[at] !== probe && cosines[at]! > best[subject]!) best[subject] = cosines[at]!;
      }
      const mate = numbers.get(subjects[probe]!), score = mate === undefined ? -Infinity : best[mate]!;
      if (score > -Infinity) {
        let rank = 0;
        for (const other of best) if (other >= score) rank++; // the mate itself is one of them
        ranks[place] = rank, scores[place] = score;
      } else {
        scores[place] = best.reduce((highest, other) => Math.max(highest, other), -Infinity);
      }
    },
  };
}

/**
 * Compares every probe of a search with every template of its gallery, see {@link createSearchRanker}.
 *
 * @param vectorOf Unit vector of a template.
 * @throws {RangeError} if the gallery or the probes are empty.
 */
export function searchRanks(
  search: TemplateSearch,
  templates: Pick<Templates, "subjects">,
  vectorOf: (template: number) => Float64Array,
): SearchRanks {
  const ranker = createSearchRanker(search, templates), { gallery, probes } = search;
  eachProducts(stack(probes, vectorOf), stack(gallery, vectorOf), {
    dimension: vectorOf(gallery[0]!).length,
    visit: ranker.add,
  });
  return ranker.results;
}

function stack(templates: Int32Array, vectorOf: (template: number) => Float64Array): Float64Array {
  const dimension = vectorOf(templates[0]!).length, values = new Float64Array(templates.length * dimension);
  templates.forEach((template, place) => values.set(vectorOf(template), place * dimension));
  return values;
}

/**
 * Threshold of a false positive identification rate: of N probes without a mate at most `⌊rate · N⌋` score above it.
 *
 * @param strangers Highest score of each probe without a mate; not empty.
 * @param rate In (0, 1).
 * @returns The threshold; a candidate is given iff its score is greater.
 */
export function identificationThreshold(strangers: Float64Array, rate: number): number {
  const descending = strangers.slice().sort().reverse();
  // As in tarAtFar: a rate such as 0.29 of 100 is the 29 that it means.
  return descending[Math.min(Math.floor(rate * descending.length + 1e-9), descending.length - 1)]!;
}
