/**
 * Inflation to a known size, which a damaged or hostile stream cannot exceed.
 *
 * @module
 */
import { gunzipSync, inflateSync, unzlibSync } from "fflate";

/** DEFLATE cannot expand a byte to more than this many (RFC 1951: 258 bytes from 2 bits). */
const MAX_RATIO = 1032;
const INFLATE = { raw: inflateSync, zlib: unzlibSync, gzip: gunzipSync } as const;

/**
 * Inflates a stream whose size is known beforehand.
 *
 * @param bytes A raw DEFLATE stream, or one in a container.
 * @param size Number of bytes that must come out.
 * @param format Container of the stream: `raw` (RFC 1951), `zlib` (RFC 1950) or `gzip` (RFC 1952).
 * @throws {SyntaxError} if the stream is damaged or gives another number of bytes.
 */
export function inflateExactly(bytes: Uint8Array, size: number, format: "raw" | "zlib" | "gzip"): Uint8Array {
  if (size > (bytes.length + 1) * MAX_RATIO) {
    throw new SyntaxError(`Cannot inflate ${bytes.length} bytes: they cannot give the ${size} bytes that are wanted`);
  }
  // One byte more than wanted, so that a stream that gives too much is seen.
  const out = new Uint8Array(size + 1);
  let inflated: Uint8Array;
  try {
    inflated = INFLATE[format](bytes, { out });
  } catch (error) {
    throw new SyntaxError(`Cannot inflate ${bytes.length} bytes: ${(error as Error).message}`, { cause: error });
  }
  if (inflated.length !== size) {
    const found = inflated.length > size ? `more than ${size}` : `${inflated.length}`;
    throw new SyntaxError(`Cannot inflate ${bytes.length} bytes: found ${found} bytes, ${size} are wanted`);
  }
  return inflated;
}
