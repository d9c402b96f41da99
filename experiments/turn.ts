/**
 * The event loop's turn: signals arrive there alone, and work on WASM never leaves the microtasks.
 *
 * @module
 */

/** Lets the event loop turn. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve));
}
