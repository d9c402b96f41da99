/**
 * Gradients by parameter, summed where a parameter is used more than once.
 *
 * @module
 */
import { type Tensor, tf } from "./tf.ts";

/** Gradients by the name of their parameter. */
export interface Gradients {
  /** Takes over the gradient of a parameter; a second one is added to the first. */
  add(name: string, gradient: Tensor): void;
  /** Hands out the gradient of a parameter; the caller disposes it. */
  take(name: string): Tensor | undefined;
  /** Frees what was not taken. */
  dispose(): void;
}

/** An empty collection. */
export function collectGradients(): Gradients {
  const all = new Map<string, Tensor>();
  return {
    add(name, gradient) {
      const before = all.get(name);
      all.set(name, before ? tf.add(before, gradient) : gradient);
      if (before) tf.dispose([before, gradient]);
    },
    take(name) {
      const gradient = all.get(name);
      all.delete(name);
      return gradient;
    },
    dispose() {
      for (const gradient of all.values()) gradient.dispose();
      all.clear();
    },
  };
}
