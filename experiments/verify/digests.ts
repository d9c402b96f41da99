/**
 * Files of a folder held to listed digests.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { within } from "../store/paths.ts";

/** What {@link compareDigests} found. */
export interface DigestCheck {
  /** Files whose digest is the listed one. */
  readonly matching: readonly string[];
  /** Files that are not what was listed. */
  readonly changed: readonly string[];
  /** Files that are listed and not there. */
  readonly missing: readonly string[];
  /** Files that are listed, and behind a symbolic link, which is not followed. */
  readonly linked: readonly string[];
}

/** Holds the files of a folder to digests by path. */
export async function compareDigests(folder: string, listed: ReadonlyMap<string, string>): Promise<DigestCheck> {
  const matching: string[] = [], changed: string[] = [], missing: string[] = [], linked: string[] = [];
  for (const [path, digest] of listed) {
    const place = await within(folder, ...path.split("/")).catch((error) => {
      if (error instanceof RangeError) return undefined;
      throw error;
    });
    if (place === undefined) {
      linked.push(path);
      continue;
    }
    const found = await digestOf(place).catch((error) => {
      if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) return undefined;
      throw error;
    });
    (found === undefined ? missing : found === digest ? matching : changed).push(path);
  }
  return { matching, changed, missing, linked };
}

/**
 * Checks a listed path: inside the folder, with forward slashes.
 *
 * @param place Where it is listed.
 * @throws {SyntaxError} if it leads elsewhere.
 */
export function checkInside(path: string, place: string): string {
  if (path.split("/").some((part) => part === "" || part === "." || part === "..") || path.includes("\\")) {
    throw new SyntaxError(`Cannot use ${place}: found "${path}", wanted a path inside the folder`);
  }
  return path;
}

/** SHA-256 of a file of any size, in lower-case hexadecimal. */
export async function digestOf(path: string): Promise<string> {
  const hash = createHash("sha256"), file = await Deno.open(path);
  for await (const part of file.readable) hash.update(part);
  return hash.digest("hex");
}
