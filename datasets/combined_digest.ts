/**
 * One digest of several.
 *
 * @module
 */
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";

/** Lower-case hexadecimal SHA-256 over the JSON of everything that decides a set: digests of files, and parameters. */
export function combinedDigest(parts: Record<string, unknown> | readonly string[]): string {
  return bytesToHex(sha256(utf8ToBytes(JSON.stringify(parts))));
}
