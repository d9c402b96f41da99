/**
 * A memory of decoded images within a bound of bytes.
 *
 * @module
 */

/** Keeps byte arrays by number until they exceed the bound, then forgets the oldest. */
export interface ByteCache {
  /** What was kept under a number, or `undefined`. */
  get(key: number): Uint8Array | undefined;
  /** Keeps an array; one that exceeds the bound by itself is not kept. */
  set(key: number, bytes: Uint8Array): void;
}

/**
 * Makes an empty cache.
 *
 * @param limit Most bytes to keep.
 */
export function createByteCache(limit: number): ByteCache {
  const kept = new Map<number, Uint8Array>();
  let total = 0;
  const drop = (key: number): void => {
    total -= kept.get(key)?.length ?? 0;
    kept.delete(key);
  };
  return {
    get: (key) => kept.get(key),
    set(key, bytes) {
      drop(key);
      if (bytes.length > limit) return;
      kept.set(key, bytes);
      total += bytes.length;
      for (const oldest of kept.keys()) {
        if (total <= limit) break;
        drop(oldest);
      }
    },
  };
}
