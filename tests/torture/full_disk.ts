/**
 * Sweeps on a disk that fills up, and in a folder that turns read-only; needs root, for a small tmpfs.
 *
 * @module
 */
import { brokenFiles, outcomeOf, send, startSweep, type Sweep, type Torture } from "./sweep.ts";

/** What a sweep met. */
export interface DiskReport {
  /** Sizes of the disk in KiB that were too small, each with the status of the sweep on it. */
  readonly full: Readonly<Record<number, number>>;
  /** Statuses of sweeps whose folder turned read-only. */
  readonly readOnly: readonly number[];
  /** Status of the sweep that had all the room it wants. */
  readonly last: number;
  /** Last lines that these sweeps printed, each once. */
  readonly said: readonly string[];
  /** Records that were there before the disk took more again. */
  readonly before: number;
}

/** Milliseconds after which the folder is to turn read-only, 0 for before the start. */
const MOMENTS: readonly number[] = [0, 500, 1500, 3000];
/** KiB of a disk that holds everything. */
const ROOM = 64 * 1024;

/**
 * Trains a sweep on a disk that grows by steps, then turns read-only, and holds everything in the end.
 *
 * @param sizes KiB of the disk, growing.
 */
export async function trainOnFullDisk(
  torture: Torture,
  { out, sizes, tell }: {
    readonly out: string;
    readonly sizes: readonly number[];
    readonly tell: (text: string) => void;
  },
): Promise<DiskReport> {
  const full: Record<number, number> = {}, readOnly: number[] = [], said = new Set<string>();
  let before = 0;
  await Deno.mkdir(out, { recursive: true });
  await run("mount", "-t", "tmpfs", "-o", `size=${sizes[0]}k`, "none", out);
  try {
    for (const size of sizes) {
      await run("mount", "-o", `remount,rw,size=${size}k`, "none", out);
      const sweep = startSweep(torture, `${out}/results`), { code } = await sweep.status;
      await check(sweep, code, `${size} KiB`);
      full[size] = code;
    }
    for (const moment of MOMENTS) {
      await run("mount", "-o", `remount,rw,size=${ROOM}k`, "none", out);
      if (moment === 0) await run("mount", "-o", "remount,ro", "none", out);
      const sweep = startSweep(torture, `${out}/results`);
      let ended = false;
      sweep.status.then(() => ended = true);
      await new Promise((resolve) => setTimeout(resolve, moment));
      // A file that is open for writing keeps the folder writable, so the moment is between two runs, or before the first.
      while (!ended && !await run("mount", "-o", "remount,ro", "none", out).then(() => true, () => false));
      const { code } = await sweep.status;
      await check(sweep, code, `read-only after ${moment} ms`);
      readOnly.push(code);
    }
    await run("mount", "-o", `remount,rw,size=${ROOM}k`, "none", out);
    const last = startSweep(torture, `${out}/results`), { code } = await last.status;
    await check(last, code, `${ROOM} KiB`);
    return { full, readOnly, last: code, said: [...said], before };
  } catch (error) {
    await run("umount", out);
    throw error;
  }

  async function check(sweep: Sweep, code: number, where: string): Promise<void> {
    const last = sweep.printed().trim().split("\n").at(-1)!;
    tell(`${where}: status ${code}, ${last.slice(0, 160)}`);
    if (code === 0) return;
    said.add(last.replaceAll(/[0-9a-f]{8,12}/g, "…"));
    send(-sweep.pid, "SIGKILL");
    const broken = await brokenFiles(out);
    if (broken.length > 0) throw new Error(`Cannot accept half a file: ${broken.join(", ")}`);
    before = Math.max(before, await outcomeOf(`${out}/results`).then((found) => found.size, () => 0));
  }
}

/** Takes the disk away. */
export async function unmount(out: string): Promise<void> {
  await run("umount", out);
}

async function run(command: string, ...args: readonly string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command(command, { args: [...args] }).output();
  if (!success) throw new Error(`Cannot ${command} ${args.join(" ")}: ${new TextDecoder().decode(stderr).trim()}`);
}
