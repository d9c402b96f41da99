/**
 * Which training images lie near the dominant centre of their class: the cleaning step of Sub-center ArcFace.
 *
 * @module
 */
import { z } from "zod";
import { nearestCentre, unitCentres } from "./centres.ts";
import { cosineTo, degreesOf, indexImages } from "./class_means.ts";
import { measured } from "./figures.ts";
import { defineProtocol, type MetricDefinition, type ProtocolInput, type ProtocolPlugin } from "./protocol.ts";

const params = z.strictObject({
  angle: z.number().positive().max(180).default(75).describe(
    "Images farther than this from the dominant centre of their class are dropped; degrees, in (0, 180]",
  ),
});

const DEFINITIONS: readonly MetricDefinition[] = [
  { name: "kept", unit: "fraction", higherIsBetter: null, summary: "Images near the dominant centre of their class" },
  {
    name: "dominant",
    unit: "fraction",
    higherIsBetter: null,
    summary: "Images whose nearest centre is the dominant one of their class",
  },
];

/** Of each image, its nearest centre and the angle to its class's dominant one, in degrees. */
function place(input: ProtocolInput) {
  const { embeddings, labels } = input;
  const centres = unitCentres(input), { perClass, dimension, values: vectors } = centres;
  const { rows, classes, inverse } = indexImages(embeddings, labels);
  const cosine = (image: number, at: number) => cosineTo(embeddings, image, { vectors, at, inverse });
  const nearest = Int32Array.from(labels, (label, image) => {
    return nearestCentre(centres, label, (at) => cosine(image, at)).centre;
  });
  const votes = new Int32Array(classes.length * perClass);
  for (const [image, row] of rows.entries()) votes[row * perClass + nearest[image]!]!++;
  const dominant = Int32Array.from(classes, (_, row) => {
    const own = votes.subarray(row * perClass, (row + 1) * perClass);
    return own.indexOf(own.reduce((a, b) => Math.max(a, b)));
  });
  const degrees = Float64Array.from(labels, (label, image) => {
    return degreesOf(cosine(image, (label * perClass + dominant[rows[image]!]!) * dimension));
  });
  return { degrees, agrees: nearest.map((centre, image) => +(centre === dominant[rows[image]!]!)) };
}

/**
 * Tells which images a second training should keep: those within `angle` of the dominant centre of their class, the
 * centre that is nearest to most of the class's images, the first of equals.
 *
 * - `kept`: share of images within `angle`; the lists `kept` and `dropped` have the images.
 * - `dominant`: share of images whose nearest centre is the dominant one; 1 for heads with one centre a class.
 *
 * `n` is the number of images. Throws `RangeError` for embeddings and class weights without a direction.
 *
 * Source: J. Deng et al., "Sub-center ArcFace: Boosting Face Recognition by Large-scale Noisy Web Faces", ECCV 2020,
 * https://doi.org/10.1007/978-3-030-58621-8_43: after training with K = 3, the other centres and the images more than
 * 75° from the dominant one are dropped, and training begins anew with K = 1.
 */
export const dominantCentre: ProtocolPlugin = defineProtocol({
  name: "dominant-centre",
  version: "1.0.0",
  summary: "Which training images lie near the dominant centre of their class, for training anew without the others",
  reference: "https://doi.org/10.1007/978-3-030-58621-8_43",
  formula: "kept iff ∠(x, W_yk) ≤ angle, k = the centre nearest to most images of y",
  params,
  wants: "images",
  metrics: () => DEFINITIONS,
  mirrored: () => false,
  classWeights: () => true,
  evaluate({ angle }, input) {
    const { degrees, agrees } = place(input), n = degrees.length;
    const all = Int32Array.from({ length: n }, (_, image) => image);
    const kept = all.filter((image) => degrees[image]! <= angle);
    const dropped = all.filter((image) => degrees[image]! > angle);
    const values = [kept.length / n, agrees.reduce((sum, one) => sum + one, 0) / n];
    const metrics = measured(DEFINITIONS, values.map((value) => ({ value, n })));
    const definition = `dominant-centre/1; angle=${angle}; vote=nearest,first-of-equals`;
    return { definition, metrics, lists: { kept, dropped } };
  },
});
