/**
 * The heartbeat of a lease: a counter in a file, which others watch.
 *
 * @module
 */

/** What the thread that beats is told. */
export interface BeatRequest {
  /** The file; one that is not there any more is left so. */
  readonly path: string;
  /** Milliseconds from beat to beat. */
  readonly every: number;
}

/** Counts on in the file until the returned function is called. */
export function beat({ path, every }: BeatRequest): () => void {
  let count = 0;
  // A disk that takes nothing now may take the next one.
  const timer = setInterval(() => void write(path, ++count).catch(() => {}), every);
  return () => clearInterval(timer);
}

/** Writes over what is there, which takes no more of the disk, and is never seen by halves. */
async function write(path: string, count: number): Promise<void> {
  using file = await Deno.open(path, { write: true });
  await file.write(new TextEncoder().encode(countText(count)));
}

/** A count as it stands in the file. */
export function countText(count: number): string {
  return String(count).padStart(12, "0");
}
