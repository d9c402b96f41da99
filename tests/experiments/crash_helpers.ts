/**
 * A run that has everything a checkpoint must hold, and what an interruption must not change of it.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import type { ResolvedRun } from "../../experiments/resolved.ts";
import { failingDisk } from "./failing_disk.ts";
import { execute, outcome, section, sha256, smallRun } from "./run_helpers.ts";

/**
 * Six steps with momentum, an average of the weights, dropout, augmentation, clipping, a sampler by identities, a head
 * with running numbers, a second head, and an evaluation with scores.
 */
export function fullRun(backend: "wasm" | "webgpu"): ResolvedRun {
  const plain = smallRun();
  return smallRun({
    backend,
    optimizer: section("optimizer", { name: "sgd", momentum: 0.9, weightDecay: 5e-4 }),
    head: section("head", { name: "curricularface", s: 16, alpha: 0.5 }),
    auxiliary: [{ weight: 0.1, ...section("head", { name: "center" }) }],
    train: {
      ...plain.train,
      steps: 6,
      ema: 0.5,
      clip: { norm: 1, of: "backbone" },
      sampler: section("sampler", { name: "identity", images: 2 }),
    },
  });
}

const OUTPUT = { checkpointEvery: 2, logEvery: 1, keepWeights: true };

/** Trains {@link fullRun} in a folder, or goes on with it; gives all that must not depend on interruptions. */
export async function finish(run: ResolvedRun, root: string): Promise<Record<string, unknown>> {
  const { record, folder } = await execute(run, { root, ...OUTPUT });
  const history = (await folder.readHistory()).map(({ seconds: _, ...line }) => line);
  const [weights, scores] = [await folder.readWeights(), await Deno.readFile(`${folder.path}/scores/unseen.npy`)];
  return {
    status: record!.status,
    error: record!.error,
    ...outcome(record!),
    steps: record!.cost!.steps,
    history,
    weights: sha256(weights!),
    scores: sha256(scores),
    checkpoint: await folder.hasCheckpoint(),
  };
}

/**
 * Trains until the power fails at an operation; gives the operations there were.
 *
 * @returns Operations on files, all of them where the run ended before `at`.
 */
export async function crashAt(
  run: ResolvedRun,
  { root, at, lose }: { readonly root: string; readonly at: number; readonly lose: boolean },
): Promise<readonly string[]> {
  using disk = failingDisk({ root, at, lose });
  // A run whose disk died never goes on: it is left where it is.
  const going = execute(run, { root, ...OUTPUT });
  await Promise.race([disk.failed, going]);
  return disk.operations;
}

/** Which crashes {@link crashEverywhere} makes. */
export interface Crashes {
  /** First operation that is the last, from 1. */
  readonly first: number;
  /** Operations from one to the next. */
  readonly stride: number;
  /** Whether what was not synced is lost. */
  readonly lose: boolean;
}

/**
 * Crashes at a run's operations on files, goes on after each, crashes again, and goes on to the end.
 *
 * @returns The operations of a run that nothing interrupts, and how many of them were crashes.
 */
export async function crashEverywhere(
  backend: "wasm" | "webgpu",
  { first, stride, lose }: Crashes,
): Promise<{ readonly operations: readonly string[]; readonly crashes: number }> {
  const run = fullRun(backend), roots: string[] = [];
  const folder = async () => roots[roots.push(await Deno.makeTempDir()) - 1]!;
  try {
    const whole = await finish(run, await folder());
    assertEquals([whole.status, whole.steps, whole.checkpoint], ["completed", 6, false]);
    const operations = await crashAt(run, { root: await folder(), at: Infinity, lose: false });
    let crashes = 0;
    for (let at = first; at <= operations.length; at += stride, crashes++) {
      const root = await folder();
      const done = await crashAt(run, { root, at, lose });
      assertEquals(done.map(plainName), operations.slice(0, at).map(plainName));
      // The second crash is while it goes on from the first.
      await crashAt(run, { root, at: 1 + (7 * at) % 23, lose });
      assertEquals(await finish(run, root), whole, `after ${at}: ${done.at(-1)}`);
    }
    return { operations, crashes };
  } finally {
    for (const root of roots) await Deno.remove(root, { recursive: true });
  }
}

/** Temporary files have random names. */
function plainName(operation: string): string {
  return operation.replace(/\.[0-9a-f]{8}\.tmp$/, "");
}
