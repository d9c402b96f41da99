/**
 * The framing of TFRecord files: the length of each record, its content, and a masked CRC-32C of either.
 *
 * @module
 */
import { concat } from "./protobuf.ts";

const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let word = byte;
  for (let bit = 0; bit < 8; bit++) word = word & 1 ? 0x82f63b78 ^ (word >>> 1) : word >>> 1;
  return word;
});

/** Bytes of a record before its content. */
const HEADER = 12;

/**
 * CRC-32C, the reflected polynomial `0x82f63b78` of Castagnoli, as RFC 3720 has it.
 *
 * @example The check value of the polynomial
 * ```ts
 * import { crc32c } from "./record.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(crc32c(new TextEncoder().encode("123456789")), 0xe3069283);
 * ```
 */
export function crc32c(bytes: Uint8Array): number {
  let crc = -1;
  for (const byte of bytes) crc = TABLE[(crc ^ byte) & 0xff]! ^ (crc >>> 8);
  return (crc ^ -1) >>> 0;
}

/** A record as its file holds it. */
export function frame(content: Uint8Array): Uint8Array<ArrayBuffer> {
  const length = new Uint8Array(8);
  new DataView(length.buffer).setUint32(0, content.length, true);
  return concat([length, masked(length), content, masked(content)]);
}

/** The content of the first record of a file, or `undefined` where none is whole there. */
export function firstRecord(file: Uint8Array): Uint8Array | undefined {
  if (file.length < HEADER) return undefined;
  const length = new DataView(file.buffer, file.byteOffset).getUint32(0, true);
  const content = file.subarray(HEADER, HEADER + length), sum = file.subarray(HEADER + length, HEADER + length + 4);
  const same = sum.length === 4 && masked(content).every((byte, i) => byte === sum[i]);
  return same ? content : undefined;
}

function masked(bytes: Uint8Array): Uint8Array {
  const crc = crc32c(bytes), four = new Uint8Array(4);
  new DataView(four.buffer).setUint32(0, ((crc >>> 15 | crc << 17) + 0xa282ead8) >>> 0, true);
  return four;
}
