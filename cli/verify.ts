/**
 * `verify DIR`: holds an experiment's folder to its hashes, does chosen runs again, and says what agrees.
 *
 * @module
 */
import { type Command, InvalidArgumentError, Option } from "commander";
import { codeDigest } from "../experiments/code_digest.ts";
import { diskFiles } from "../experiments/disk.ts";
import type { OutputSettings } from "../experiments/resolved.ts";
import { inspectFolder, type Inspection } from "../experiments/verify/inspect.ts";
import { builtins } from "../registry/mod.ts";
import {
  type Agreement,
  agreementOf,
  AGREEMENTS,
  figureName,
  judgeRun,
  renderVerification,
  type Verification,
  type VerifiedCell,
} from "../reports/mod.ts";
import type { Context } from "./context.ts";
import { EXIT, UsageError } from "./exit.ts";
import {
  dataOption,
  examples,
  naturalNumber,
  pluginOption,
  refuseWith,
  withPrintOptions,
  workersOption,
} from "./options.ts";
import { type TrustOptions, withOutsideOption } from "./trust.ts";
import { inVerified } from "./verify_folder.ts";
import { type Cell, type CellOptions, checkTolerance, chooseCells, completedRuns } from "./verify_cells.ts";
import type { AllowedPlugins } from "./planned_plugins.ts";
import { allowedPlugins, changedPlugins, howToAllow, type PluginFlags, strangers } from "./verify_plugins.ts";
import { checkData, type Rerun, rerun } from "./verify_rerun.ts";
import { openScratch } from "./verify_scratch.ts";

/** Flags of `verify`. */
interface VerifyOptions extends CellOptions, PluginFlags, Pick<TrustOptions, "allowOutside"> {
  readonly hashesOnly?: boolean;
  readonly data: string;
  readonly out: string;
  readonly accept?: "identical" | "tolerance" | "consistent";
  readonly tolerance: Readonly<Record<string, number>>;
  readonly workers?: number;
  readonly cache?: number;
  readonly quiet?: boolean;
  readonly json?: boolean;
}

/** Adds the command. */
export function registerVerify(program: Command, context: Context): void {
  const command = program.command("verify").argument(
    "<experiment>",
    "folder of an experiment, a copy of it anywhere, its name in results/, or a package, folder or zip",
  )
    .description(
      "Hold the folder of an experiment to its hashes and schemas, train chosen runs again, and give a verdict on each " +
        "figure. The worst counts: exit status 0 identical, 10 within the declared tolerance, 11 statistically " +
        "consistent with the published seeds, 12 inconclusive, 13 drifted, 65 damaged or changed.",
    )
    .option("--hashes-only", "run nothing again")
    .option("--cells <cell...>", 'runs to do again, as "ROW" or "ROW/COLUMN"; by default the cheapest that trains')
    .addOption(new Option("--seeds <n,…>", "do again these seeds alone").argParser(naturalNumbers))
    .option("--all", "do every completed run again")
    .addOption(dataOption())
    .addOption(
      new Option("--out <dir>", "where runs are done again; one that was interrupted goes on").default(
        "results/.verify",
      ),
    )
    .addOption(
      new Option("--accept <verdict>", "exit with 0 for this verdict and better ones")
        .choices(["identical", "tolerance", "consistent"]),
    )
    .addOption(
      new Option("--tolerance <figure=x>", "largest difference that is let pass, unseen.accuracy=0.002; repeatable")
        .argParser(tolerances).default({}, "the plan's"),
    )
    .option("--allow-plugins", "execute plugin modules that lie in the folder, and npm packages that its plan pins")
    .addOption(pluginOption())
    .addOption(workersOption())
    .addOption(
      new Option("--cache <MiB>", "decoded images that a data set may keep in memory; by default 256")
        .argParser(naturalNumber),
    );
  withPrintOptions(withOutsideOption(command), "print the report as JSON")
    .addHelpText(
      "after",
      examples(
        'verify results/omniglot-one-shot --cells "Softmax/seen.accuracy" --seeds 0 --data data',
        "verify results/toy-2d --hashes-only",
        "verify toy-2d-crate.zip --hashes-only",
      ),
    )
    .action(async (where: string, options: VerifyOptions) => {
      const { verification, code } = await inVerified(where, options.out, (folder) => verify(folder, options, context));
      context.io.out(options.json ? JSON.stringify(verification) + "\n" : renderVerification(verification));
      context.code = code;
    });
}

async function verify(
  folder: string,
  options: VerifyOptions,
  context: Context,
): Promise<{ verification: Verification; code: number }> {
  checkFlags(options);
  const inspection = await inspectFolder(folder, builtins());
  const { matching, rescored, problems, records } = inspection, notes = [...inspection.notes];
  const base = { folder, matching, records: records.length, rescored, problems, notes };
  if (problems.length > 0) return { verification: { ...base, verdict: "damaged", cells: [] }, code: EXIT.damaged };
  if (records.length === 0 && !inspection.plan) {
    throw new UsageError(
      `Cannot verify ${folder}: it has neither plan.json nor a record, an experiment's folder is wanted`,
    );
  }
  if (options.hashesOnly) {
    const verdict = inspection.held ? "sound" : "inconclusive";
    return { verification: { ...base, verdict, cells: [] }, code: inspection.held ? EXIT.done : EXIT.inconclusive };
  }
  const allowed = await allowedPlugins(folder, inspection, options);
  const runs = completedRuns(inspection), chosen = chooseCells(runs, options);
  checkTolerance(runs, options.tolerance);
  notes.push(...await tellChosen(chosen, runs, options, inspection), ...changedPlugins(inspection, allowed));
  const { cells, code, resumed } = await doAgain(folder, { inspection, runs, chosen, allowed }, options, context);
  notes.push(...resumed);
  const verdict = agreementOf(cells);
  if (code !== undefined) return { verification: { ...base, verdict: "interrupted", cells }, code };
  return { verification: { ...base, verdict, cells }, code: exitOf(verdict, options.accept) };
}

/** Refuses flags that would be ignored. */
function checkFlags({ hashesOnly, cells, seeds, all, tolerance, accept, plugin, ...rest }: VerifyOptions): void {
  const { allowPlugins, workers, cache } = rest, chosen = { "--cells": cells, "--seeds": seeds, "--all": all };
  const judged = { "--tolerance": tolerance, "--accept": accept, "--allow-plugins": allowPlugins, "--plugin": plugin };
  const others = { ...chosen, ...judged, "--workers": workers, "--cache": cache };
  if (hashesOnly) refuseWith("--hashes-only", others, "it runs nothing again; leave one of them out");
  if (all) refuseWith("--all", { "--cells": cells }, "it takes every completed run; leave one of them out");
}

/** What is said before anything is run. */
async function tellChosen(
  chosen: readonly Cell[],
  runs: readonly Cell[],
  { cells, seeds, all }: VerifyOptions,
  { plan }: Inspection,
): Promise<string[]> {
  const notes: string[] = [], code = await codeDigest();
  const [first] = chosen;
  if (first && !cells && !seeds && !all) {
    const cost = first.record.cost!, took = `${Math.round(cost.seconds)} s then`;
    notes.push(
      `Done again: "${first.row}", seed ${first.record.seed}, the cheapest of ${runs.length} completed runs (${took}); ` +
        "others with --cells or --seeds, all with --all",
    );
  }
  const made = plan ? plan.code.sha256 : first?.record.environment.code ?? null;
  if (first && made !== code) {
    const short = (digest: string | null) => digest?.slice(0, 12) ?? "unknown";
    notes.push(`The program has changed: its sources were ${short(made)}, and are ${short(code)}`);
  }
  return notes;
}

/** Does the chosen runs again, one after the other; ends with the exit status of an interruption. */
async function doAgain(
  folder: string,
  { inspection, runs, chosen, allowed }: {
    readonly inspection: Inspection;
    readonly runs: readonly Cell[];
    readonly chosen: readonly Cell[];
    readonly allowed: AllowedPlugins;
  },
  options: VerifyOptions,
  context: Context,
): Promise<{ cells: VerifiedCell[]; resumed: string[]; code?: number }> {
  const { plan } = inspection, cells: VerifiedCell[] = [], resumed: string[] = [];
  const [first] = chosen;
  if (!first) return { cells, resumed };
  await checkDataFolder(options.data, folder);
  const files = diskFiles(options.data, { inside: !options.allowOutside });
  const able = chosen.filter(({ record }) => strangers(record, allowed).length === 0);
  await checkData(able.map(({ record }) => record), files);
  const scratch = await openScratch(options.out, plan?.experiment ?? first.record.experiment);
  const output: OutputSettings = plan?.output ?? { logEvery: 10, checkpointEvery: 0, weights: false };
  const { quiet, json, workers, cache, data, out } = options;
  const flags = {
    ...{ data, out, quiet: quiet === true || json === true },
    ...workers === undefined ? {} : { workers },
    ...cache === undefined ? {} : { cache },
  };
  const tolerance = { ...plan?.table.tolerance, ...options.tolerance };
  // Rows that are the same run are one run.
  const known = new Map<string, Rerun>();
  for (const cell of chosen) {
    const { row, record } = cell, unknown = strangers(record, allowed);
    const result: Rerun = unknown.length > 0
      ? {
        unable: `it needs ${unknown.join(", ")} as planned, which is executed only with ${await howToAllow(
          folder,
          inspection,
          unknown,
        )}`,
      }
      : known.get(record.id) ?? await rerun(record, scratch, { ...allowed, files, output, flags }, context);
    if ("code" in result) return { cells, resumed, code: result.code };
    if ("record" in result && result.resumed && !known.has(record.id)) {
      resumed.push(
        `${row}, seed ${record.seed} went on from the checkpoint of an interrupted verify in ${result.resumed}; delete ` +
          "that folder to train it from the beginning",
      );
    }
    known.set(record.id, result);
    const published = runs.filter((run) => run.row === row).map(({ record }) => record);
    const figures = "record" in result
      ? judgeRun(record, result.record, { tolerance, published })
      : record.metrics.map((metric) => ({
        ...{ figure: figureName(metric), published: metric.value, now: null, unit: metric.unit },
        ...{ verdict: "inconclusive" as const, reason: result.unable },
      }));
    const asked = figures.filter(({ figure }) => !cell.columns || cell.columns.has(figure));
    cells.push({ row, seed: record.seed, id: record.id, figures: asked });
  }
  return { cells, resumed };
}

/** Data that came with the folder must hold no links: they would be followed. */
async function checkDataFolder(data: string, folder: string): Promise<void> {
  const root = await Deno.realPath(data).catch(() => undefined);
  if (root === undefined || !`${root}/`.startsWith(`${await Deno.realPath(folder)}/`)) return;
  const walk = async (path: string): Promise<void> => {
    for await (const { name, isSymlink, isDirectory } of Deno.readDir(path)) {
      if (isSymlink) {
        throw new UsageError(
          `Cannot use the data in ${data}: ${path}/${name} is a symbolic link, and came with ${folder}`,
        );
      }
      if (isDirectory) await walk(`${path}/${name}`);
    }
  };
  await walk(root);
}

function exitOf(verdict: Agreement, accept: VerifyOptions["accept"]): number {
  if (accept && AGREEMENTS.indexOf(verdict) <= AGREEMENTS.indexOf(accept)) return EXIT.done;
  return verdict === "identical" ? EXIT.done : EXIT[verdict];
}

function naturalNumbers(text: string): number[] {
  return text.split(",").map((part) => naturalNumber(part.trim()));
}

function tolerances(text: string, before: Readonly<Record<string, number>>): Record<string, number> {
  const [, figure, value] = /^([^=]+)=(.+)$/.exec(text) ?? [], number = Number(value);
  if (figure === undefined || !(number >= 0)) throw new InvalidArgumentError("Wanted such as unseen.accuracy=0.002.");
  return { ...before, [figure]: number };
}
