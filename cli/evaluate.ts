/**
 * `evaluate [LIST]`: scores stored embeddings or trained weights under any protocol, without training.
 *
 * @module
 */
import { resolve } from "node:path";
import { type Command, Option } from "commander";
import { MissingDataError } from "../datasets/files.ts";
import { compareToRecord } from "../experiments/compare_record.ts";
import { diskFiles } from "../experiments/disk.ts";
import { readEnvironment } from "../experiments/environment.ts";
import type { EvaluationRecord } from "../experiments/evaluation_record.ts";
import { type EvaluationEvent, executeEvaluation, usesBackend } from "../experiments/evaluation_run.ts";
import { loadBlas } from "../experiments/openblas.ts";
import { openStore } from "../experiments/store.ts";
import { type EvaluationFiles, writeEvaluation } from "../experiments/store/evaluation.ts";
import type { Context } from "./context.ts";
import { decodePool } from "./decoding.ts";
import { RunError, UsageError } from "./exit.ts";
import { type EvaluateOptions, findEvaluations } from "./evaluate_input.ts";
import { evaluationReporter } from "./evaluate_progress.ts";
import { describeComparison, renderEvaluation } from "./evaluate_table.ts";
import { dataOption, examples, pluginOption, setOption, withComputeOptions, withPrintOptions } from "./options.ts";
import { checkThreads } from "./threads.ts";
import { withOutsideOption } from "./trust.ts";

/** Adds the command. */
export function registerEvaluate(program: Command, context: Context): void {
  const command = program.command("evaluate")
    .argument(
      "[list]",
      "file of evaluations: name, plugins, embeddings, evaluate; or a manifest, whose evaluate is taken",
    )
    .description(
      "Measure stored embeddings, or a network with its weights, under any protocols; nothing is trained. The " +
        "evaluations are those of a list, those of a run, or one that is described here.",
    )
    .option("--run <dir>", "folder of a completed run: its network, and, without a list, its own evaluations once more")
    .option("--weights <file>", "weights of a network, .safetensors; relative to the working directory")
    .option("--backbone <yaml>", 'the network of --weights, such as "{ name: iresnet50 }"; a file of ours tells')
    .option(
      "--embeddings <path>",
      "stored embeddings: .npy, .npz, feature files; relative to the working directory; by name, else by order",
    )
    .option("--mirrored <path>", "embeddings of the mirrored images, where they are in a file of their own")
    .option("--protocol <name>", "without a list: measure this one protocol; --set protocol.KEY=VALUE sets a parameter")
    .option("--reader <name>", "its data; --set data.KEY=VALUE sets a parameter")
    .option("--data-of <evaluation>", "its data: that of an evaluation of the run")
    .addOption(setOption('replace a value of the evaluations, such as "evaluate.unseen.flip=true"; repeatable'))
    .option("--out <dir>", "write evaluation.json with scores and lists into a folder")
    .option("--save-embeddings <dir>", "write what the network gives as .npz, one file a data set")
    .addOption(dataOption())
    .addOption(pluginOption())
    .addOption(
      new Option(
        "--backend <name>",
        "where the network runs, and megaface multiplies; by default as the run did, else auto",
      )
        .choices(["auto", "webgpu", "wasm", "cpu"]),
    );
  withPrintOptions(withComputeOptions(withOutsideOption(command)), "print the record of the evaluation as JSON")
    .addHelpText(
      "after",
      examples(
        "evaluate lists.yaml --embeddings r100.npz",
        "evaluate lists.yaml --run results/my-margins/0123456789ab",
        'evaluate lists.yaml --weights public.safetensors --backbone "{ name: iresnet50 }"',
        "evaluate --run results/my-margins/0123456789ab",
        "evaluate --run results/my-margins/0123456789ab --protocol angles --data-of unseen-images",
        "evaluate --embeddings e.npy --protocol angles --reader image-folder --set data.path=faces.zip",
      ),
    )
    .action(async (path: string | undefined, options: EvaluateOptions) => {
      checkThreads(options);
      const { run, own, weights, ...found } = await findEvaluations(path, options);
      const { data, threads, blas, out, saveEmbeddings: save } = options;
      const multiplies = weights !== undefined || usesBackend(found.list);
      if (!weights) checkIdle(options, multiplies);
      const library = multiplies && blas !== "none"
        ? await loadBlas(threads === undefined ? {} : { threads })
        : undefined;
      const environment = await readEnvironment(Deno.cwd()), { tiles } = openStore(RESULTS);
      const pool = decodePool(options, context.io), { cache } = options;
      const access = { prepare: pool.prepare, ...cache === undefined ? {} : { cacheBytes: cache * 2 ** 20 } };
      const shared = { ...found, ...access, weights, save, products: library, environment, tiles };
      try {
        // Data that a record names is held to the data folder; a list, like a manifest, is the user's own.
        const inside = (own || options.dataOf !== undefined) && !options.allowOutside;
        const also = [options.embeddings, options.mirrored].flatMap((path) =>
          path === undefined ? [] : [resolve(path)]
        );
        const files = diskFiles(data, { inside, also });
        const events = executeEvaluation({ ...shared, files, scratch: out ?? RESULTS });
        const { record, files: written } = await follow(events, options, context);
        const compared = own && run ? { ...record, comparison: compareToRecord(record, run) } : record;
        const comparison = run && describeComparison(compared, run);
        if (comparison && !options.quiet) context.io.err(`${comparison}\n`);
        await finish(compared, written, options, context);
      } finally {
        library?.close();
        pool.close();
      }
    });
}

/** Refuses flags that are about a network where none runs. */
function checkIdle({ saveEmbeddings, backend, threads, workers, cache }: EvaluateOptions, multiplies: boolean): void {
  const flags = {
    "--save-embeddings": saveEmbeddings,
    ...multiplies ? {} : { "--backend": backend, "--threads": threads },
    "--workers": workers,
    "--cache": cache,
  };
  for (const [flag, value] of Object.entries(flags)) {
    if (value === undefined) continue;
    throw new UsageError(`Cannot use ${flag} without a network: name one with --run or --weights, or leave it out`);
  }
}

/** Where trials of tiles and temporary files go: a task may write there. */
const RESULTS = "results";

/** Shows progress to the end. */
async function follow(
  events: AsyncGenerator<EvaluationEvent>,
  { quiet = false }: EvaluateOptions,
  { io }: Context,
): Promise<{ record: EvaluationRecord; files: EvaluationFiles }> {
  const show = quiet ? () => {} : evaluationReporter(io, () => performance.now() / 1000);
  let begun = false;
  try {
    for await (const event of events) {
      if (event.type === "end") return event;
      begun = true;
      show(event);
    }
  } catch (error) {
    // Once it has begun, what goes wrong is not a mistake in the command.
    const told = begun && error instanceof Error && /^Cannot /.test(error.message);
    throw told && !(error instanceof MissingDataError) ? new RunError(error.message, { cause: error }) : error;
  }
  throw new TypeError("Cannot end an evaluation without its record");
}

/** Writes and prints the record. */
async function finish(
  record: EvaluationRecord,
  files: EvaluationFiles,
  { out, json }: EvaluateOptions,
  { io }: Context,
): Promise<void> {
  if (out !== undefined) await writeEvaluation(out.replace(/(?<=.)\/+$/, ""), record, files);
  io.out(json ? JSON.stringify(record, null, 2) + "\n" : renderEvaluation(record));
}
