/**
 * The files of a run's leases, for who takes one and who only looks.
 *
 * @module
 */
import { ignoreAbsence, readTextIfThere } from "./atomic.ts";
import { within } from "./paths.ts";

/** Milliseconds after which a holder on another machine that gives no sign of life is taken to be dead. */
export const SILENCE = 60_000;

/** What a lease says. */
export interface LeaseText {
  /** Who has it, in words. */
  readonly holder: string;
  /** Name of its machine; `null` where that may not be read. */
  readonly host: string | null;
}

/**
 * Who has the lease of a folder, as far as one look can tell: another machine's, whose beat is not old by this one's
 * clock. `undefined` for none.
 */
export async function leaseHolder(folder: string, host: string | null): Promise<string | undefined> {
  const newest = await newestLease(folder),
    lease = newest && newest.kind !== "free" ? await readLease(newest.path) : undefined;
  if (!lease || host === null || lease.host === host) return undefined;
  const { mtime } = await Deno.stat(beatOf(newest!.path)).catch((error) => (ignoreAbsence(error), { mtime: null }));
  return mtime && Date.now() - mtime.getTime() < 2 * SILENCE ? lease.holder : undefined;
}

/** What a lease says, or `undefined` where it is gone, or its maker died while writing it. */
export async function readLease(path: string): Promise<LeaseText | undefined> {
  try {
    const { holder, host } = JSON.parse(await readTextIfThere(path) ?? "");
    return typeof holder === "string" ? { holder, host } : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** A file in `lease/`. */
export interface LeaseFile {
  readonly path: string;
  /** Its place in the order of leases. */
  readonly number: number;
  /** `free`: a lease that was given back; `beat`: the counter of one that is held. */
  readonly kind: "held" | "free" | "beat";
}

/** The files in `lease/`, in no order. */
export async function leaseFiles(folder: string): Promise<LeaseFile[]> {
  const files: LeaseFile[] = [], place = await within(folder, "lease");
  try {
    for await (const { name } of Deno.readDir(place)) {
      const [, number, kind = "held"] = /^(\d{6})(?:\.(free|beat))?$/.exec(name) ?? [];
      if (number) files.push({ path: `${place}/${name}`, number: Number(number), kind: kind as LeaseFile["kind"] });
    }
  } catch (error) {
    ignoreAbsence(error);
  }
  return files;
}

/** The lease that counts, if there is one. */
export async function newestLease(folder: string): Promise<LeaseFile | undefined> {
  const leases = (await leaseFiles(folder)).filter(({ kind }) => kind !== "beat");
  // One that was given back is not made again.
  return leases.sort((a, b) => b.number - a.number || Number(b.kind === "free") - Number(a.kind === "free"))[0];
}

/** The counter of a lease. */
export function beatOf(path: string): string {
  return `${path}.beat`;
}
