/**
 * Quoting for shells and for the `#SBATCH` lines of job scripts.
 *
 * @module
 */

/**
 * One word of a POSIX shell, whatever is in it.
 *
 * @example
 * ```ts
 * import { shellWord } from "./quote.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals([shellWord("a/b.json"), shellWord("it's here")], ["a/b.json", "'it'\\''s here'"]);
 * ```
 * @throws {RangeError} if it has a zero byte, which no command line can carry.
 */
export function shellWord(text: string): string {
  if (text.includes("\0")) {
    throw new RangeError("Cannot quote a word: found a zero byte, which no command line carries");
  }
  return /^[A-Za-z0-9_@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

/**
 * An option of an `#SBATCH` line. `sbatch` reads the line itself, no shell does: quotes group, a backslash escapes, `#`
 * begins a comment.
 *
 * @throws {RangeError} if the value has a line break or a zero byte, which such a line cannot hold.
 */
export function sbatchLine(name: string, value?: string): string {
  if (value === undefined) return `#SBATCH --${name}`;
  if (/[\n\r\0]/.test(value)) {
    throw new RangeError(`Cannot write --${name} into a job script: found a line break in ${JSON.stringify(value)}`);
  }
  const plain = /^[A-Za-z0-9_@%+=:,./-]+$/.test(value);
  return `#SBATCH --${name}=${plain ? value : `"${value.replaceAll(/["\\]/g, "\\$&")}"`}`;
}

/**
 * A path for `--output`, in which `%` begins a pattern and a backslash would switch patterns off.
 *
 * @throws {RangeError} if it has a backslash.
 */
export function outputPath(path: string): string {
  if (path.includes("\\")) {
    throw new RangeError(`Cannot let Slurm write logs below "${path}": found a backslash, wanted a path without`);
  }
  return path.replaceAll("%", "%%");
}
