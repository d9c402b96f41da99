/**
 * Angles within and between classes: Table 3 of the ArcFace paper.
 *
 * @module
 */
import { z } from "zod";
import { nearestCentre, type UnitCentres, unitCentres } from "./centres.ts";
import { type ClassMeans, classMeans, cosineTo, degreesOf, type ImageIndex, indexImages } from "./class_means.ts";
import { measured } from "./figures.ts";
import { nearestCosines } from "./nearest.ts";
import {
  defineProtocol,
  type Embeddings,
  type MetricDefinition,
  type ProtocolInput,
  type ProtocolPlugin,
} from "./protocol.ts";
import { mean } from "./spread.ts";

const params = z.strictObject({
  weights: z.boolean().default(false).describe(
    "Also measure the main head's class weights, w-ec and w-inter; the evaluation's data has then to be data.train",
  ),
});

const DEFINITION = "angles/1; centre=mean-of-unit; intra=images,classes-of-2+; inter=min-per-class,mean";

function definitions(weights: boolean): MetricDefinition[] {
  const metric = (name: string, higherIsBetter: boolean, summary: string): MetricDefinition => {
    return { name, unit: "degree", higherIsBetter, summary };
  };
  return [
    metric("intra", false, "Mean angle between an embedding and its class's centre"),
    metric("inter", true, "Mean over classes of the least angle between their centre and another's"),
    metric("inter-min", true, "Least angle between two classes' centres"),
    ...weights
      ? [
        metric("w-ec", false, "Mean angle between a class weight and its class's centre"),
        metric("w-inter", true, "Mean over classes of the least angle between their class weight and another's"),
      ]
      : [],
  ];
}

/** Mean angle between the images and their centres, of classes with two or more; alone, an image is its own centre. */
function within(
  embeddings: Embeddings,
  { rows, inverse }: ImageIndex,
  { counts, dimension, values }: ClassMeans,
) {
  let sum = 0, n = 0;
  for (const [image, row] of rows.entries()) {
    if (counts[row]! < 2) continue;
    sum += degreesOf(cosineTo(embeddings, image, { vectors: values, at: row * dimension, inverse }));
    n++;
  }
  if (n > 0) return { value: sum / n, n };
  throw new RangeError(
    "Cannot measure angles within classes: each class has one image, at least one class with two is wanted",
  );
}

/** Of unit vectors the mean and the least of the angles to their nearest other one. */
function between(vectors: Float64Array, dimension: number) {
  const n = vectors.length / dimension;
  if (n < 2) throw new RangeError(`Cannot measure angles between classes: found ${n} of them, wanted at least 2`);
  const angles = nearestCosines(vectors, dimension).map(degreesOf);
  return [{ value: mean(angles), n }, { value: angles.reduce((a, b) => Math.min(a, b)), n }] as const;
}

/** Of each class, the class weight nearest to its centre, and the mean angle between the two. */
function weightsOf({ classes }: ImageIndex, { dimension, values }: ClassMeans, centres: UnitCentres) {
  const vectors = new Float64Array(classes.length * dimension);
  const degrees = Array.from(classes, (label, row) => {
    const { centre, cosine } = nearestCentre(centres, label, (at) => {
      let sum = 0;
      for (let i = 0; i < dimension; i++) sum += values[row * dimension + i]! * centres.values[at + i]!;
      return sum;
    });
    const from = (label * centres.perClass + centre) * dimension;
    vectors.set(centres.values.subarray(from, from + dimension), row * dimension);
    return degreesOf(cosine);
  });
  return { vectors, value: mean(degrees), n: degrees.length };
}

function measure(input: ProtocolInput, weights: boolean) {
  const { embeddings, labels } = input, { dimension } = embeddings;
  const index = indexImages(embeddings, labels), means = classMeans(embeddings, index);
  const figures = [within(embeddings, index, means), ...between(means.values, dimension)];
  if (!weights) return figures;
  const { vectors, ...own } = weightsOf(index, means, unitCentres(input));
  return [...figures, own, between(vectors, dimension)[0]];
}

/**
 * Angles in degrees, with `x̂ = x/‖x‖` and the centre of class j, `e_j = Σ x̂ / ‖Σ x̂‖` over its images.
 *
 * - `intra`: mean over all images of `∠(x, e_y)`; classes of one image are left out, their angle is 0 by construction.
 * - `inter`: mean over classes of `min_{k ≠ j} ∠(e_j, e_k)`; `inter-min`: the least of these.
 * - `w-ec`, with `weights`: mean over classes of `∠(W_j, e_j)`.
 * - `w-inter`, with `weights`: mean over classes of `min_{k ≠ j} ∠(W_j, W_k)`.
 *
 * Where a head has several centres a class, `W_j` is the one nearest to `e_j`. Classes without an image take no part.
 * `n` is the number of images (`intra`) or of classes. The paper says neither what it does with classes of one image
 * nor whether its centres are of unit embeddings. Throws `RangeError` for fewer than two classes, and for embeddings,
 * centres and class weights without a direction.
 *
 * Ten thousand classes of 512 dimensions take about ten seconds a minimum, which grows with the square of the classes.
 *
 * Source: J. Deng et al., "ArcFace", Table 3, https://arxiv.org/abs/1801.07698.
 */
export const angles: ProtocolPlugin = defineProtocol({
  name: "angles",
  version: "1.0.0",
  summary: "Angles of embeddings and class weights within and between classes, in degrees",
  reference: "https://arxiv.org/abs/1801.07698",
  formula: "intra = mean ∠(x, e_y), inter = mean_j min_k ∠(e_j, e_k), e_j = Σ x̂ / ‖Σ x̂‖",
  params,
  wants: "images",
  metrics: ({ weights }) => definitions(weights),
  mirrored: () => false,
  classWeights: ({ weights }) => weights,
  evaluate({ weights }, input) {
    return { definition: DEFINITION, metrics: measured(definitions(weights), measure(input, weights)) };
  },
});
