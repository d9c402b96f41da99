/**
 * Errors of a results folder that takes no more: a full disk, one that turned read-only, a failing one.
 *
 * @module
 */

const CODES: readonly string[] = ["ENOSPC", "EDQUOT", "EROFS", "EIO"];

/**
 * Whether the system refused to write for a reason that lies in the disk, not in the run: no record can be relied on,
 * and the same command goes on once the reason is gone.
 */
export function isRefusedWrite(error: unknown): error is Error {
  return error instanceof Error && CODES.includes((error as { code?: unknown }).code as string);
}
