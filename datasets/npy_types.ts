/**
 * Element types of `.npy` arrays: how their bytes become numbers.
 *
 * Source: https://numpy.org/doc/stable/reference/arrays.interface.html#object.__array_interface__
 *
 * @module
 */

/** The values of an array; half floats come as float32, 64-bit integers as float64 (all of them exact), booleans as 0 or 1. */
export type NpyValues =
  | Uint8Array<ArrayBuffer>
  | Int8Array<ArrayBuffer>
  | Uint16Array<ArrayBuffer>
  | Int16Array<ArrayBuffer>
  | Uint32Array<ArrayBuffer>
  | Int32Array<ArrayBuffer>
  | Float32Array<ArrayBuffer>
  | Float64Array<ArrayBuffer>;

/** An element type. */
export interface NpyType {
  /** Bytes of an element. */
  readonly size: number;
  /** Values of a buffer of whole elements in little-endian order; the buffer may be taken over. */
  decode(buffer: ArrayBuffer, at: ElementsAt): NpyValues;
}

/** By the part of a `descr` that follows the byte order. Typed arrays are little-endian wherever JavaScript runs today. */
const TYPES: Readonly<Record<string, NpyType>> = {
  b1: { size: 1, decode: (buffer, at) => booleans(new Uint8Array(buffer), at) },
  u1: { size: 1, decode: (buffer) => new Uint8Array(buffer) },
  i1: { size: 1, decode: (buffer) => new Int8Array(buffer) },
  u2: { size: 2, decode: (buffer) => new Uint16Array(buffer) },
  i2: { size: 2, decode: (buffer) => new Int16Array(buffer) },
  u4: { size: 4, decode: (buffer) => new Uint32Array(buffer) },
  i4: { size: 4, decode: (buffer) => new Int32Array(buffer) },
  u8: { size: 8, decode: (buffer, at) => integers(new BigUint64Array(buffer), at) },
  i8: { size: 8, decode: (buffer, at) => integers(new BigInt64Array(buffer), at) },
  f2: { size: 2, decode: (buffer) => Float32Array.from(new Uint16Array(buffer), half) },
  f4: { size: 4, decode: (buffer) => new Float32Array(buffer) },
  f8: { size: 8, decode: (buffer) => new Float64Array(buffer) },
};

/** The type of a `descr` such as `<f4`, or `undefined` for one that holds no plain numbers. */
export function npyType(descr: string): { readonly type: NpyType; readonly bigEndian: boolean } | undefined {
  const [, order, name] = /^([<>=|]?)([a-z]\d)$/.exec(descr) ?? [], type = name && TYPES[name];
  return type && (order !== "|" || type.size === 1) ? { type, bigEndian: order === ">" } : undefined;
}

/** The names of all types, for messages. */
export const NPY_TYPES: readonly string[] = Object.keys(TYPES);

/** Where elements stand, for messages. */
export interface ElementsAt {
  /** What they are read from. */
  readonly source: string;
  /** Number of the first. */
  readonly first: number;
}

/**
 * Reads a run of elements.
 *
 * @throws {RangeError} if a 64-bit integer is beyond 2⁵³, so that no number holds it, or a boolean is neither 0 nor 1.
 */
export function decodeElements(
  bytes: Uint8Array,
  { type, bigEndian }: NonNullable<ReturnType<typeof npyType>>,
  at: ElementsAt,
): NpyValues {
  const copy = bytes.slice();
  if (bigEndian && type.size > 1) {
    for (let at = 0; at < copy.length; at += type.size) copy.subarray(at, at + type.size).reverse();
  }
  return type.decode(copy.buffer as ArrayBuffer, at);
}

function booleans(values: Uint8Array<ArrayBuffer>, { source, first }: ElementsAt): Uint8Array<ArrayBuffer> {
  const wrong = values.findIndex((value) => value > 1);
  if (wrong < 0) return values;
  throw new RangeError(
    `Cannot read ${source}: element ${first + wrong} is byte ${values[wrong]}, 0 or 1 is wanted for a boolean`,
  );
}

function integers(values: BigInt64Array | BigUint64Array, { source, first }: ElementsAt): Float64Array<ArrayBuffer> {
  const out = new Float64Array(values.length);
  for (let i = 0; i < out.length; i++) {
    out[i] = Number(values[i]);
    if (!Number.isSafeInteger(out[i])) {
      throw new RangeError(`Cannot read ${source}: element ${first + i} is ${values[i]}, at most 2⁵³ − 1 is wanted`);
    }
  }
  return out;
}

/** IEEE 754 binary16: sign, 5 bits of exponent, 10 of fraction. */
function half(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1, exponent = (bits >> 10) & 31, fraction = bits & 1023;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (1024 + fraction) * 2 ** (exponent - 25));
}
