/**
 * Paths that a list names, which have to stay below the folder that they are looked for in.
 *
 * @module
 */

/** Whether a path is relative and leaves its folder nowhere: no root, no drive, no `..`, no empty part. */
export function isInnerPath(path: string): boolean {
  return !/^[a-z]:/i.test(path) && !path.split(/[/\\]/).some((part) => part === "" || part === "." || part === "..");
}
