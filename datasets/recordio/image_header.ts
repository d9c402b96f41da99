/**
 * The header of an image record: label, or labels, and two numbers.
 *
 * `u32 flag | f32 label | u64 id | u64 id2`, little-endian. With a flag k > 0 the label field is 0 and k labels, f32,
 * follow. Source: https://mxnet.apache.org/versions/1.9.1/api/python/docs/api/mxnet/recordio (IRHeader)
 *
 * @module
 */

/** Bytes of a header without an array of labels. */
export const HEADER_BYTES = 24;

/** Bytes of a record that tell its first two labels. */
export const HEAD_BYTES = 32;

/** The whole numbers of a float32 are exact up to this one, 2²⁴. */
export const MAX_EXACT = 16777216;

/** What stands before the image file in a record. */
export interface ImageHeader {
  /** 0 for one label, else the number of labels in the array. */
  readonly flag: number;
  /** The label, or the first of the array. */
  readonly label: number;
  /** Every label; one where `flag` is 0. */
  readonly labels: Float32Array;
  /** Number of the record, as who wrote it saw it. */
  readonly id: bigint;
  /** Second half of a 128-bit number; 0 in practice. */
  readonly id2: bigint;
}

/** What the first {@link HEAD_BYTES} of a payload tell. */
export interface HeaderStart extends Omit<ImageHeader, "labels"> {
  /** The second label of an array; NaN where there is none. */
  readonly second: number;
  /** Bytes after the header and its labels. */
  readonly contentLength: number;
}

/**
 * Reads the first bytes of a payload.
 *
 * @param length Bytes of the whole payload.
 * @throws {SyntaxError} if the payload is shorter than its header says.
 */
export function decodeHeaderStart(head: Uint8Array, length: number): HeaderStart {
  if (length < HEADER_BYTES) {
    throw new SyntaxError(
      `Cannot read the header: the record has ${length} bytes, at least ${HEADER_BYTES} are wanted`,
    );
  }
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength), flag = view.getUint32(0, true);
  const contentLength = length - HEADER_BYTES - 4 * flag;
  if (contentLength < 0) {
    throw new SyntaxError(`Cannot read the header: it claims ${flag} labels, the record has only ${length} bytes`);
  }
  return {
    flag,
    label: view.getFloat32(flag === 0 ? 4 : HEADER_BYTES, true),
    second: flag < 2 ? NaN : view.getFloat32(HEADER_BYTES + 4, true),
    id: view.getBigUint64(8, true),
    id2: view.getBigUint64(16, true),
    contentLength,
  };
}

/**
 * Parts a payload into its header and its content, which is a view.
 *
 * @throws {SyntaxError} if the payload is shorter than its header says.
 */
export function decodeImageRecord(payload: Uint8Array): { header: ImageHeader; content: Uint8Array } {
  const { contentLength, second: _, ...start } = decodeHeaderStart(payload, payload.length);
  const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength),
    labels = new Float32Array(start.flag || 1);
  for (let i = 0; i < labels.length; i++) {
    labels[i] = view.getFloat32(start.flag === 0 ? 4 : HEADER_BYTES + 4 * i, true);
  }
  return { header: { ...start, labels }, content: payload.subarray(payload.length - contentLength) };
}

/**
 * Writes a header: a number is a label of its own (flag 0), an array of k labels has flag k.
 *
 * @throws {RangeError} if a label is a whole number that a float32 does not hold exactly.
 */
export function encodeImageHeader(label: number | readonly number[], id: number, id2 = 0): Uint8Array {
  const labels = typeof label === "number" ? [label] : label, flag = typeof label === "number" ? 0 : label.length;
  const inexact = labels.find((value) => Number.isInteger(value) && Math.fround(value) !== value);
  if (inexact !== undefined) {
    throw new RangeError(
      `Cannot write label ${inexact} of record ${id}: labels are float32, which holds whole numbers up to ${MAX_EXACT}`,
    );
  }
  const bytes = new Uint8Array(HEADER_BYTES + 4 * flag), view = new DataView(bytes.buffer);
  view.setUint32(0, flag, true);
  view.setBigUint64(8, BigInt(id), true);
  view.setBigUint64(16, BigInt(id2), true);
  labels.forEach((value, i) => view.setFloat32(flag === 0 ? 4 : HEADER_BYTES + 4 * i, value, true));
  return bytes;
}
