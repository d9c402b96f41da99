/**
 * Merges what several producers push into one async iteration.
 *
 * @module
 */

/** A queue with one reader. */
export class Channel<T> {
  #items: T[] = [];
  #wake: (() => void) | undefined;
  #closed = false;
  #error: { readonly value: unknown } | undefined;

  /** Adds an item. */
  push(item: T): void {
    this.#items.push(item);
    this.#wake?.();
  }

  /** Ends the iteration after the items pushed so far. */
  close(): void {
    this.#closed = true;
    this.#wake?.();
  }

  /** Ends the iteration with an error, after the items pushed so far. */
  fail(error: unknown): void {
    this.#error ??= { value: error };
    this.close();
  }

  /** The items, in the order in which they were pushed. */
  async *[Symbol.asyncIterator](): AsyncGenerator<T> {
    while (true) {
      while (this.#items.length > 0) yield this.#items.shift()!;
      if (this.#error) throw this.#error.value;
      if (this.#closed) return;
      await new Promise<void>((resolve) => this.#wake = resolve);
      this.#wake = undefined;
    }
  }
}
