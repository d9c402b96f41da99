/**
 * 1:N identification of templates: the galleries apart, as the standard has it, and as one, as insightface's script has it.
 *
 * @module
 */
import { z } from "zod";
import { measured } from "./figures.ts";
import { eachProducts } from "./products.ts";
import {
  defineStreamedProtocol,
  type MetricDefinition,
  type StreamedProtocolPlugin,
  type TemplateSearch,
} from "./protocol.ts";
import { formatRate } from "./rate.ts";
import { ratesParam } from "./rates_param.ts";
import { cmcCurve, foundShare, overSearches, searchThreshold } from "./search_figures.ts";
import { createSearchRanker, type SearchRanks } from "./search_ranks.ts";
import { fuseTemplates, FUSION_FIELDS, fusionId } from "./template_fusion.ts";
import { countUnion } from "./union_search.ts";

const params = z.strictObject({
  ...FUSION_FIELDS,
  rank: z.array(z.int().min(1)).min(1).max(16)
    .refine((ranks) => new Set(ranks).size === ranks.length, "Each rank may be given once")
    .default([1, 5, 10]).describe("Ranks k at which the identification rate is measured"),
  far: ratesParam([1e-2, 1e-1], "False positive identification rates, in (0, 1)"),
  union: z.boolean().default(true).describe(
    "Also search all galleries as one, as insightface's script does; every probe then has one mate",
  ),
});

type Params = z.output<typeof params>;

function definitions({ rank: ranks, far, union }: Params): MetricDefinition[] {
  const rate = { unit: "fraction", higherIsBetter: true };
  const apart = [
    ...ranks.map((rank) => ({
      name: `rank-${rank}`,
      ...rate,
      summary: `Mated probes whose mate is among the ${rank} nearest, mean over galleries`,
    })),
    ...far.map((value) => ({
      name: `tpir@${formatRate(value)}`,
      ...rate,
      summary: `Mated probes accepted, at a threshold that ${
        formatRate(value)
      } of the others pass, mean over galleries`,
    })),
  ];
  const joined = [
    ...ranks.map((rank) => ({
      name: `union-rank-${rank}`,
      ...rate,
      summary: `Probes whose mate is among the ${rank} nearest of all galleries as one`,
    })),
    ...far.map((value) => ({
      name: `union-tpir@${formatRate(value)}`,
      ...rate,
      summary: `Probes accepted at the script's threshold: ${
        formatRate(value)
      } of the probes' number of wrong pairs pass`,
    })),
  ];
  return union ? [...apart, ...joined] : apart;
}

/**
 * Identification of probe templates in galleries, by the cosine of vectors fused as for `ijb-verification`.
 *
 * Galleries apart, each figure the mean over them ± its spread (ddof 0), as ISO/IEC 19795-1 and the papers of IJB have
 * it; a probe is mated if its subject is in the gallery:
 *
 * - `rank-k`: the mate is among the k nearest; of equals the mate comes last.
 * - `tpir@f`: the mate, at whatever rank, passes a threshold which at most `f` of the probes without a mate pass.
 *
 * These are the figures of `identification`, of the same names.
 *
 * All galleries as one, with `union`, as insightface's `ijb_1n.py` measures: `union-rank-k`, and `union-tpir@f`, whose
 * threshold is the `⌈f · probes⌉`-th largest of all wrong pairs' cosines. That is no FPIR; figures that were computed
 * with the script are of this kind.
 *
 * `n` is the number of mated probes, over all galleries. The curve `cmc` is of the galleries apart. Throws `TypeError`
 * without searches, `RangeError` where a rate cannot be told: no mated probes, none without a mate, or not one mate in
 * the union.
 */
export const ijbIdentification: StreamedProtocolPlugin = defineStreamedProtocol({
  name: "ijb-identification",
  version: "1.0.0",
  summary: "IJB 1:N: rank-k and TPIR at FPIR over galleries, and insightface's figures over their union",
  reference: "https://github.com/deepinsight/insightface/blob/master/recognition/_evaluation_/ijb/ijb_1n.py",
  formula: "TPIR(f) = P(s > t), P(max_gallery s > t | no mate) ≤ f",
  params,
  wants: "templates",
  metrics: definitions,
  mirrored: ({ flip }) => flip !== "none",
  async evaluateStream(params, { embeddings, templates }) {
    const searches = templates?.searches ?? [], { rank: ranks, far, union } = params;
    if (!templates || searches.length === 0) {
      throw new TypeError(
        "Cannot identify templates without searches: give the evaluation a reader that gives such, as ijb with searches",
      );
    }
    const pool = fuseTemplates(params, { embeddings, templates }), { dimension } = pool, { subjects } = templates;
    const gallery = Int32Array.from(searches.flatMap((search) => [...search.gallery]));
    const rankers = searches.map((search) => createSearchRanker(search, templates));
    const probes = union ? sameProbes(searches) : new Int32Array();
    const whole = union
      ? countUnion(gallery.map((template) => subjects[template]!), {
        probes: probes.length,
        fpir: Math.max(0, ...far),
      })
      : undefined;
    const vectors = await pool.pool(gallery), starts = startsOf(searches);
    for (const group of groupByProbes(searches)) {
      eachProducts(await pool.pool(group.probes), vectors, {
        dimension,
        visit(place, cosines) {
          for (const index of group.searches) {
            rankers[index]!.add(place, cosines.subarray(starts[index]!, starts[index + 1]!));
          }
          whole?.add(subjects[group.probes[place]!]!, cosines);
        },
      });
    }
    const results = rankers.map((ranker, index) => ({ name: searches[index]!.name, ...ranker.results }));
    const n = results.reduce((sum, result) => sum + countMated(result), 0), all = whole?.figures();
    const figures = [
      ...ranks.map((k) => overSearches(results.map((result) => foundShare(result, (rank) => rank <= k)), n)),
      ...far.map((rate) => {
        const shares = results.map((result) => {
          const threshold = searchThreshold(result, rate);
          return foundShare(result, (_, score) => score > threshold);
        });
        return overSearches(shares, n);
      }),
      ...all ? ranks.map((rank) => ({ value: all.hit(rank), n: probes.length })) : [],
      ...all ? far.map((rate) => ({ value: all.tpir(rate), n: probes.length })) : [],
    ];
    return {
      definition: [
        "ijb-identification/1",
        ...fusionId(params),
        "rank=mate-last-of-equals",
        "tpir=any-rank,order-statistic",
        "mean=galleries",
        ...union ? ["union=ijb_1n"] : [],
      ].join("; "),
      metrics: measured(definitions(params), figures),
      curves: [cmcCurve(results)],
    };
  },
});

/** Where each search's gallery begins among all galleries, and the end. */
function startsOf(searches: readonly TemplateSearch[]): number[] {
  const starts = [0];
  for (const { gallery } of searches) starts.push(starts.at(-1)! + gallery.length);
  return starts;
}

/** Searches that look for the same probes, which are then multiplied once. */
function groupByProbes(searches: readonly TemplateSearch[]): { probes: Int32Array; searches: number[] }[] {
  const groups: { probes: Int32Array; searches: number[] }[] = [];
  searches.forEach(({ probes }, index) => {
    const group = groups.find((other) => equal(other.probes, probes));
    if (group) group.searches.push(index);
    else groups.push({ probes, searches: [index] });
  });
  return groups;
}

function equal(a: Int32Array, b: Int32Array): boolean {
  return a === b || (a.length === b.length && a.every((value, i) => value === b[i]));
}

/** The probes of all searches, which have to be the same ones. */
function sameProbes(searches: readonly TemplateSearch[]): Int32Array {
  const { probes } = searches[0]!;
  const other = searches.find((search) => !equal(search.probes, probes));
  if (!other) return probes;
  throw new RangeError(
    `Cannot search all galleries as one: "${other.name}" has other probes than "${searches[0]!.name}", ` +
      "equal ones are wanted; set union: false",
  );
}

function countMated({ name, ranks }: SearchRanks & { readonly name: string }): number {
  const mated = ranks.reduce((sum, rank) => sum + Math.min(rank, 1), 0);
  if (mated > 0) return mated;
  throw new RangeError(`Cannot measure search "${name}": no probe's subject is in its gallery, at least one is wanted`);
}
