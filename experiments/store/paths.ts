/**
 * Names inside the results folder: what may be one, and that none leads out.
 *
 * @module
 */

/**
 * Checks the name of an experiment: letters, digits, `.`, `_` and `-`, not first a dot, at most 100 characters.
 *
 * @throws {RangeError} if it is anything else, so that no name can leave the results folder.
 */
export function checkExperimentName(name: string): string {
  if (/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/.test(name)) return name;
  throw new RangeError(
    `Cannot use "${name}" as the name of an experiment: wanted up to 100 letters, digits, ".", "_" or "-", the first a letter or digit`,
  );
}

/** Whether a name is that of a run: 12 lower-case hexadecimal digits. */
export function isRunId(name: string): boolean {
  return /^[0-9a-f]{12}$/.test(name);
}

/**
 * Checks a run id: 12 lower-case hexadecimal digits.
 *
 * @throws {RangeError} if it is anything else.
 */
export function checkRunId(id: string): string {
  if (isRunId(id)) return id;
  throw new RangeError(`Cannot use "${id}" as a run id: wanted 12 lower-case hexadecimal digits`);
}

/**
 * Joins names below a folder, and refuses a symbolic link on the way, which could lead out of it.
 *
 * @throws {RangeError} if one of the names is a symbolic link.
 */
export async function within(root: string, ...names: string[]): Promise<string> {
  let path = root;
  for (const name of names) {
    path = `${path}/${name}`;
    const stat = await Deno.lstat(path).catch((error) => {
      if (error instanceof Deno.errors.NotFound) return undefined;
      throw error;
    });
    if (!stat) return [root, ...names].join("/");
    if (stat.isSymlink) throw new RangeError(linkProblem(path));
  }
  return path;
}

/** What is wrong with a symbolic link. */
export function linkProblem(path: string): string {
  return `Cannot use "${path}": it is a symbolic link, wanted a real file or folder inside the results`;
}
