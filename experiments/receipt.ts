/**
 * The determinism receipt: the first steps of a run are done twice, from the seed on, and compared bit for bit.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { checkDevice } from "../tensor/device.ts";
import { DivergenceError, type NamedTensor, readParameters, type StepEvent } from "../training/mod.ts";
import type { Model } from "./model.ts";
import { finite, type RecordedReceipt } from "./record.ts";

/** How many first steps a run does twice where its plan does not say. */
export const RECEIPT_STEPS = 2;

/** What the first steps gave. */
interface FirstSteps {
  /** Loss of each. */
  readonly losses: readonly number[];
  /** Values of what gradients train, after them. */
  readonly trained: readonly NamedTensor[];
  /** SHA-256 over every variable: running numbers, the optimizer's, averages and the loss scale too. */
  readonly digest: string;
}

/** Reads what a model holds after its first steps. */
async function readFirstSteps({ groups }: Model, losses: readonly number[]): Promise<FirstSteps> {
  const hash = createHash("sha256"), trained: NamedTensor[] = [];
  for (const [group, parameters] of Object.entries(groups)) {
    for (const one of parameters) {
      // One at a time, so that what is only hashed need not fit into memory twice.
      const [tensor] = await readParameters({ [group]: [one] });
      hash.update(`${tensor!.name}\0`).update(new Uint8Array(tensor!.values.buffer));
      if (one.trainable) trained.push(tensor!);
    }
  }
  checkDevice();
  return { losses, trained, digest: hash.digest("hex") };
}

/** Compares the first steps with those of the second time. */
function compareFirstSteps(one: FirstSteps, other: FirstSteps): RecordedReceipt {
  const weights = one.trained.map(({ values }, i) => largestDifference(values, other.trained[i]!.values));
  return {
    steps: one.losses.length,
    loss: finite(largestDifference(one.losses, other.losses)),
    weights: finite(Math.max(0, ...weights)),
    identical: one.digest === other.digest && one.losses.every((loss, i) => Object.is(loss, other.losses[i])),
  };
}

function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let largest = 0;
  for (let i = 0; i < a.length; i++) largest = Math.max(largest, Math.abs(a[i]! - b[i]!));
  return largest;
}

/** Takes the receipt of a run: its first steps the first time, then those of the run itself. */
export class Receipt {
  readonly #steps: number;
  readonly #losses: number[] = [];
  #first: FirstSteps | undefined;

  /** @param steps How many first steps are done twice; 0 for none. */
  constructor(steps: number) {
    this.#steps = steps;
  }

  /** Does the first steps of a model, which is of no further use; a divergence is left to the run itself. */
  async first(model: Model, events: AsyncIterable<StepEvent>, stop?: AbortSignal): Promise<void> {
    const losses: number[] = [];
    try {
      for await (const { loss, step } of events) {
        losses.push(loss);
        if (stop?.aborted) return;
        if (step !== this.#steps) continue;
        this.#first = await readFirstSteps(model, losses);
        return;
      }
    } catch (error) {
      if (!(error instanceof DivergenceError)) throw error;
    }
  }

  /** Takes a step of the run; gives the receipt at the last that was done twice. */
  async second(model: Model, { step, loss }: StepEvent): Promise<RecordedReceipt | undefined> {
    if (!this.#first || step > this.#steps) return undefined;
    this.#losses.push(loss);
    if (step < this.#steps) return undefined;
    const receipt = compareFirstSteps(this.#first, await readFirstSteps(model, this.#losses));
    this.#first = undefined;
    return receipt;
  }
}
