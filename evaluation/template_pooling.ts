/**
 * One unit vector for each template: what becomes of several images that stand for one subject.
 *
 * @module
 */
import type { EmbeddingChunk, EmbeddingSource } from "../tensor/embedding_source.ts";
import type { Templates } from "./protocol.ts";

/** How the embeddings of a template's images are put together; every step that is not set is left out. */
export interface PoolOptions {
  /** Add the embedding of the mirrored image first: `x + x̄`. */
  readonly flip?: boolean;
  /** Then bring each image to unit length, so that all count alike; else long embeddings count more. */
  readonly unit?: boolean;
  /** Then multiply each image by its detector's score. */
  readonly detection?: boolean;
  /** Take the mean within each medium and add these, so that a video counts as one photograph; else add all images. */
  readonly media?: boolean;
}

/** Pools templates on demand, so that a gallery of a million need not be held. */
export interface TemplatePool {
  /** Length of each vector. */
  readonly dimension: number;
  /**
   * Unit vectors of some templates, in their order, float64, row-major `[which.length, dimension]`.
   *
   * Each image that takes part is asked for once a call, in ascending order.
   *
   * @throws {RangeError} if a template has no image, an embedding is not finite, or a sum has no direction.
   */
  pool(which: Int32Array): Promise<Float64Array>;
}

/**
 * Pools the templates of an evaluation: `v = Σ_i w_i x_i`, then `v / ‖v‖`, where x is an image's embedding as
 * {@link PoolOptions} has it and w is 1 or, with `media`, one over the images of its medium in the template.
 *
 * @throws {TypeError} if mirrored embeddings or detector scores are wanted and absent.
 */
export function createTemplatePool(
  embeddings: EmbeddingSource,
  templates: Templates,
  options: PoolOptions = {},
): TemplatePool {
  const { dimension } = embeddings;
  if (options.flip && !embeddings.mirrored) {
    throw new TypeError(
      "Cannot add mirrored embeddings: there are none, embed the mirrored images as well or set flip to false",
    );
  }
  if (options.detection && !templates.detection) {
    throw new TypeError("Cannot weight images by their detector's score: the data has none, leave the weights out");
  }
  const { image, medium } = templates.entries, { start, entry } = entriesByTemplate(templates);
  return {
    dimension,
    async pool(which) {
      const { entries, places } = entriesOf(which, start, entry);
      const weights = options.media ? mediumWeights(entries, places, medium) : undefined;
      const order = Int32Array.from(entries.keys()).sort((a, b) => image[entries[a]!]! - image[entries[b]!]!);
      const images = distinct(order, (at) => image[entries[at]!]!);
      const sums = new Float64Array(which.length * dimension), vector = new Float64Array(dimension);
      let next = 0;
      for await (const chunk of embeddings.chunks(images)) {
        for (let row = 0; row < chunk.count; row++) {
          const index = images[chunk.start + row]!;
          const scale = options.detection ? templates.detection![index]! : 1;
          readVector(vector, chunk, { row, image: index, options });
          for (; next < order.length && image[entries[order[next]!]!] === index; next++) {
            const at = order[next]!, to = places[at]! * dimension, weight = scale * (weights ? weights[at]! : 1);
            for (let i = 0; i < dimension; i++) sums[to + i]! += vector[i]! * weight;
          }
        }
      }
      which.forEach((template, place) =>
        normalise(sums.subarray(place * dimension, (place + 1) * dimension), template)
      );
      return sums;
    },
  };
}

/** The entries of each template: `entry[start[t]] … entry[start[t + 1] − 1]`, in the order of the data. */
function entriesByTemplate({ entries: { template }, count }: Templates): { start: Int32Array; entry: Int32Array } {
  const start = new Int32Array(count + 1), entry = new Int32Array(template.length);
  for (const index of template) start[index + 1]!++;
  for (let t = 0; t < count; t++) start[t + 1]! += start[t]!;
  const next = start.slice();
  template.forEach((index, at) => entry[next[index]!++] = at);
  return { start, entry };
}

/** The entries of some templates, and the place of each one's template among them. */
function entriesOf(which: Int32Array, start: Int32Array, entry: Int32Array) {
  let total = 0;
  for (const template of which) {
    const size = start[template + 1]! - start[template]!;
    if (size === 0) throw new RangeError(`Cannot pool template ${template}: it has no images, at least one is wanted`);
    total += size;
  }
  const entries = new Int32Array(total), places = new Int32Array(total);
  let at = 0;
  which.forEach((template, place) => {
    for (let i = start[template]!; i < start[template + 1]!; i++, at++) entries[at] = entry[i]!, places[at] = place;
  });
  return { entries, places };
}

/** One over the number of images that an entry's medium has in its template; entries of one template follow each other. */
function mediumWeights(entries: Int32Array, places: Int32Array, medium: Int32Array): Float64Array {
  const weights = new Float64Array(entries.length);
  for (let from = 0, to = 0; from < entries.length; from = to) {
    const counts = new Map<number, number>();
    for (to = from; to < entries.length && places[to] === places[from]; to++) {
      const key = medium[entries[to]!]!;
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    for (let at = from; at < to; at++) weights[at] = 1 / counts.get(medium[entries[at]!]!)!;
  }
  return weights;
}

/** The distinct values of an ascending sequence. */
function distinct(order: Int32Array, value: (at: number) => number): Int32Array {
  const values = order.map(value);
  return values.filter((found, at) => at === 0 || found !== values[at - 1]);
}

function readVector(
  vector: Float64Array,
  { original, mirrored }: EmbeddingChunk,
  { row, image, options }: { row: number; image: number; options: PoolOptions },
): void {
  const from = row * vector.length;
  let squares = 0;
  for (let i = 0; i < vector.length; i++) {
    const value = original[from + i]! + (options.flip ? mirrored![from + i]! : 0);
    vector[i] = value;
    squares += value * value;
  }
  if (!Number.isFinite(squares) || (options.unit && squares === 0)) {
    throw new RangeError(
      `Cannot pool the embedding of image ${image}: its norm is ${Math.sqrt(squares)}, a finite vector with a ` +
        "direction is wanted; look for divergence of the network, or damage of the file, that it comes from",
    );
  }
  const scale = options.unit ? 1 / Math.sqrt(squares) : 1;
  if (scale !== 1) { for (let i = 0; i < vector.length; i++) vector[i]! *= scale; }
}

function normalise(vector: Float64Array, template: number): void {
  let squares = 0;
  for (const value of vector) squares += value * value;
  if (squares === 0) {
    throw new RangeError(
      `Cannot normalise template ${template}: the embeddings of its images add up to 0, a direction is wanted`,
    );
  }
  const norm = Math.sqrt(squares);
  for (let i = 0; i < vector.length; i++) vector[i]! /= norm;
}
