/**
 * Who may write into a run's folder, where machines share it: `lease/000001`, `000002`, …, of which the highest counts.
 *
 * A lease is made exclusively, so that one process gets it, and is called `000001.free` once it is given back. While it is
 * held, a counter in `000001.beat` goes on. Whoever wants a lease that another machine holds watches that counter by a
 * clock of its own; no two clocks are compared. On one machine the lock of {@link RunFolder.claim} decides.
 *
 * @module
 */
import { createWhole, ignoreAbsence, readTextIfThere } from "./atomic.ts";
import { countText } from "./beat.ts";
import { startBeat } from "./beat_thread.ts";
import { heldBy, RunBusyError } from "./busy.ts";
import { beatOf, leaseFiles, type LeaseText, newestLease, readLease } from "./lease_files.ts";
import { within } from "./paths.ts";

/** Milliseconds from one beat of a lease to the next. */
const BEAT = 10_000;

/** What {@link takeLease} is handed. */
export interface LeaseRequest extends LeaseText {
  /** Milliseconds of silence after which a holder elsewhere is taken to be dead. */
  readonly silence: number;
}

/** What this process saw of a lease, and when it saw it first. */
const sights = new Map<string, { readonly seen: string; readonly at: number }>();

/** A lease that this process holds. */
export class Lease {
  readonly #folder: string;
  readonly #path: string;
  readonly #text: string;
  readonly #stop: () => void;

  /** Use {@link takeLease}. */
  constructor(folder: string, path: string, text: string) {
    this.#folder = folder;
    this.#path = path;
    this.#text = text;
    this.#stop = startBeat({ path: beatOf(path), every: BEAT });
  }

  /**
   * Checks that no other process has taken the run over.
   *
   * @throws {RunBusyError} if one has, or the folder is no longer where it was.
   */
  async check(): Promise<void> {
    if (await this.#held()) return;
    const newest = await newestLease(this.#folder), taker = newest && (await readLease(newest.path))?.holder;
    throw new RunBusyError(
      `Cannot write to ${this.#folder} any more: ` +
        (taker === undefined
          ? "its lease is gone, wanted the folder left in place while the run is at work; give the command again"
          : `another process (${taker}) took the run over, as this one gave no sign of life; nothing was overwritten`),
    );
  }

  /** Gives it back, if it is still this process's. */
  async release(): Promise<void> {
    this.#stop();
    if (!await this.#held()) return;
    await Deno.rename(this.#path, `${this.#path}.free`);
    await Deno.remove(beatOf(this.#path)).catch(ignoreAbsence);
  }

  async #held(): Promise<boolean> {
    return await readTextIfThere(this.#path) === this.#text;
  }
}

/**
 * Takes the next lease; whoever asks holds the run's lock on this machine.
 *
 * Where it cannot be taken whole, as on a full disk, nothing of it is left.
 *
 * @throws {RunBusyError} naming who has it, `unsure` where it is on another machine and has not been watched long enough.
 */
export async function takeLease(folder: string, { holder, host, silence }: LeaseRequest): Promise<Lease> {
  const before = await newestLease(folder);
  if (before && before.kind !== "free") await checkDead(folder, before.path, { host, silence });
  const number = (before?.number ?? 0) + 1, name = String(number).padStart(6, "0");
  const path = await within(folder, "lease", name);
  const text = JSON.stringify({ holder, host, token: crypto.randomUUID() }) + "\n";
  await Deno.mkdir(`${folder}/lease`, { recursive: true });
  try {
    await createWhole(path, text);
  } catch (error) {
    if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
    throw heldBy(folder, (await readLease(path))?.holder);
  }
  try {
    await Deno.writeTextFile(await within(folder, "lease", beatOf(name)), countText(0));
    const files = await leaseFiles(folder), newest = await newestLease(folder);
    // Who was slow has made again what others had already left behind.
    if (newest?.path !== path) throw heldBy(folder, newest && (await readLease(newest.path))?.holder);
    for (const old of files) if (old.number < number) await Deno.remove(old.path).catch(ignoreAbsence);
    return new Lease(folder, path, text);
  } catch (error) {
    // The lease last: whoever makes it again makes its beat after it.
    for (const mine of [beatOf(path), path]) await Deno.remove(mine).catch(() => {});
    throw error;
  }
}

/** Passes where the holder of a lease must be dead. */
async function checkDead(
  folder: string,
  path: string,
  { host, silence }: { readonly host: string | null; readonly silence: number },
): Promise<void> {
  const lease = await readLease(path);
  // Its lock was free on this machine; where machines cannot be told apart, that alone decides.
  if (host === null || lease?.host === host) return;
  const seen = `${await readTextIfThere(path)} ${await readTextIfThere(beatOf(path))}`, now = performance.now();
  const sight = sights.get(path);
  if (sight?.seen !== seen) sights.set(path, { seen, at: now });
  else if (now - sight.at >= silence) return void sights.delete(path);
  // A beat that went on is a sign of life.
  if (sight && sight.seen !== seen) throw heldBy(folder, lease?.holder);
  const holder = lease?.holder ?? "unknown", seconds = Math.ceil(silence / 1000);
  throw new RunBusyError(
    `Cannot take the run in ${folder} yet: another process (${holder}) has it, and is taken to be dead after ${seconds} s ` +
      "without a sign of life",
    { unsure: true },
  );
}
