/**
 * `rungs/<first 12 digits of the plan's digest>/<step>.json` of an experiment: what halving decided at a rung.
 *
 * The first decision stands, whatever becomes of the runs that it was taken by.
 *
 * @module
 */
import { dirname } from "node:path";
import { z } from "zod";
import { RECORD_PARTS } from "../record_schema.ts";
import type { DecidedRung } from "../stopping/halving.ts";
import { readTextIfThere, writeOnce } from "./atomic.ts";
import { checkExperimentName, within } from "./paths.ts";

/** The plan that decisions belong to, in a results folder. */
export interface DecidingPlan {
  /** The results folder. */
  readonly root: string;
  /** Name of the experiment. */
  readonly experiment: string;
  /** Digest of the plan. */
  readonly digest: string;
}

const schema = z.strictObject({
  schemaVersion: z.literal(1),
  plan: RECORD_PARTS.sha256,
  step: z.int().min(1),
  ranking: z.array(z.strictObject({
    label: z.string(),
    rank: z.int().min(1),
    mean: z.number().nullable(),
    lacking: z.int().min(0),
    goesOn: z.boolean(),
  })).readonly(),
});

/**
 * The decision of a rung, or `undefined` while it is open.
 *
 * @throws {SyntaxError} naming the file if it is damaged, or is that of another plan.
 */
export async function readDecision(plan: DecidingPlan, step: number): Promise<DecidedRung | undefined> {
  const path = await fileOf(plan, step), text = await readTextIfThere(path);
  if (text === undefined) return undefined;
  const unreadable = (why: string) =>
    new SyntaxError(
      `Cannot read ${path}: ${why}, wanted a decision; put it back, or delete it so that the rung is decided again`,
    );
  let found;
  try {
    found = schema.parse(JSON.parse(text));
  } catch (error) {
    throw unreadable(error instanceof z.ZodError ? z.prettifyError(error) : (error as Error).message);
  }
  if (found.plan !== plan.digest || found.step !== step) {
    throw unreadable(`found step ${found.step} of plan ${found.plan.slice(0, 12)}`);
  }
  return { step, ranking: found.ranking };
}

/** Stores the decision of a rung, unless one is there; gives the one that stands. */
export async function keepDecision(plan: DecidingPlan, rung: DecidedRung): Promise<DecidedRung> {
  const path = await fileOf(plan, rung.step);
  await Deno.mkdir(dirname(path), { recursive: true });
  await writeOnce(path, JSON.stringify({ schemaVersion: 1, plan: plan.digest, ...rung }, null, 2) + "\n");
  return await readDecision(plan, rung.step) ?? rung;
}

async function fileOf({ root, experiment, digest }: DecidingPlan, step: number): Promise<string> {
  return await within(root, checkExperimentName(experiment), "rungs", digest.slice(0, 12), `${step}.json`);
}
