/**
 * The power fails at every operation on files of a run, once with and once without what was not synced; by hand:
 *
 *     deno run -A tests/torture/crashes.ts [--webgpu]
 *
 * A test makes a sample of these crashes (`tests/experiments/run_crash_test.ts`).
 *
 * @module
 */
import { useBackend } from "../../tensor/backend.ts";
import { crashEverywhere } from "../experiments/crash_helpers.ts";

const backend = Deno.args.includes("--webgpu") ? "webgpu" : "wasm";
await useBackend(backend);
for (const lose of [false, true]) {
  const { operations, crashes } = await crashEverywhere(backend, { first: 1, stride: 1, lose });
  const what = lose ? "losing what was not synced" : "losing nothing";
  console.log(`${backend}: ${crashes} crashes at ${operations.length} operations, ${what}; each run ended the same`);
}
