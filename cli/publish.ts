/**
 * `publish DIR`: an experiment as a package that others can read and check.
 *
 * @module
 */
import { dirname, resolve } from "node:path";
import { type Command, InvalidArgumentError, Option } from "commander";
import { checkRecord, type RunRecord } from "../experiments/record.ts";
import { openStore } from "../experiments/store.ts";
import { METADATA } from "../experiments/verify/crate.ts";
import { inspectFolder } from "../experiments/verify/inspect.ts";
import { isSealed } from "../experiments/verify/sums.ts";
import { builtins } from "../registry/mod.ts";
import type { CrateAbout, CratePlugin, FailedTry, Party } from "../reports/crate/mod.ts";
import { type Exhibit, loadExhibit } from "../reports/mod.ts";
import type { Context } from "./context.ts";
import { UsageError } from "./exit.ts";
import { examples, outOption } from "./options.ts";
import { collectFiles, collectPlugins, collectProgram, type Copied } from "./publish/collect.ts";
import { CrateFolder } from "./publish/folder.ts";
import { addPage } from "./publish/page.ts";
import { writeZip } from "./publish/zip.ts";
import { withoutFolders } from "./publish/private_paths.ts";
import { listenForSignals } from "./signals.ts";
import { findExperiment } from "./table.ts";

/** Flags of `publish`. */
interface PublishOptions {
  readonly license: string;
  readonly author: readonly string[];
  readonly affiliation?: string;
  readonly publisher?: string;
  readonly title?: string;
  readonly date?: string;
  readonly to?: string;
  readonly zip?: string;
  readonly weights?: boolean;
  readonly allowUnfinished?: boolean;
  readonly reproducible?: boolean;
  readonly data?: string;
  readonly out: string;
}

/** Adds the command. */
export function registerPublish(program: Command, context: Context): void {
  const collect = (text: string, before: readonly string[] = []) => [...before, text];
  program.command("publish").argument("<experiment>", "folder of an experiment, or its name in the results folder")
    .description(
      "Pack an experiment for others: records, plan, scores, figures, tables and failed runs, described as an RO-Crate " +
        "with the SHA-256 of every file. The same records give the same bytes. Data sets are described, not packed, but " +
        "for what --reproducible needs.",
    )
    .requiredOption("--license <spdx>", "licence of the package, as CC-BY-4.0 or MIT")
    .addOption(
      new Option("--author <name>", 'author, as "Ada Lovelace <https://orcid.org/…>"; repeatable').argParser(collect)
        .makeOptionMandatory(),
    )
    .option("--affiliation <name>", 'organization of the authors, as "Name <https://…>"')
    .option("--publisher <name>", 'organization that publishes, as "Name <https://…>"')
    .option("--title <text>", "title; by default the experiment's description")
    .option("--date <day>", "day of publication, as 2026-01-31; by default that of the last run", day)
    .option("--to <folder>", "folder to make; by default <name>-crate in the current folder")
    .option("--zip <file>", "write one zip archive, in place of the folder or, with --to, beside it")
    .option("--weights", "pack the trained weights too")
    .option("--reproducible", "pack the page on which a reader trains runs again, and small data that it needs")
    .option("--data <dir>", "with --reproducible: the data folder; by default data")
    .option("--allow-unfinished", "publish though planned runs have no record")
    .addOption(outOption())
    .addHelpText(
      "after",
      examples(
        'publish omniglot-table2 --license CC-BY-4.0 --author "Ada Lovelace <https://orcid.org/0000-0002-1825-0097>"',
        'publish results/toy-2d --license MIT --author "Ada Lovelace" --zip toy-2d.zip --title "Two dimensions"',
      ),
    )
    .action(async (where: string, options: PublishOptions) => {
      if (options.data !== undefined && !options.reproducible) {
        throw new UsageError("Cannot use --data alone: a package holds no data, add --reproducible or leave it out");
      }
      const said = await readFlags(options);
      const { store, experiment } = await findExperiment(where, options.out), from = `${store.root}/${experiment}`;
      const { zip } = options, to = options.to ?? (zip === undefined ? `${experiment}-crate` : undefined);
      for (const target of [to, zip]) if (target !== undefined) await checkTarget(target);
      await checkSound(from);
      const exhibit = await loadExhibit(store, experiment, { registries: builtins(), pairs: false });
      checkFinished(exhibit, options);
      await inTemporary(dirname(resolve(to ?? zip!)), context, async (temporary, signal) => {
        const crate = new CrateFolder(`${temporary}/${experiment}`, signal);
        const notes = await pack(crate, { from, temporary, experiment }, said, options);
        if (zip !== undefined) await writeZip(zip, crate, signal);
        if (to !== undefined) await crate.rename(to);
        for (const note of notes) context.io.err(`${note}\n`);
        for (const target of [to, zip]) if (target !== undefined) context.io.out(`${target}\n`);
      });
    });
}

function day(text: string): string {
  if (/^\d{4}-\d{2}-\d{2}$/.test(text) && new Date(`${text}T00:00:00Z`).toISOString().startsWith(text)) return text;
  throw new InvalidArgumentError("A day is wanted, as 2026-01-31.");
}

/** Nothing may be at a target but an empty folder. */
async function checkTarget(to: string): Promise<void> {
  const stat = await Deno.lstat(to).catch(() => undefined);
  if (!stat) return;
  const empty = stat.isDirectory && (await Array.fromAsync(Deno.readDir(to))).length === 0;
  if (!empty) {
    throw new UsageError(`Cannot publish to ${to}: something is there, delete it or name another with --to or --zip`);
  }
}

/** What is damaged is not published. */
async function checkSound(folder: string): Promise<void> {
  const { problems } = await inspectFolder(folder, builtins());
  if (problems.length > 0) {
    throw new UsageError(`Cannot publish ${folder}: it is damaged\n${problems.map((text) => `- ${text}`).join("\n")}`);
  }
}

function checkFinished({ plan, records, experiment }: Exhibit, { allowUnfinished }: PublishOptions): void {
  const done = new Set(records.map(({ id }) => id));
  const missing = plan?.runs.filter(({ id }) => !done.has(id)) ?? [];
  if (missing.length === 0 || allowUnfinished) return;
  const names = missing.slice(0, 5).map(({ row, seed }) => `"${row}", seed ${seed}`).join("; ");
  throw new UsageError(
    `Cannot publish "${experiment}": ${missing.length} of ${plan!.runs.length} planned runs have no record (${names}` +
      `${missing.length > 5 ? "; …" : ""}); train them with ablate, or add --allow-unfinished`,
  );
}

/**
 * Does something in a folder beside the target, which is gone afterwards, whatever happens; a signal ends it at the next
 * file.
 */
async function inTemporary(
  parent: string,
  context: Context,
  action: (folder: string, signal: AbortSignal) => Promise<void>,
): Promise<void> {
  await Deno.mkdir(parent, { recursive: true });
  const temporary = await Deno.makeTempDir({ dir: parent, prefix: ".publish-" }), interrupt = new AbortController();
  const ended: number[] = [];
  const stop = listenForSignals({
    note: () => {},
    exit: (code) => {
      ended.push(code);
      interrupt.abort();
    },
    child: false,
  });
  try {
    await action(temporary, interrupt.signal);
  } catch (error) {
    if (ended[0] === undefined) throw error;
    context.code = ended[0];
  } finally {
    stop.dispose();
    await Deno.remove(temporary, { recursive: true });
  }
}

/** Fills the package; gives what is worth saying. */
async function pack(
  crate: CrateFolder,
  { from, temporary, experiment }: { readonly from: string; readonly temporary: string; readonly experiment: string },
  said: Omit<CrateAbout, "title" | "date">,
  options: PublishOptions,
): Promise<string[]> {
  const { crateDocuments, crateMetadata, lastDay } = await import("../reports/crate/mod.ts");
  const notes: string[] = [], tries: FailedTry[] = [];
  await Deno.mkdir(crate.path);
  for (const one of await collectFiles(from, options.weights === true)) {
    const record = await copyOne(one, crate, notes);
    if (record) tries.push({ path: one.path, record });
  }
  // What is told of the runs is read from what is published of them.
  const exhibit = await loadExhibit(openStore(temporary), experiment, { registries: builtins(), pairs: true });
  const title = options.title?.trim() || exhibit.plan?.description.replace(/\.\s*$/, "") || experiment;
  const about = { ...said, title, date: options.date ?? lastDay(exhibit) };
  const { copied, plugins } = await collectPlugins(exhibit.plan);
  for (const { from, path } of [...copied, ...await collectProgram()]) await crate.copy(from, path);
  notes.push(...plugins.flatMap(notesOf));
  const page = options.reproducible
    ? await addPage(crate, exhibit, { data: options.data ?? "data", temporary })
    : undefined;
  notes.push(...page?.notes ?? []);
  const source = { exhibit, about, tries, plugins, reproducible: page?.link };
  for (const { path, content } of await crateDocuments(source)) await crate.write(path, content);
  await crate.write(METADATA, crateMetadata(source, crate.files));
  return notes;
}

/** What whoever verifies must know of a plugin's module. */
function notesOf({ path, module, imports }: CratePlugin): string[] {
  const outside = path !== module.replace(/^(?:\.\/)+/, "");
  return [
    ...outside
      ? [`${module} lies outside of this folder and is packed as ${path}: verify takes it with --plugin alone`]
      : [],
    ...imports.length > 0
      ? [
        `${path} imports ${
          imports.join(", ")
        }, which is not packed: verify takes it from where these are, with --plugin`,
      ]
      : [],
  ];
}

/** Copies a file; messages of runs that failed are freed of this machine's folders. Gives the record of a failed try. */
async function copyOne({ from, path }: Copied, crate: CrateFolder, notes: string[]): Promise<RunRecord | undefined> {
  const name = path.slice(path.lastIndexOf("/") + 1);
  if (!["record.json", "failed.json", "log.txt"].includes(name)) return void await crate.copy(from, path);
  const text = await Deno.readTextFile(from), clean = withoutFolders(text, [Deno.cwd()]);
  const record = name === "log.txt" ? undefined : checkRecord(JSON.parse(text), from);
  if (!record || !isSealed(record)) await crate.write(path, clean);
  else {
    if (clean !== text) notes.push(`${path} names a folder of the machine that ran, and is published as it is`);
    await crate.copy(from, path);
  }
  return name === "failed.json" ? checkRecord(JSON.parse(clean), from) : undefined;
}

/** What the flags say of the package, before anything is read. */
async function readFlags(options: PublishOptions): Promise<Omit<CrateAbout, "title" | "date">> {
  const { findLicence, parseAuthor, parseParty } = await import("../reports/crate/mod.ts");
  const party = (text: string | undefined): Party | undefined => text === undefined ? undefined : parseParty(text);
  return {
    licence: findLicence(options.license),
    authors: options.author.map(parseAuthor),
    affiliation: party(options.affiliation),
    publisher: party(options.publisher),
  };
}
