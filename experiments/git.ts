/**
 * The checked-out git commit, read from git's own files; git itself is asked only for uncommitted changes.
 *
 * @module
 */
import { dirname, resolve } from "node:path";
import { readTextIfThere } from "./store/atomic.ts";

/** A checked-out commit; `dirty` is `null` where git may not be run. */
export interface GitState {
  /** Full hash. */
  readonly commit: string;
  /** Whether tracked files have changes. */
  readonly dirty: boolean | null;
}

/**
 * The commit checked out in a folder or above it, or `null` where there is none or it may not be read.
 *
 * @param folder Absolute path to begin at.
 */
export async function readGit(folder: string): Promise<GitState | null> {
  try {
    const git = await findGit(folder);
    const commit = git && await readHead(git);
    return commit ? { commit, dirty: await isDirty(folder) } : null;
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable || error instanceof Deno.errors.PermissionDenied) return null;
    throw error;
  }
}

/** The git folder of a checkout: `.git`, or where a `.git` file points to. */
async function findGit(folder: string): Promise<string | undefined> {
  for (let at = resolve(folder); at !== dirname(at); at = dirname(at)) {
    if (!await readable(`${at}/.git`)) continue;
    const stat = await Deno.stat(`${at}/.git`).catch(() => undefined);
    if (stat?.isDirectory) return `${at}/.git`;
    const link = stat && /^gitdir: (.+)$/m.exec(await Deno.readTextFile(`${at}/.git`))?.[1];
    if (link) return link.startsWith("/") ? link : `${at}/${link}`;
  }
  return undefined;
}

async function readHead(git: string): Promise<string | undefined> {
  const head = (await readTextIfThere(`${git}/HEAD`))?.trim() ?? "";
  const reference = /^ref: (.+)$/.exec(head)?.[1];
  if (!reference) return isCommit(head);
  // A linked worktree keeps its branches in the main repository, named by `commondir`.
  const common = (await readTextIfThere(`${git}/commondir`))?.trim();
  for (const root of common ? [git, common.startsWith("/") ? common : `${git}/${common}`] : [git]) {
    const loose = isCommit((await readTextIfThere(`${root}/${reference}`))?.trim());
    if (loose) return loose;
    const packed = (await readTextIfThere(`${root}/packed-refs`))?.split("\n");
    const line = packed?.find((line) => line.endsWith(` ${reference}`));
    if (line) return isCommit(line.split(" ")[0]);
  }
  return undefined;
}

function isCommit(text: string | undefined): string | undefined {
  return text && /^([0-9a-f]{40}|[0-9a-f]{64})$/.test(text) ? text : undefined;
}

async function isDirty(folder: string): Promise<boolean | null> {
  const changed = await askGit(folder, ["status", "--porcelain", "--untracked-files=no"]);
  return changed === null ? null : changed.length > 0;
}

/**
 * Which names in a folder are in git's index, or hold what is; `null` where the folder lies in a checkout and git does not
 * tell, as where it may not be run or belongs to another user.
 */
export async function trackedBelow(folder: string, names: readonly string[]): Promise<string[] | null> {
  const listed = await askGit(folder, ["ls-files", "-z", "--", ...names]);
  if (!listed) return await findGit(folder) === undefined ? [] : null;
  const tracked = new Set(new TextDecoder().decode(listed).split("\0").map((path) => path.split("/")[0]));
  return names.filter((name) => tracked.has(name));
}

/** What git prints, or `null` where it may not be run, is not there, or refuses. */
async function askGit(folder: string, args: readonly string[]): Promise<Uint8Array | null> {
  const { state } = await Deno.permissions.query({ name: "run", command: "git" });
  if (state !== "granted") return null;
  try {
    const { success, stdout } = await new Deno.Command("git", { args: ["-C", folder, ...args], stderr: "null" })
      .output();
    return success ? stdout : null;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}

/** Whether a path may be read without asking the user. */
async function readable(path: string): Promise<boolean> {
  return (await Deno.permissions.query({ name: "read", path })).state === "granted";
}
