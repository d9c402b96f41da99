/**
 * One digest of several files, and of what else decides a set.
 *
 * @module
 */
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import type { Files } from "./files.ts";

/** SHA-256 of the JSON of the files' digests, in their order, and of parameters that decide the set. */
export async function combinedDigest(
  paths: readonly string[],
  files: Files,
  params: Readonly<Record<string, unknown>> = {},
): Promise<string> {
  const digests: string[] = [];
  for (const path of paths) digests.push(await files.digest(path));
  return bytesToHex(sha256(utf8ToBytes(JSON.stringify({ digests, params }))));
}
