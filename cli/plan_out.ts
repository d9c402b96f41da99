/**
 * `plan --out`: a results folder, or the file that a plan is frozen to.
 *
 * @module
 */
import { Option } from "commander";
import { type FrozenPlan, readPlan, writePlan } from "../experiments/store.ts";
import { isThere } from "../experiments/store/atomic.ts";
import { UsageError } from "./exit.ts";

/** `--out`, which may name two things. */
export function planOutOption(): Option {
  const collect = (text: string, before: readonly string[]) => [...before, text];
  return new Option(
    "--out <path>",
    'results folder, by default "results"; or a file FILE.json, to which the plan is frozen; may be given for both',
  ).argParser(collect).default([], "results");
}

/** Whether a path of `--out` means the file of a plan. */
export function isPlanFile(path: string): boolean {
  return path.endsWith(".json");
}

/**
 * Holds what `--out` names to what it can mean: a plan is not to be lost because its file was not called `.json`.
 *
 * @throws {UsageError} for a file, or a name that looks like one, which is no plan's; for `--force` without a file.
 */
export async function checkOut(
  paths: readonly string[],
  { force = false }: { readonly force?: boolean },
): Promise<void> {
  if (force && !paths.some(isPlanFile)) {
    throw new UsageError("Cannot use --force without --out FILE.json: it replaces the plan that is there");
  }
  for (const path of paths.filter((one) => !isPlanFile(one))) {
    const stat = await Deno.stat(path).catch(() => undefined);
    if (stat ? stat.isDirectory : !/\.[A-Za-z]+$/.test(path)) continue;
    const found = stat ? "it is a file" : "it looks like a file";
    throw new UsageError(`Cannot use --out ${path}: ${found}, a results folder or a plan's FILE.json is wanted`);
  }
}

/**
 * Freezes a plan to a file.
 *
 * @throws {UsageError} if something else is there and `force` is not set.
 */
export async function writeFrozen(
  path: string,
  plan: FrozenPlan,
  { force = false }: { readonly force?: boolean },
): Promise<void> {
  const found = force ? undefined : await whatElse(path, plan);
  if (found) throw new UsageError(`Cannot write plan ${path}: ${found}; name another file, or replace it with --force`);
  await writePlan(path, plan);
}

/** What is in the place of a plan, in words; `undefined` where nothing is lost. */
async function whatElse(path: string, plan: FrozenPlan): Promise<string | undefined> {
  if (!await isThere(path)) return undefined;
  try {
    const there = await readPlan(path);
    if (!there || there.digest === plan.digest) return undefined;
    return `it has another plan, ${there.digest.slice(0, 12)} of "${there.experiment}" with ${there.runs.length} runs`;
  } catch (error) {
    if (error instanceof SyntaxError) return "what is there is no plan, or was changed";
    throw error;
  }
}
