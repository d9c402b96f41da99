/**
 * The gate, step by step; it stops at the first step that fails.
 *
 *     deno task ok
 *
 * @module
 */

/** The steps of the gate, each a command as one would type it. */
export const STEPS: readonly string[] = [
  "deno fmt --check --quiet",
  "deno lint --quiet",
  "deno check --quiet",
  "deno task --quiet layers",
  "deno task --quiet docs",
  "deno task --quiet test",
  "deno publish --dry-run --allow-dirty --quiet",
];

/** How a step ended. */
export interface StepResult {
  /** The command. */
  readonly step: string;
  /** Its exit code. */
  readonly code: number;
  /** How long it took. */
  readonly seconds: number;
}

/**
 * Runs commands one after the other, their output as it comes; none follows one that failed.
 *
 * @param steps Commands, their arguments parted by single spaces.
 * @param start Called before each step.
 */
export async function* runSteps(
  steps: readonly string[],
  start: (step: string) => void = () => {},
): AsyncGenerator<StepResult> {
  for (const step of steps) {
    start(step);
    const [command = "", ...args] = step.split(" ");
    const since = performance.now();
    const { code } = await new Deno.Command(command, { args, stdin: "null" }).spawn().status;
    yield { step, code, seconds: (performance.now() - since) / 1000 };
    if (code !== 0) return;
  }
}

if (import.meta.main) {
  let total = 0;
  for await (const { step, code, seconds } of runSteps(STEPS, (step) => console.log(`\n> ${step}`))) {
    total += seconds;
    console.log(`${code === 0 ? "passed" : "failed"} in ${seconds.toFixed(1)} s`);
    if (code === 0) continue;
    console.error(`\nThe gate stopped at "${step}", exit code ${code}: mend what it says above, then run it alone`);
    Deno.exit(1);
  }
  console.log(`\nThe gate passed in ${total.toFixed(0)} s`);
}
