/**
 * Image retrieval: do the nearest images show the same class?
 *
 * @module
 */
import { z } from "zod";
import { createRandom } from "../tensor/random.ts";
import { unitEmbeddings } from "./embeddings.ts";
import { measured } from "./figures.ts";
import { kMeans } from "./kmeans.ts";
import { eachMatchRanks, type LabelledVectors } from "./match_ranks.ts";
import { normalisedMutualInformation } from "./mutual_information.ts";
import { defineProtocol, type MetricDefinition, type ProtocolPlugin } from "./protocol.ts";

const params = z.strictObject({
  k: z.array(z.int().min(1)).min(1).max(16)
    .refine((list) => new Set(list).size === list.length, "Each k may be given once")
    .default([1, 5, 10])
    .describe("Numbers of neighbours for recall@…"),
  flip: z.boolean().default(false).describe("Add the embedding of the mirrored image before normalising"),
  nmi: z.boolean().default(true).describe(
    "Also cluster the images by k-means and measure the mutual information; slow for many classes",
  ),
});

type Params = z.output<typeof params>;

function definitions({ k, nmi }: Params): MetricDefinition[] {
  const fraction = { unit: "fraction", higherIsBetter: true };
  return [
    ...k.map((count) => ({
      name: `recall@${count}`,
      ...fraction,
      summary: count === 1
        ? "Images whose nearest other image is of their class"
        : `Images with one of their class among the ${count} nearest`,
    })),
    { name: "map@r", ...fraction, summary: "Mean average precision at R, the number of other images of the class" },
    { name: "r-precision", ...fraction, summary: "Share of the class among the R nearest images" },
    ...nmi
      ? [{ name: "nmi", ...fraction, summary: "Mutual information of the classes and as many clusters of k-means" }]
      : [],
    { name: "excluded", unit: "count", higherIsBetter: null, summary: "Images whose class has no other, never asked" },
  ];
}

/** Recall at each k, MAP@R and R-precision, each averaged over the images that have another of their class. */
function neighbourFigures(vectors: LabelledVectors, k: readonly number[]): { sums: Float64Array; queries: number } {
  const sums = new Float64Array(k.length + 2);
  let queries = 0;
  eachMatchRanks(vectors, (_, ranks) => {
    queries++;
    k.forEach((count, place) => {
      if (ranks[0]! <= count) sums[place]!++;
    });
    let hits = 0, precision = 0;
    for (const rank of ranks) {
      if (rank > ranks.length) break;
      precision += ++hits / rank;
    }
    sums[k.length]! += precision / ranks.length;
    sums[k.length + 1]! += hits / ranks.length;
  });
  return { sums, queries };
}

/**
 * Retrieval among the images of a set by the cosine of their embeddings. Each image whose class has R ≥ 1 others is
 * looked for among all other images; those of classes of one image are not, but can be found in its place.
 *
 * - `recall@k`: share of the images with one of their class among the k nearest.
 * - `r-precision`: mean share of the class among the R nearest; `map@r`: mean of `1/R Σ_{i ≤ R} P(i) rel(i)`.
 * - `nmi`: of all images, classes against as many clusters: k-means of the unit embeddings, one start by k-means++ from
 *   the stream `0/kmeans`, at most 20 rounds. See {@link kMeans} and {@link normalisedMutualInformation}.
 * - `excluded`: images of classes of one image.
 *
 * Of equal cosines the image of lower index counts as nearer. `n` is the number of images looked for (of all, for `nmi`
 * and `excluded`). The work grows with the square of the images, the memory does not. Throws `RangeError` if no class
 * has two images, and for embeddings that are not finite or have norm 0.
 *
 * Source: K. Musgrave et al., "A metric learning reality check", https://arxiv.org/abs/2003.08505; its
 * pytorch-metric-learning, `utils/accuracy_calculator.py`, whose `precision_at_1` is `recall@1`.
 */
export const retrieval: ProtocolPlugin = defineProtocol({
  name: "retrieval",
  version: "1.0.0",
  summary: "Recall@k, MAP@R, R-precision and NMI of a labelled set, by cosine",
  reference: "https://arxiv.org/abs/2003.08505",
  formula: "MAP@R = mean 1/R Σ_{i ≤ R} P(i) rel(i)",
  notes: [
    "pytorch-metric-learning clusters with faiss from other random centres, so nmi agrees up to the spread over starts.",
    "recall@k counts an image as found by any one of the k nearest, as the papers on CUB, CARS and SOP do; it is not " +
    "the share of the class that is found.",
    "Sixty thousand images of 512 numbers take a quarter of an hour; ten thousand classes take hours for nmi, which can be turned off.",
  ],
  params,
  wants: "images",
  metrics: definitions,
  mirrored: ({ flip }) => flip,
  evaluate(given, { embeddings, labels }) {
    const { k, flip, nmi } = given, { count, values, dimension } = unitEmbeddings(embeddings, flip);
    if (labels.length !== count) {
      throw new TypeError(
        `Cannot read the labels: ${labels.length} were found, one for each of ${count} images is wanted`,
      );
    }
    const { sums, queries } = neighbourFigures({ values, dimension, labels }, k);
    if (queries === 0) {
      throw new RangeError("Cannot retrieve images: each class has one image, at least one class with two is wanted");
    }
    const clusters = nmi ? kMeans({ values, dimension }, new Set(labels).size, createRandom(0, "kmeans")) : undefined;
    const figures = [
      ...Array.from(sums, (sum) => ({ value: sum / queries, n: queries })),
      ...clusters ? [{ value: normalisedMutualInformation(labels, clusters), n: count }] : [],
      { value: count - queries, n: count },
    ];
    return {
      definition: `retrieval/1; flip=${flip ? "sum" : "none"}; score=cosine; tie=lower-index; lone=distractors` +
        (nmi ? "; nmi=arithmetic; kmeans=unit,k-means++,philox:0/kmeans,starts=1,rounds=20" : ""),
      metrics: measured(definitions(given), figures),
    };
  },
});
