/**
 * Classes of images of which nothing is known but pairs.
 *
 * @module
 */

/**
 * Numbers the images so that those that pairs say to be of one person, directly or by way of others, share a number, and
 * so do images whose files are the same bytes.
 *
 * @param images Image files; pair i is images 2i and 2i + 1.
 * @param same 1 where a pair is of one person.
 * @returns Class of each image, numbered by first occurrence.
 */
export function classesOfPairs(images: readonly Uint8Array[], same: Uint8Array): Int32Array {
  const parent = Int32Array.from(images, (_, image) => image);
  const root = (image: number): number => {
    let at = image;
    while (parent[at] !== at) at = parent[at] = parent[parent[at]!]!;
    return at;
  };
  const join = (a: number, b: number): void => {
    const [low, high] = [root(a), root(b)].sort((x, y) => x - y) as [number, number];
    parent[high] = low;
  };
  const seen = new Map<string, number[]>();
  images.forEach((bytes, image) => {
    const key = fingerprint(bytes), others = seen.get(key) ?? [];
    const twin = others.find((other) => equal(images[other]!, bytes));
    if (twin !== undefined) return join(twin, image);
    others.push(image);
    seen.set(key, others);
  });
  same.forEach((isSame, pair) => isSame && join(2 * pair, 2 * pair + 1));
  const numbers = new Map<number, number>();
  return parent.map((_, image) => {
    const first = root(image), number = numbers.get(first) ?? numbers.size;
    numbers.set(first, number);
    return number;
  });
}

/** The length and some bytes, which tell most files apart. */
function fingerprint(bytes: Uint8Array): string {
  const step = Math.max(1, Math.floor(bytes.length / 32));
  let key = `${bytes.length}`;
  for (let at = bytes.length - 1; at >= 0; at -= step) key += String.fromCharCode(bytes[at]!);
  return key;
}

function equal(a: Uint8Array, b: Uint8Array): boolean {
  if (a === b) return true;
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
