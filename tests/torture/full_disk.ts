/**
 * Sweeps on a disk that fills up, and in a folder that turns read-only; needs root, for a small tmpfs.
 *
 * @module
 */
import { brokenFiles, childrenOf, outcomeOf, send, startSweep, type Sweep, type Torture } from "./sweep.ts";

/** What a sweep met. */
export interface DiskReport {
  /** Sizes of the disk in KiB that were too small, each with the status of the sweep on it. */
  readonly full: Readonly<Record<number, number>>;
  /** Statuses of sweeps whose folder turned read-only. */
  readonly readOnly: readonly number[];
  /** Last lines that these sweeps printed, each once. */
  readonly said: readonly string[];
  /** Records that were there before the disk took more again. */
  readonly before: number;
}

/**
 * Trains a sweep on a disk that grows by steps until it holds it, and that turns read-only in between.
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
      if (code === 0) break;
      full[size] = code;
      // Somewhere on its way the folder turns read-only; open files keep that from happening for a moment.
      await run("mount", "-o", `remount,rw,size=${size + 64}k`, "none", out);
      const other = startSweep(torture, `${out}/results`);
      await new Promise((resolve) => setTimeout(resolve, 2500));
      while (!await turnsReadOnly(out) && childrenOf(other.pid).length > 0) await new Promise((r) => setTimeout(r, 20));
      const { code: status } = await other.status;
      readOnly.push(status);
      await check(other, status, "read-only");
    }
    // What is compared is what the disk held.
    await run("mount", "-o", `remount,rw,size=${64 * 1024}k`, "none", out);
    for (let i = 0; i < 5 && (await startSweep(torture, `${out}/results`).status).code !== 0; i++);
    return { full, readOnly, said: [...said], before };
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

async function turnsReadOnly(out: string): Promise<boolean> {
  return await run("mount", "-o", "remount,ro", "none", out).then(() => true, () => false);
}

async function run(command: string, ...args: readonly string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command(command, { args: [...args] }).output();
  if (!success) throw new Error(`Cannot ${command} ${args.join(" ")}: ${new TextDecoder().decode(stderr).trim()}`);
}
