/**
 * Arrays in the `.npy` format, versions 1 to 3, in C or Fortran order.
 *
 * Source: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
 *
 * @module
 */
import type { ByteRange } from "./files.ts";
import { decodeElements, NPY_TYPES, npyType, type NpyValues } from "./npy_types.ts";

/** What the header of a `.npy` file says. */
export interface NpyHeader {
  /** Element type as NumPy writes it, such as `<f4`. */
  readonly descr: string;
  /** Whether the first index runs fastest. */
  readonly fortran: boolean;
  /** Length of each axis; empty for a single number. */
  readonly shape: readonly number[];
  /** Number of elements. */
  readonly count: number;
  /** Offset of the first element, in bytes. */
  readonly start: number;
}

/** A numeric array in C order. */
export interface NpyArray {
  /** Length of each axis. */
  readonly shape: readonly number[];
  /** The values, the last index running fastest. */
  readonly data: NpyValues;
}

/** An array of text in C order. */
export interface NpyText {
  /** Length of each axis. */
  readonly shape: readonly number[];
  /** The strings, the last index running fastest. */
  readonly data: readonly string[];
}

const MAGIC = Uint8Array.of(0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59);
/** NumPy itself reads no header longer than this. */
const MAX_HEADER = 10_000;

/** So many bytes from the beginning hold the header of every `.npy` file that is read. */
export const NPY_HEADER_BYTES: number = 12 + MAX_HEADER;

/**
 * Reads the header alone.
 *
 * @param bytes The file, or its first {@link NPY_HEADER_BYTES}.
 * @param source What the bytes are, for messages: `"a.npy"`, or `member "x.npy" of "a.npz"`.
 * @throws {SyntaxError} if there is no such header.
 */
export function parseNpyHeader(bytes: Uint8Array, source: string): NpyHeader {
  const wrong = (found: string) =>
    new SyntaxError(`Cannot read ${source}: ${found}, an array in .npy format is wanted`);
  if (bytes.length < 10 || MAGIC.some((byte, i) => bytes[i] !== byte)) throw wrong("no .npy header at byte 0");
  const version = bytes[6]!, view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (version < 1 || version > 3 || bytes[7] !== 0) {
    throw wrong(`version ${version}.${bytes[7]} at byte 6, not 1.0 to 3.0`);
  }
  const open = version === 1 ? 10 : 12;
  if (bytes.length < open) throw wrong("the file ends within its header");
  const length = version === 1 ? view.getUint16(8, true) : view.getUint32(8, true), start = open + length;
  if (length > MAX_HEADER) throw wrong(`a header of ${length} bytes at byte 8, at most ${MAX_HEADER} are read`);
  if (start > bytes.length) throw wrong(`a header that ends at byte ${start}, after the end at ${bytes.length}`);
  const text = new TextDecoder(version === 3 ? "utf-8" : "latin1").decode(bytes.subarray(open, start)).trim();
  const found = `header ${JSON.stringify(text.slice(0, 200))} at byte ${open}`;
  // A Python dictionary of three keys in any order; Python 2 wrote long integers as 3L.
  const descr = /'descr': *'([^']*)'/.exec(text)?.[1], order = /'fortran_order': *(True|False)/.exec(text)?.[1];
  const axes = /'shape': *\(([^)]*)\)/.exec(text)?.[1]?.split(",").map((axis) => axis.trim());
  if (axes?.at(-1) === "") axes.pop();
  if (!/^\{.*\}$/.test(text) || order === undefined || !axes?.every((axis) => /^\d{1,16}L?$/.test(axis))) {
    throw wrong(found);
  }
  if (descr === undefined) throw wrong(`${found}: a record of several fields`);
  const shape = axes.map((axis) => parseInt(axis, 10));
  const count = shape.reduce((product, axis) => product * axis, 1);
  if (!Number.isSafeInteger(count) || shape.some((axis) => !Number.isSafeInteger(axis))) throw wrong(found);
  return { descr, fortran: order === "True", shape, count, start };
}

/**
 * The values of a whole `.npy` file: integers, floats or booleans of any width and byte order.
 *
 * @param source As for {@link parseNpyHeader}.
 * @throws {SyntaxError} if the bytes are no such file, or are more or fewer than its header says.
 * @throws {RangeError} if a 64-bit integer is beyond 2⁵³.
 *
 * @example
 * ```ts
 * import { decodeNpy } from "./npy.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const header = "{'descr': '|u1', 'fortran_order': True, 'shape': (2, 2), }\n";
 * const bytes = Uint8Array.of(0x93, ...new TextEncoder().encode("NUMPY"), 1, 0, header.length, 0);
 * const file = Uint8Array.of(...bytes, ...new TextEncoder().encode(header), 1, 2, 3, 4);
 * assertEquals(decodeNpy(file, '"a.npy"'), { shape: [2, 2], data: Uint8Array.of(1, 3, 2, 4) });
 * ```
 */
export function decodeNpy(bytes: Uint8Array, source: string): NpyArray {
  const header = parseNpyHeader(bytes, source), type = typeOf(header, source);
  checkLength(header, type.type.size, bytes.length, source);
  const values = decodeElements(bytes.subarray(header.start), type, { source, first: 0 });
  return { shape: header.shape, data: isTransposed(header) ? toC(values, header.shape) : values };
}

/**
 * The strings of a whole `.npy` file of type `U` (UCS-4) or `S` (bytes, taken as UTF-8); padding is left out.
 *
 * @param source As for {@link parseNpyHeader}.
 * @throws {SyntaxError} if the bytes are no such file, or hold what is no text.
 */
export function decodeNpyText(bytes: Uint8Array, source: string): NpyText {
  const header = parseNpyHeader(bytes, source), { descr, start, count, shape } = header;
  const [, order, kind, width] = /^([<>|=]?)([US])([1-9]\d{0,5})$/.exec(descr) ?? [];
  if (kind === undefined || isTransposed(header)) {
    throw new SyntaxError(`Cannot read ${source}: element type "${descr}", text (U or S) in C order is wanted`);
  }
  const size = Number(width) * (kind === "U" ? 4 : 1);
  checkLength(header, size, bytes.length, source);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  const text = (at: number): string => {
    let end = at + size;
    while (end > at && bytes[end - 1] === 0) end--;
    if (kind === "S") return decoder.decode(bytes.subarray(at, end));
    let text = "";
    for (; at < end; at += 4) text += String.fromCodePoint(view.getUint32(at, order !== ">"));
    return text;
  };
  const data = Array.from({ length: count }, (_, i) => {
    try {
      return text(start + i * size);
    } catch (error) {
      throw new SyntaxError(`Cannot read ${source}: element ${i} at byte ${start + i * size} is no text`, {
        cause: error,
      });
    }
  });
  return { shape, data };
}

/** Rows of an array, read as they are needed. */
export interface NpyRows extends NpyHeader {
  /** Elements of a row: all axes but the first. */
  readonly width: number;
  /**
   * The values of rows `start … start + count − 1`, in C order.
   *
   * @throws {RangeError} if the array has no such rows.
   */
  rows(start: number, count: number): Promise<NpyValues>;
}

/**
 * Opens an array of which rows are read by offset; one in Fortran order is read whole on the first call, and held.
 *
 * @param read Reads a part of the `.npy` file, which may lie within another one.
 * @param size Size of the `.npy` file in bytes.
 * @param source As for {@link parseNpyHeader}.
 * @throws {SyntaxError} if there is no such array, or it is longer or shorter than its header says.
 */
export async function openNpy(
  read: (range: ByteRange) => Promise<Uint8Array>,
  size: number,
  source: string,
): Promise<NpyRows> {
  const header = parseNpyHeader(await read({ start: 0, length: Math.min(size, NPY_HEADER_BYTES) }), source);
  const type = typeOf(header, source), bytesEach = type.type.size;
  checkLength(header, bytesEach, size, source);
  const [height = 1, ...rest] = header.shape, width = rest.reduce((product, axis) => product * axis, 1);
  let whole: Promise<NpyValues> | undefined;
  return {
    ...header,
    width,
    async rows(start, count) {
      if (
        !(Number.isInteger(start) && Number.isInteger(count) && start >= 0 && count >= 0 && start + count <= height)
      ) {
        throw new RangeError(
          `Cannot read ${count} rows of ${source} from row ${start}: it has rows 0 to ${height - 1}`,
        );
      }
      if (isTransposed(header)) {
        whole ??= read({ start: 0, length: size }).then((bytes) => decodeNpy(bytes, source).data);
        return (await whole).slice(start * width, (start + count) * width);
      }
      const first = start * width, length = count * width * bytesEach;
      const bytes = await read({ start: header.start + first * bytesEach, length });
      return decodeElements(bytes, type, { source, first });
    },
  };
}

/** Whether the order of the elements is another one than C's. */
function isTransposed({ fortran, shape }: NpyHeader): boolean {
  return fortran && shape.length > 1;
}

function typeOf({ descr }: NpyHeader, source: string): NonNullable<ReturnType<typeof npyType>> {
  const type = npyType(descr);
  if (type) return type;
  const why = /O\d*$/.test(descr) ? "Python objects are not read, since that would run code" : "it is not read";
  throw new SyntaxError(
    `Cannot read ${source}: element type ${JSON.stringify(descr)}, ${why}; one of ${NPY_TYPES.join(", ")} is wanted`,
  );
}

function checkLength({ start, count, shape }: NpyHeader, size: number, length: number, source: string): void {
  if (size > 0 && length === start + count * size) return;
  throw new SyntaxError(
    `Cannot read ${source}: ${length - start} bytes from byte ${start} on, ` +
      `${count * size} are wanted for an array of shape (${shape.join(", ")})`,
  );
}

/** From Fortran order to C order. */
function toC(values: NpyValues, shape: readonly number[]): NpyValues {
  const out = values.slice(), index = shape.map(() => 0);
  const strides = shape.map((_, axis) => shape.slice(0, axis).reduce((product, length) => product * length, 1));
  for (let i = 0, from = 0; i < out.length; i++) {
    out[i] = values[from]!;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      from += strides[axis]!;
      if (++index[axis]! < shape[axis]!) break;
      from -= strides[axis]! * shape[axis]!, index[axis] = 0;
    }
  }
  return out;
}
