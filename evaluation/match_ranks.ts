/**
 * Where the other images of an image's class stand among its neighbours.
 *
 * @module
 */
import { eachProducts } from "./products.ts";

/** Unit vectors with classes. */
export interface LabelledVectors {
  /** Unit vectors, row-major `[count, dimension]`. */
  readonly values: Float64Array;
  /** Length of each vector. */
  readonly dimension: number;
  /** Class of each vector. */
  readonly labels: Int32Array;
}

/**
 * Ranks of the images of its own class among all other images by falling cosine, from 1, for each image that has one.
 * Of equal cosines the image of lower index comes first. Exact, and at most some 32 MiB of cosines are held.
 *
 * @param visit Is handed an image and the ascending ranks of its class, shape `[images of the class − 1]`.
 */
export function eachMatchRanks(
  { values, dimension, labels }: LabelledVectors,
  visit: (image: number, ranks: Int32Array) => void,
): void {
  const members = new Map<number, number[]>();
  labels.forEach((label, image) => {
    const list = members.get(label);
    if (list) list.push(image);
    else members.set(label, [image]);
  });
  eachProducts(values, values, {
    dimension,
    visit(image, cosines) {
      const label = labels[image]!;
      const matches = members.get(label)!.filter((other) => other !== image);
      if (matches.length > 0) visit(image, ranksOf({ matches, cosines, labels, label }));
    },
  });
}

function ranksOf({ matches, cosines, labels, label }: {
  readonly matches: number[];
  readonly cosines: Float64Array;
  readonly labels: Int32Array;
  readonly label: number;
}): Int32Array {
  const order = Int32Array.from(matches.sort((a, b) => cosines[b]! - cosines[a]! || a - b));
  const ahead = (other: number, match: number): boolean => {
    return cosines[other]! > cosines[match]! || (cosines[other]! === cosines[match]! && other < match);
  };
  // For each image of another class, the first match that it comes before.
  const before = new Int32Array(order.length), last = order[order.length - 1]!;
  for (let other = 0; other < cosines.length; other++) {
    if (labels[other] === label || !ahead(other, last)) continue;
    let low = 0, high = order.length - 1;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (ahead(other, order[middle]!)) high = middle;
      else low = middle + 1;
    }
    before[low]!++;
  }
  let others = 0;
  return before.map((count, place) => (others += count) + place + 1);
}
