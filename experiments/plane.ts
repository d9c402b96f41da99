/**
 * What a network with two-dimensional embeddings gives of its training images, for the picture of them in the plane.
 *
 * @module
 */
import type { Backbone } from "../backbones/mod.ts";
import type { ImageSet } from "../datasets/mod.ts";
import type { ClassWeights } from "../evaluation/mod.ts";
import { networkSource } from "./embed.ts";

/** A place in the plane. */
export type PlanePoint = readonly [x: number, y: number];

/** Embeddings in the plane. */
export interface Plane {
  /** SHA-256 of the weights that gave them. */
  readonly weightsSha256: string;
  /** Names of the classes. */
  readonly classes: readonly string[];
  /** Class of each embedding. */
  readonly labels: readonly number[];
  /** Embeddings of training images, as they are, not of unit length. */
  readonly points: readonly PlanePoint[];
  /** Weights of the classes, those of one class in a row; none for heads without. */
  readonly weights: readonly PlanePoint[];
}

/** Images whose embeddings are kept at most, evenly spread over the set. */
export const PLANE_IMAGES = 2000;

/** Images a batch. */
const BATCH = 64;

/** Embeds training images without augmentation, with running statistics. The network must give two dimensions. */
export async function embedPlane(
  { backbone, training, classWeights, weightsSha256 }: {
    readonly backbone: Backbone;
    readonly training: ImageSet;
    readonly classWeights: ClassWeights;
    readonly weightsSha256: string;
  },
): Promise<Plane> {
  const count = Math.min(training.length, PLANE_IMAGES);
  const indices = Int32Array.from({ length: count }, (_, i) => Math.floor(i * training.length / count));
  const points: PlanePoint[] = [];
  for await (const chunk of networkSource(backbone, training, { batchSize: BATCH, mirrored: false }).chunks(indices)) {
    points.push(...pointsOf(chunk.original.subarray(0, 2 * chunk.count)));
  }
  return {
    weightsSha256,
    classes: training.classes,
    labels: Array.from(indices, (index) => training.labels[index]!),
    points,
    weights: pointsOf(classWeights.values),
  };
}

/** Two numbers a point, with the digits that a float32 has. */
function pointsOf(values: Float32Array): PlanePoint[] {
  const digits = (value: number) => Number(value.toPrecision(7));
  return Array.from({ length: values.length / 2 }, (_, i) => [digits(values[2 * i]!), digits(values[2 * i + 1]!)]);
}
