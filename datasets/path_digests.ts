/**
 * Digests of the files that a set is made of.
 *
 * @module
 */
import type { Files } from "./files.ts";

/** Digests of files and folders, in the order of their paths. */
export async function pathDigests(paths: readonly string[], files: Files): Promise<string[]> {
  const digests: string[] = [];
  for (const path of paths) digests.push(await files.digest(path));
  return digests;
}
