/**
 * The determinism receipt: the first steps of a run are done twice, from the seed on, and compared bit for bit.
 *
 * @module
 */
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
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
  readonly trained: readonly Float32Array[];
  /** SHA-256 over every variable: running numbers, the optimizer's, averages and the loss scale too. */
  readonly digest: string;
}

/**
 * Reads what a model holds, one tensor at a time: only what is kept of them need fit into memory.
 *
 * @param trained Called for the values of each tensor that gradients train, in order.
 * @returns SHA-256 over every variable.
 */
async function readVariables(
  { groups }: Pick<Model, "groups">,
  trained: (values: Float32Array) => void,
): Promise<string> {
  const hash = sha256.create();
  for (const [group, parameters] of Object.entries(groups)) {
    for (const one of parameters) {
      const [{ name, values }] = await readParameters({ [group]: [one] }) as [NamedTensor];
      hash.update(utf8ToBytes(`${name}\0`)).update(new Uint8Array(values.buffer));
      if (one.trainable) trained(values);
    }
  }
  checkDevice();
  return bytesToHex(hash.digest());
}

async function readFirstSteps(model: Pick<Model, "groups">, losses: readonly number[]): Promise<FirstSteps> {
  const trained: Float32Array[] = [];
  return { losses, trained, digest: await readVariables(model, (values) => void trained.push(values)) };
}

/** Compares the first steps with what the second time gave. */
async function compareFirstSteps(
  first: FirstSteps,
  model: Pick<Model, "groups">,
  losses: readonly number[],
): Promise<RecordedReceipt> {
  let at = 0, weights = 0;
  const digest = await readVariables(model, (values) => {
    weights = Math.max(weights, largestDifference(first.trained[at++]!, values));
  });
  return {
    steps: losses.length,
    loss: finite(largestDifference(first.losses, losses)),
    weights: finite(weights),
    identical: first.digest === digest && first.losses.every((loss, i) => Object.is(loss, losses[i])),
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
  async first(model: Pick<Model, "groups">, events: AsyncIterable<StepEvent>, stop?: AbortSignal): Promise<void> {
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
  async second(model: Pick<Model, "groups">, { step, loss }: StepEvent): Promise<RecordedReceipt | undefined> {
    if (!this.#first || step > this.#steps) return undefined;
    this.#losses.push(loss);
    if (step < this.#steps) return undefined;
    const receipt = await compareFirstSteps(this.#first, model, this.#losses);
    this.#first = undefined;
    return receipt;
  }
}
