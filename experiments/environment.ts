/**
 * The machine and the programs that run, for the record. Nothing here asks for a permission: what may not be read is
 * `unknown` or `null`.
 *
 * @module
 */
import { tf } from "../tensor/tf.ts";
import { codeDigest } from "./code_digest.ts";
import { readGit } from "./git.ts";
import type { Environment } from "./record.ts";
import { VERSION } from "./version.ts";

export type { Environment } from "./record.ts";

/**
 * Reads the environment.
 *
 * @param folder Absolute path of the working directory, whose git commit is recorded; `undefined` for none.
 */
export async function readEnvironment(folder?: string): Promise<Environment> {
  const { deno, v8, typescript } = Deno.version;
  return Object.freeze({
    deno,
    v8,
    typescript,
    tfjs: tf.version.tfjs,
    marginlab: VERSION,
    os: await granted("osRelease") ? `${Deno.build.os} ${Deno.osRelease()}` : Deno.build.os,
    arch: Deno.build.arch,
    cpu: await processor(),
    git: folder === undefined ? null : await readGit(folder),
    code: await codeDigest(),
  });
}

/** The processor and how many cores it has, or `unknown`. */
export async function processor(): Promise<string> {
  if (!await granted("cpus")) return "unknown";
  const { cpus } = await import("node:os");
  const all = cpus();
  return `${all[0]?.model.trim() || "unknown"} × ${all.length}`;
}

async function granted(kind: "osRelease" | "cpus"): Promise<boolean> {
  return (await Deno.permissions.query({ name: "sys", kind })).state === "granted";
}
