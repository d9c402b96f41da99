/**
 * The machine: its name, and what it has left of memory and room on the disk. Nothing here asks for a permission; what may not be read is
 * `null`.
 *
 * @module
 */

/** Name of the machine in its network, or `null`. */
export async function hostName(): Promise<string | null> {
  return await granted("hostname") ? Deno.hostname() : null;
}

/** Bytes of memory that processes can still take, or `null`. */
export async function availableMemory(): Promise<number | null> {
  return await granted("systemMemoryInfo") ? Deno.systemMemoryInfo().available : null;
}

/** Bytes free for this user on the disk of a folder, which need not be there yet, or `null`. */
export async function freeDisk(folder: string): Promise<number | null> {
  if (!await granted("statfs")) return null;
  const { statfs } = await import("node:fs/promises"), { dirname, resolve } = await import("node:path");
  for (let path = resolve(folder);; path = dirname(path)) {
    try {
      const { bavail, bsize } = await statfs(path);
      return bavail * bsize;
    } catch (error) {
      if ((error as { code?: string }).code !== "ENOENT" || path === dirname(path)) return null;
    }
  }
}

async function granted(kind: "hostname" | "systemMemoryInfo" | "statfs"): Promise<boolean> {
  return (await Deno.permissions.query({ name: "sys", kind })).state === "granted";
}
