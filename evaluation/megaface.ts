/**
 * Identification and verification among distractors: MegaFace, challenge 1.
 *
 * @module
 */
import { z } from "zod";
import { countUpTo } from "./ascending.ts";
import { CURVE_POINTS, rankCurve, rateCurves, spacedCounts } from "./curves.ts";
import { countDistractors } from "./distractors.ts";
import { measured } from "./figures.ts";
import { mateCosines, replaceNoise } from "./megaface_probes.ts";
import {
  type Curve,
  defineStreamedProtocol,
  type MetricDefinition,
  type StreamedProtocolPlugin,
  type Templates,
} from "./protocol.ts";
import { formatCount, formatRate } from "./rate.ts";
import { ratesParam } from "./rates_param.ts";
import { createTemplatePool, type TemplatePool } from "./template_pooling.ts";

/** Distractors that are multiplied at once. */
const BATCH = 1024;
/** Most cosines that are kept: half a GiB of room. */
const MOST_KEPT = 2 ** 25;

const params = z.strictObject({
  flip: z.enum(["none", "sum"]).default("sum").describe("Whether the embedding of the mirrored image is added"),
  distractors: z.array(z.int().min(1)).min(1).max(16)
    .refine((sizes) => sizes.every((size, i) => i === 0 || size > sizes[i - 1]!), "Sizes ascend")
    .default([10, 100, 1000, 10_000, 100_000, 1_000_000])
    .describe("Numbers of distractors, ascending: of each the first of the list are taken"),
  far: ratesParam([1e-6], "False accept rates, in (0, 1), of verification among the most distractors"),
  noise: z.enum(["keep", "remove"]).default("keep").describe(
    "What becomes of images that the data lists as noise: used as they are, or removed as insightface does",
  ),
});

type Params = z.output<typeof params>;

function definitions({ distractors, far }: Pick<Params, "distractors" | "far">): MetricDefinition[] {
  const rate = { unit: "fraction", higherIsBetter: true };
  return [
    ...distractors.map((size) => ({
      name: `rank-1@${formatCount(size)}`,
      ...rate,
      summary: `Pairs of probes in which the mate is nearer than all of ${size} distractors`,
    })),
    ...far.map((value) => ({
      name: `tar@${formatRate(value)}`,
      ...rate,
      summary: `Pairs of probes accepted while at most ${formatRate(value)} of probes with distractors are`,
    })),
  ];
}

/**
 * MegaFace: for every probe p and each other probe g of its subject, the rank of g among itself and the distractors is
 * 1 and the number of distractors whose cosine with p is at least that of g. `rank-1@1e6` is the share of these ordered
 * pairs of rank 1 with the first million distractors of the list; the curves `cmc@…` have the other ranks.
 *
 * `tar@…` is the share of pairs of probes above a threshold that at most `FAR · N` of the N pairs of a probe and a
 * distractor exceed, with the most distractors. Only the largest cosines are kept, as many as the largest rate needs;
 * the curves `roc` and `det` end there. All counts and thresholds are exact, in float64.
 *
 * With `noise: remove`, probes that are noise are replaced by nearly their class's centre (see {@link replaceNoise}),
 * and distractors that are noise are never near anything; they still count in the numbers of distractors.
 *
 * Probes and counts are held, distractors stream by: memory does not grow with their number. `n` is the number of
 * ordered pairs. Throws `TypeError` without a search, or to remove noise that the data does not list, `RangeError` for
 * fewer distractors than asked for, and if no probe has a mate.
 *
 * Source: I. Kemelmacher-Shlizerman et al., https://arxiv.org/abs/1512.00596; its program is closed, ties are our own.
 */
export const megafaceProtocol: StreamedProtocolPlugin = defineStreamedProtocol({
  name: "megaface",
  version: "1.0.0",
  onBackend: true,
  summary: "MegaFace: rank-1 and CMC among 10 to 1,000,000 distractors, TAR at FAR 1e-6, with or without noise",
  reference: "https://arxiv.org/abs/1512.00596",
  formula: "rank(p, g) = 1 + |{d : p · d ≥ p · g}|",
  notes: [
    "Figures with noise kept and with noise removed (insightface's lists) are two different ones. Distractors that are " +
    "removed still count in their number.",
    "rank-1@1e6 wants the official list of a million; smaller lists need smaller distractors.",
  ],
  params,
  wants: "templates",
  metrics: definitions,
  mirrored: ({ flip }) => flip === "sum",
  async evaluateStream(params, { embeddings, templates }) {
    const { flip, far, noise: treatment } = params, sizes = params.distractors, remove = treatment === "remove";
    const { probes, gallery } = checkSearch(templates, params);
    const noise = remove ? templates!.noise! : new Uint8Array(templates!.count);
    const pool = createTemplatePool(embeddings, templates!, { flip: flip === "sum" }), { dimension } = pool;
    const vectors = await pool.pool(probes), { subjects } = templates!;
    if (remove) replaceNoise(vectors, dimension, { probes, subjects, noise });
    const mates = mateCosines(vectors, dimension, { probes, subjects }), n = mates.cosines.length;
    const most = sizes.at(-1)!, pairs = probes.length * most;
    const keep = Math.min(pairs, Math.floor(Math.max(0, ...far) * pairs + 1e-9) + 1);
    if (keep > MOST_KEPT) {
      throw new RangeError(
        `Cannot measure false accept rates up to ${
          Math.max(...far)
        } of ${pairs} pairs: ${keep} cosines would be kept, ` +
          `at most ${MOST_KEPT} are; choose smaller rates`,
      );
    }
    const counts = await countDistractors(vectors, dimension, { mates, keep });
    try {
      const ranks: Int32Array[] = [];
      let done = 0;
      for (const size of sizes) {
        for await (const batch of batches(pool, gallery.subarray(done, size), noise)) await counts.add(batch);
        ranks.push(counts.nearer().sort());
        done = size;
      }
      const ascending = mates.cosines.slice().sort(), largest = counts.largest.values();
      const tar = (accepted: number) => 1 - countUpTo(ascending, largest[accepted] ?? -Infinity) / n;
      const values = [
        ...ranks.map((nearer) => countUpTo(nearer, 0) / n),
        ...far.map((rate) => tar(Math.floor(rate * pairs + 1e-9))),
      ];
      return {
        definition: [
          "megaface/1",
          `flip=${flip}`,
          "pairs=ordered",
          "rank=mate-last-of-equals",
          "tar=order-statistic",
          `noise=${treatment}`,
        ].join("; "),
        metrics: measured(definitions(params), values.map((value) => ({ value, n }))),
        curves: [
          ...ranks.map((nearer, index) => {
            const size = sizes[index]!, share = (rank: number) => countUpTo(nearer, rank - 1) / n;
            return rankCurve(`cmc@${formatCount(size)}`, share, size + 1);
          }),
          ...largestCurves(tar, keep - 1, pairs),
        ],
      };
    } finally {
      counts.dispose();
    }
  },
});

/** Curves as far as the largest cosines go. */
function largestCurves(tar: (accepted: number) => number, last: number, pairs: number): Curve[] {
  return rateCurves([0, ...spacedCounts(last, CURVE_POINTS - 1)].map((accepted) => {
    const share = tar(accepted);
    return { far: accepted / pairs, tar: share, frr: 1 - share };
  }));
}

/** Vectors of templates that are no noise, some at a time. */
async function* batches(pool: TemplatePool, templates: Int32Array, noise: Uint8Array): AsyncIterable<Float64Array> {
  const clean = templates.filter((template) => !noise[template]);
  for (let from = 0; from < clean.length; from += BATCH) yield await pool.pool(clean.subarray(from, from + BATCH));
}

function checkSearch(templates: Templates | undefined, { distractors, noise }: Params) {
  const search = templates?.searches?.[0];
  if (!search) {
    throw new TypeError(
      "Cannot search among distractors without a search: give the evaluation a reader that gives one, as megaface",
    );
  }
  if (noise === "remove" && !templates!.noise) {
    throw new TypeError("Cannot remove noise: the data lists none, name the lists or set noise: keep");
  }
  const most = distractors.at(-1)!;
  if (most > search.gallery.length) {
    throw new RangeError(
      `Cannot take ${most} distractors: the data has ${search.gallery.length}, wanted at most as many; set distractors`,
    );
  }
  return search;
}
