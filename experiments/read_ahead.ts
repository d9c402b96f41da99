/**
 * Batches made ahead of their use, so that threads that decode have work while this one is busy.
 *
 * @module
 */

/** Values by number, each made before it is asked for. */
export interface ReadAhead<T> {
  /** The value of a number; those of the numbers that follow are begun. Numbers only go up. */
  get(index: number): Promise<T>;
  /** Waits for what was begun and not asked for. */
  close(): Promise<void>;
}

/** Bytes that may be made ahead: 64 MiB. */
const BYTES = 2 ** 26;
/** Values that are made ahead at most; more of them only wait longer. */
const MOST = 3;

/** How many values of a size are made ahead: at least one, whatever it takes. */
export function depthOf(bytes: number): number {
  return Math.max(1, Math.min(MOST, Math.floor(BYTES / bytes)));
}

/**
 * Makes values ahead.
 *
 * @param make Makes one; the calls are in order, and several are at work at a time.
 * @param options The number that is not made any more, and how many are made ahead.
 */
export function readAhead<T>(
  make: (index: number) => Promise<T>,
  { end, depth }: { readonly end: number; readonly depth: number },
): ReadAhead<T> {
  const begun = new Map<number, Promise<T>>();
  const begin = (index: number): Promise<T> => {
    const value = begun.get(index) ?? make(index);
    // A failure is thrown where the value is wanted.
    value.catch(() => {});
    begun.set(index, value);
    return value;
  };
  return {
    get(index) {
      const value = begin(index);
      begun.delete(index);
      for (let next = index + 1; next < end && next <= index + depth; next++) begin(next);
      return value;
    },
    async close() {
      await Promise.allSettled(begun.values());
    },
  };
}
