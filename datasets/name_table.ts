/**
 * Names of a million images in one piece of memory.
 *
 * @module
 */

/** Names by number. */
export interface NameTable {
  /** How many. */
  readonly length: number;
  /** One of them. */
  at(index: number): string;
}

/** Packs names as they come. */
export function packNames(names: Iterable<string>): NameTable {
  const encoder = new TextEncoder(), decoder = new TextDecoder();
  let bytes = new Uint8Array(4096), ends = new Float64Array(256), length = 0, end = 0;
  for (const name of names) {
    // UTF-8 has three bytes at most for a unit of UTF-16.
    if (end + 3 * name.length > bytes.length) {
      const larger = new Uint8Array(2 * bytes.length + 3 * name.length);
      larger.set(bytes);
      bytes = larger;
    }
    if (length === ends.length) {
      const larger = new Float64Array(2 * length);
      larger.set(ends);
      ends = larger;
    }
    end += encoder.encodeInto(name, bytes.subarray(end)).written;
    ends[length++] = end;
  }
  return { length, at: (index) => decoder.decode(bytes.subarray(index > 0 ? ends[index - 1]! : 0, ends[index]!)) };
}
