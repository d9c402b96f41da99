/**
 * Takes the receipt of a model that only gives values, and prints the bytes of them and of the memory that arrays took at
 * most, at its second reading: `deno run --v8-flags=--expose-gc receipt_child.ts`.
 *
 * @module
 */
import { Receipt } from "../../experiments/receipt.ts";
import type { Parameter } from "../../tensor/parameter.ts";
import type { StepEvent } from "../../training/mod.ts";

const TENSORS = 12, LENGTH = 2 ** 19;
const collect = (globalThis as unknown as { readonly gc: () => void }).gc;

let most = 0;
function measure(): void {
  collect();
  most = Math.max(most, Deno.memoryUsage().external);
}

const data = () => {
  measure();
  return Promise.resolve(new Float32Array(LENGTH).fill(1));
};
const parameters = Array.from({ length: TENSORS }, (_, i) => (
  { name: `p${i}`, role: "weight", trainable: true, variable: { shape: [LENGTH], data } } as unknown as Parameter
));
const step = { step: 1, loss: 0 } as StepEvent;

const receipt = new Receipt(1), model = { groups: { backbone: parameters } };
measure();
const before = most;
await receipt.first(
  model,
  (async function* () {
    yield step;
  })(),
);
most = 0;
const { identical } = (await receipt.second(model, step))!;
measure();
const told = JSON.stringify({ identical, values: 4 * TENSORS * LENGTH, taken: most - before });
await Deno.stdout.write(new TextEncoder().encode(told));
