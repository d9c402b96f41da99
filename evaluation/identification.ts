/**
 * Identification: probes are looked for in galleries, of known subjects or of unknown ones as well.
 *
 * @module
 */
import { z } from "zod";
import { measured } from "./figures.ts";
import {
  defineStreamedProtocol,
  type MetricDefinition,
  type StreamedInput,
  type StreamedProtocolPlugin,
  type Templates,
  type TemplateSearch,
} from "./protocol.ts";
import { formatRate } from "./rate.ts";
import { ratesParam } from "./rates_param.ts";
import { cmcCurve, foundShare, overSearches, searchThreshold } from "./search_figures.ts";
import { searchRanks } from "./search_ranks.ts";
import { shareInterval } from "./student.ts";
import { createTemplatePool, type PoolOptions } from "./template_pooling.ts";

const params = z.strictObject({
  rank: z.array(z.int().min(1)).min(1).max(16)
    .refine((list) => new Set(list).size === list.length, "Each rank may be given once")
    .default([1, 5, 10])
    .describe("Ranks k for rank-k; rank-1 is the accuracy of N-way searches"),
  far: ratesParam(
    [],
    "False alarm rates, in (0, 1), for dir@… and tpir@…; they want probes without a mate in the gallery",
  ),
  interval: z.boolean().default(false).describe(
    "Also give the 95 % interval of rank-1's mean over the searches, which have then to be independent repetitions",
  ),
  fuse: z.enum(["unit", "norm", "media"]).default("unit").describe(
    "A template's vector: mean of unit embeddings, of raw ones, or of the means of unit ones within each medium",
  ),
  flip: z.boolean().default(false).describe("Add the embedding of the mirrored image first"),
});

type Params = z.output<typeof params>;

const POOLS: Readonly<Record<Params["fuse"], PoolOptions>> = {
  unit: { unit: true },
  norm: {},
  media: { unit: true, media: true },
};

function definitions({ rank, far, interval }: Params): MetricDefinition[] {
  const rate = { unit: "fraction", higherIsBetter: true };
  return [
    ...rank.map((k) => ({
      name: `rank-${k}`,
      ...rate,
      summary: k === 1
        ? "Probes whose subject comes first in the gallery"
        : `Probes whose subject is among the first ${k} of the gallery`,
    })),
    ...interval
      ? [
        { name: "rank-1-low", ...rate, summary: "Lower end of the 95 % interval of rank-1's mean over the searches" },
        { name: "rank-1-high", ...rate, summary: "Upper end of it" },
      ]
      : [],
    ...far.flatMap((value) => [
      {
        name: `dir@${formatRate(value)}`,
        ...rate,
        summary: `Probes whose subject comes first and is accepted, at false alarm rate ${formatRate(value)}`,
      },
      {
        name: `tpir@${formatRate(value)}`,
        ...rate,
        summary: `Probes whose subject is accepted, whatever its rank, at false positive rate ${formatRate(value)}`,
      },
    ]),
    { name: "unmated", unit: "count", higherIsBetter: null, summary: "Probes that have no mate in their gallery" },
  ];
}

/** Searches every gallery of the templates. */
async function searchAll({ fuse, flip }: Params, { embeddings, templates }: StreamedInput) {
  if (!templates?.searches?.length) {
    throw new TypeError(
      "Cannot identify without searches: give the evaluation a reader that gives some, such as sampled-gallery",
    );
  }
  const { searches } = templates, used = usedTemplates(templates, searches), { dimension } = embeddings;
  const vectors = await createTemplatePool(embeddings, templates, { ...POOLS[fuse], flip }).pool(used);
  const place = new Map(Array.from(used, (template, at) => [template, at]));
  const vectorOf = (template: number) => {
    const at = place.get(template)! * dimension;
    return vectors.subarray(at, at + dimension);
  };
  return searches.map((search) => ({ name: search.name, ...searchRanks(search, templates, vectorOf) }));
}

/** The templates that take part, ascending. */
function usedTemplates({ count }: Templates, searches: readonly TemplateSearch[]): Int32Array {
  const used = new Uint8Array(count);
  for (const { gallery, probes } of searches) for (const list of [gallery, probes]) for (const t of list) used[t] = 1;
  return Int32Array.from({ length: count }, (_, template) => template).filter((template) => used[template] === 1);
}

/**
 * Identification of templates: each probe of a search is compared with every template of its gallery by the cosine of
 * their vectors, see {@link searchRanks}. Figures are means over the searches; `std` is the spread over them (ddof 0).
 *
 * - `rank-k`: share of the mated probes whose subject is among the first k of the gallery's; ties count against it. The
 *   curve `cmc` has all k. Of N-way one-shot searches, `rank-1` is the accuracy.
 * - `rank-1-low`, `rank-1-high`, with `interval`: `x̄ ∓ t_{0.975} s / √searches`, cut to [0, 1], of independent searches only.
 * - `dir@x`: detection and identification rate, share of the mated probes whose subject comes first and scores above
 *   the threshold; `tpir@x`: true positive identification rate, share whose subject scores above it at whatever rank.
 *   The threshold is that of each search at which at most a share x of its unmated probes gets a candidate, see
 *   {@link identificationThreshold}; false alarm rate and false positive identification rate are two names of x.
 *
 * `n` is the number of mated probes of all searches (of searches, for the interval; of probes, for `unmated`). A unit
 * vector of each template that takes part is held. Throws `TypeError` without searches, `RangeError` if a search has
 * no mated probe, if rates are wanted and one has no unmated probe, or the interval of a single search.
 *
 * Source: ISO/IEC 19795-1:2021; P. J. Phillips, P. Grother, R. Micheals, "Evaluation methods in face recognition",
 * Handbook of Face Recognition, 2011; B. Lake et al., "Human-level concept learning", 2015, for one-shot searches.
 */
export const identification: StreamedProtocolPlugin = defineStreamedProtocol({
  name: "identification",
  version: "1.0.0",
  summary: "Rank-k and CMC of searches in galleries, N-way accuracy, and DIR and TPIR with unknown probes",
  reference: "https://www.iso.org/standard/73515.html",
  formula: "rank-k = P(rank ≤ k), dir@x = P(rank = 1, s > t), tpir@x = P(s > t), t: P(max s > t | unmated) ≤ x",
  notes: [
    "tpir@x takes a mate at any rank, dir@x at rank 1 alone. IJB scripts set the threshold by all impostor scores " +
    "instead of each probe's highest, which is another figure.",
    "The searches of one data set often share images, and two are too few for an interval: that of rank-1 is honest " +
    "for runs that are drawn anew, such as the 20 of Omniglot.",
    "A template that stands in probes and gallery is not compared with itself. Lists of noise are not looked at.",
  ],
  params,
  wants: "templates",
  metrics: definitions,
  mirrored: ({ flip }) => flip,
  async evaluateStream(given, input) {
    const { rank, far, interval, fuse, flip } = given, results = await searchAll(given, input);
    let mated = 0, all = 0;
    for (const { name, ranks } of results) {
      const found = ranks.reduce((sum, of) => sum + Math.min(of, 1), 0);
      if (found === 0) {
        throw new RangeError(`Cannot identify in search "${name}": none of its probes has a mate in the gallery`);
      }
      mated += found, all += ranks.length;
    }
    const rates = (k: number) => results.map((result) => foundShare(result, (found) => found <= k));
    if (interval && results.length < 2) {
      throw new RangeError("Cannot give an interval over searches: there is one, set interval to false");
    }
    const figures = [
      ...rank.map((k) => overSearches(rates(k), mated)),
      ...interval ? shareInterval(rates(1)).map((value) => ({ value, n: results.length })) : [],
      ...far.flatMap((value) => {
        const thresholds = results.map((result) => searchThreshold(result, value));
        const accepted = (first: boolean) =>
          results.map((result, i) =>
            foundShare(result, (found, score) => score > thresholds[i]! && (!first || found === 1))
          );
        return [overSearches(accepted(true), mated), overSearches(accepted(false), mated)];
      }),
      { value: all - mated, n: all },
    ];
    return {
      definition: `identification/1; fuse=${fuse}; flip=${flip ? "sum" : "none"}; score=cosine; subject=highest; ` +
        "tie=against; searches=mean,ddof=0; threshold=order-statistic,strict" +
        (interval ? "; interval=student-95" : ""),
      metrics: measured(definitions(given), figures),
      curves: [cmcCurve(results)],
    };
  },
});
