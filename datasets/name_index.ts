/**
 * From the name of an image to its number, for millions of images without an object for each.
 *
 * @module
 */

/** Finds images by name. */
export interface NameIndex {
  /** Calls `found` with every image of the name, and says whether there is one. */
  each(name: string, found: (image: number) => void): boolean;
}

/**
 * Makes an index of names: a table of image numbers with open addressing. Names are not kept but asked for again.
 *
 * @param count Number of images.
 * @param name Name of an image; several may have one name.
 */
export function createNameIndex(count: number, name: (image: number) => string): NameIndex {
  const slots = new Int32Array(2 ** Math.ceil(Math.log2(2 * count + 2))).fill(-1), mask = slots.length - 1;
  for (let image = 0; image < count; image++) {
    let slot = hash(name(image)) & mask;
    while (slots[slot]! >= 0) slot = (slot + 1) & mask;
    slots[slot] = image;
  }
  return {
    each(wanted, found) {
      let any = false;
      for (let slot = hash(wanted) & mask; slots[slot]! >= 0; slot = (slot + 1) & mask) {
        if (name(slots[slot]!) === wanted) found(slots[slot]!), any = true;
      }
      return any;
    },
  };
}

/** FNV-1a over UTF-16 code units, with its high bits mixed into the low ones. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193);
  return value ^ (value >>> 15);
}
