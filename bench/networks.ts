/**
 * The training steps that are timed: network, batch, classes, the same for us and for the peers.
 *
 * @module
 */

/** A training step by name. */
export interface StepWork {
  readonly name: "convnet" | "iresnet18" | "iresnet50";
  /** What tables call it. */
  readonly title: string;
  /** Height, width, channels. */
  readonly shape: readonly [number, number, number];
  readonly batch: number;
  /** Classes of the ArcFace head. */
  readonly classes: number;
  readonly backbone: string;
  readonly params: Readonly<Record<string, unknown>>;
}

/** All steps. */
export const STEP_WORKS: readonly StepWork[] = [
  {
    name: "convnet",
    title: "convnet, 128×28×28×1, 964 classes",
    shape: [28, 28, 1],
    batch: 128,
    classes: 964,
    backbone: "convnet",
    params: { blocks: 3, width: 64, embedding: 128, dropout: 0.4 },
  },
  ...([["iresnet18", [2, 2, 2, 2], 16], ["iresnet50", [3, 4, 14, 3], 8]] as const).map(([name, stages, batch]) => ({
    name,
    title: `IResNet-${name.slice(7)}, ${batch}×112×112×3, 1000 classes`,
    shape: [112, 112, 3] as const,
    batch,
    classes: 1000,
    backbone: "iresnet",
    params: { stages },
  })),
];

/**
 * A step by name, with another batch size if one is given.
 *
 * @throws {RangeError} if there is no such step.
 */
export function stepWork(name: string, batch?: number): StepWork {
  const found = STEP_WORKS.find((work) => work.name === name);
  if (!found) {
    throw new RangeError(`Cannot time step: found "${name}", wanted ${STEP_WORKS.map((w) => w.name).join(", ")}`);
  }
  return batch === undefined ? found : { ...found, batch, title: found.title.replace(/, \d+×/, `, ${batch}×`) };
}
