/**
 * `plan M`: the runs of a manifest, which are done, and what they cost.
 *
 * @module
 */
import { type Command, Option } from "commander";
import { timeEstimator } from "../experiments/estimate.ts";
import { isFinal } from "../experiments/sweep.ts";
import type { Context } from "./context.ts";
import { alignColumns, formatBytes, formatCount, formatDuration } from "./format.ts";
import { writePlan } from "../experiments/store.ts";
import { type LoadedSweep, loadSweep, missingData } from "./load.ts";
import { type PowerFlags, printPower, withPowerOptions } from "./plan_power.ts";
import { examples, type ManifestOptions, type PrintOptions, withManifestOptions } from "./options.ts";

/** One run, as `plan --json` prints it; `null` where a figure cannot be known yet. */
interface PlanLine {
  readonly id: string;
  readonly row: string;
  readonly seed: number;
  /** Whether it has a final record. */
  readonly done: boolean;
  /** Status of its record. */
  readonly status: string | null;
  /** Paths of its data that are not there; the id is provisional until they are. */
  readonly missing: readonly string[];
  /** Parameters of the backbone. */
  readonly parameters: number | null;
  /** Class-side parameters of the heads. */
  readonly headParameters: number | null;
  /** Multiply-adds of the backbone for one image, forward. */
  readonly multiplyAdds: number | null;
  /** Multiply-adds of the whole training. */
  readonly trainingMultiplyAdds: number | null;
  /** Estimate of the memory that training needs. */
  readonly memoryBytes: number | null;
  /** Bytes of the weights that it keeps when it is done; 0 where it keeps none. */
  readonly weightsBytes: number | null;
  /** Estimate of the training time, by the runs that are done. */
  readonly seconds: number | null;
}

/** Flags of `plan`. */
interface PlanOptions extends Omit<ManifestOptions, "out">, PrintOptions, PowerFlags {
  readonly out: readonly string[];
}

/** `--out`, which may name two things. */
function planOutOption(): Option {
  const collect = (text: string, before: readonly string[]) => [...before, text];
  return new Option(
    "--out <path>",
    'results folder, by default "results"; or a file FILE.json, to which the plan is frozen; may be given for both',
  ).argParser(collect).default([], "results");
}

function isPlanFile(path: string): boolean {
  return path.endsWith(".json");
}

/** Adds the command. */
export function registerPlan(program: Command, context: Context): void {
  const command = program.command("plan").argument("<manifest>", "manifest file")
    .description("Print the runs of a manifest, their ids, which are done, and what they cost. Nothing is trained.");
  withPowerOptions(withManifestOptions(command, planOutOption())).option("--json", "print JSON")
    .addHelpText(
      "after",
      examples(
        "plan experiments/manifests/omniglot-table2.yaml",
        "plan my.yaml --out plan.json",
        "plan my.yaml --json",
      ),
    )
    .action(async (path: string, { out, ...rest }: PlanOptions) => {
      const options = { ...rest, out: out.findLast((one) => !isPlanFile(one)) ?? "results" };
      const sweep = await loadSweep(path, options, context.io);
      for (const file of out.filter(isPlanFile)) {
        if (!sweep.frozen) throw missingData(sweep);
        await writePlan(file, sweep.frozen);
        context.io.err(`Plan of ${sweep.runs.length} runs: ${file}\n`);
      }
      if (await printPower(sweep, options, context.io)) return;
      const runs = await planLines(sweep, (problem) => context.io.err(problem + "\n"));
      context.io.out(
        options.json ? JSON.stringify({ experiment: sweep.experiment, runs }) + "\n" : render(sweep, runs),
      );
    });
}

async function planLines(sweep: LoadedSweep, warn: (text: string) => void): Promise<PlanLine[]> {
  const { store, experiment, plan, output } = sweep;
  const { records, problems } = await store.records(experiment);
  problems.forEach(warn);
  const seconds = timeEstimator(records);
  const byId = new Map(records.map((record) => [record.id, record]));
  const costs = new Map(plan.rows.map(({ label, cost }) => [label, cost]));
  return await Promise.all(plan.runs.map(async ({ id, row, seed, missing, run }) => {
    const record = byId.get(id), cost = costs.get(row);
    const interrupted = !isFinal(record) && await (await store.folder(experiment, id)).hasCheckpoint();
    return {
      id,
      row,
      seed,
      done: isFinal(record),
      status: record?.status ?? (interrupted ? "interrupted" : null),
      missing,
      parameters: cost?.parameters ?? null,
      headParameters: cost?.headParameters ?? null,
      multiplyAdds: cost?.multiplyAdds ?? null,
      trainingMultiplyAdds: cost?.trainingMultiplyAdds ?? null,
      memoryBytes: cost?.memory ?? null,
      weightsBytes: output.weights ? cost?.weights ?? null : 0,
      seconds: seconds(run),
    };
  }));
}

function render(sweep: LoadedSweep, runs: readonly PlanLine[]): string {
  const known = <T>(value: T | null, format: (value: T) => string) => value === null ? "unknown" : format(value);
  const table = alignColumns([
    ["run", "row", "seed", "state", "parameters", "head", "multiply-adds", "memory", "time"],
    ...runs.map((run) => [
      run.id + (run.missing.length > 0 ? "?" : ""),
      run.row,
      String(run.seed),
      run.status ?? "to do",
      known(run.parameters, formatCount),
      known(run.headParameters, formatCount),
      known(run.multiplyAdds, formatCount),
      known(run.memoryBytes, formatBytes),
      known(run.seconds, formatDuration),
    ]),
  ]);
  const open = runs.filter(({ done }) => !done);
  const notes = [
    `${runs.length} runs, ${runs.length - open.length} done, ${open.length} to do`,
    "parameters and multiply-adds: the backbone's, for one image; head: the class-side parameters",
    "memory: weights, gradients, momentum and the activations of a batch; an estimate",
  ];
  const kept = runs.flatMap(({ weightsBytes }) => weightsBytes ?? []).reduce((sum, bytes) => sum + bytes, 0);
  if (kept > 0) notes.push(`weights: ${formatBytes(kept)} on disk in all; --set output.weights=false keeps none`);
  const times = open.flatMap(({ seconds }) => seconds ?? []);
  if (open.length > 0 && times.length < open.length) {
    notes.push("time: unknown until a run with this backbone, batch size and data is done");
  } else if (open.length > 0) {
    notes.push(
      `time: about ${
        formatDuration(times.reduce((a, b) => a + b))
      } of training in all, judged by the runs that are done`,
    );
  }
  if (sweep.missing.length > 0) {
    notes.push(
      "Data that is not there, so that the ids marked ? will change:",
      ...sweep.missing.map((at) => `  ${at}`),
    );
  }
  return [...table, "", ...notes].join("\n") + "\n";
}
