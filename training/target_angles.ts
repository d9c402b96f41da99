/**
 * Target angles of watched steps, on the device until an event tells them.
 *
 * @module
 */
import { type Tensor1D, tf } from "../tensor/tf.ts";

/** Target angles of one step. */
export interface StepAngles {
  /** The step, from 1. */
  readonly step: number;
  /** θ_y of each image of its batch, in radians, before the update. */
  readonly values: Float32Array;
}

/** Target angles that are still on the device. */
export interface KeptAngles {
  /** Keeps a copy of a step's angles. */
  add(step: number, angles: Tensor1D): void;
  /** Angles of all kept steps, in one read; nothing is kept any more. */
  read(): Promise<StepAngles[]>;
  /** Frees what is kept. */
  dispose(): void;
}

/** Keeps angles until they are read, so that the device works on undisturbed. */
export function keepAngles(): KeptAngles {
  let kept: { step: number; angles: Tensor1D }[] = [];
  const dispose = () => {
    tf.dispose(kept.map(({ angles }) => angles));
    kept = [];
  };
  return {
    add: (step, angles) => void kept.push({ step, angles: tf.keep(tf.clone(angles)) }),
    async read() {
      if (kept.length === 0) return [];
      const all = tf.concat(kept.map(({ angles }) => angles)), values = await all.data() as Float32Array;
      all.dispose();
      let from = 0;
      const told = kept.map(({ step, angles: { size } }) => ({ step, values: values.slice(from, from += size) }));
      dispose();
      return told;
    },
    dispose,
  };
}
