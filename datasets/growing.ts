/**
 * Lists that grow to millions of entries without an object an entry.
 *
 * @module
 */

/** A list of numbers in one typed array. */
export interface GrowingList<A extends Uint8Array | Int32Array | Float64Array> {
  /** How many there are. */
  readonly length: number;
  /** Appends a number. */
  push(value: number): void;
  /** The numbers, in an array of their own. */
  array(): A;
}

/** Strings by number, such as the names of a million images. */
export interface PackedText {
  /** How many there are. */
  readonly length: number;
  /** String `index`. */
  at(index: number): string;
}

/** A list of strings in one array of UTF-8 bytes. */
export interface GrowingText extends PackedText {
  /** Appends a string. */
  push(text: string): void;
}

/** Makes an empty list of numbers, which grows by a half; `make` makes an array of zeros, such as `(n) => new Int32Array(n)`. */
export function growingList<A extends Uint8Array | Int32Array | Float64Array>(
  make: (length: number) => A,
): GrowingList<A> {
  let values = make(64), length = 0;
  return {
    get length() {
      return length;
    },
    push(value) {
      if (length === values.length) {
        const larger = make(length + (length >> 1));
        larger.set(values);
        values = larger;
      }
      values[length++] = value;
    },
    array: () => values.slice(0, length) as A,
  };
}

/** Makes an empty list of whole numbers up to 2³¹ − 1. */
export function growingIntegers(): GrowingList<Int32Array<ArrayBuffer>> {
  return growingList((length) => new Int32Array(length));
}

/** Makes an empty list of any numbers. */
export function growingNumbers(): GrowingList<Float64Array<ArrayBuffer>> {
  return growingList((length) => new Float64Array(length));
}

/** Makes an empty list of strings. */
export function growingText(): GrowingText {
  const encoder = new TextEncoder(), decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  let bytes = new Uint8Array(1024), ends = new Float64Array(64), length = 0, used = 0;
  return {
    get length() {
      return length;
    },
    push(text) {
      // A code unit of UTF-16 takes three bytes of UTF-8 at most.
      if (used + 3 * text.length > bytes.length) {
        const larger = new Uint8Array(2 * bytes.length + 3 * text.length);
        larger.set(bytes.subarray(0, used));
        bytes = larger;
      }
      if (length === ends.length) {
        const larger = new Float64Array(2 * length);
        larger.set(ends);
        ends = larger;
      }
      used += encoder.encodeInto(text, bytes.subarray(used)).written;
      ends[length++] = used;
    },
    at(index) {
      if (!(Number.isInteger(index) && index >= 0 && index < length)) {
        throw new RangeError(`Cannot give string ${index}: there are ${length}`);
      }
      return decoder.decode(bytes.subarray(index === 0 ? 0 : ends[index - 1], ends[index]));
    },
  };
}
