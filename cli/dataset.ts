/**
 * `dataset stats|sheet`: look at data as a reader gives it.
 *
 * @module
 */
import type { Command } from "commander";
import { contactSheet, type DataSet } from "../datasets/mod.ts";
import { imagesOf, openReader } from "../experiments/data.ts";
import { diskFiles } from "../experiments/disk.ts";
import { resolveSection } from "../experiments/section.ts";
import { writeAtomically } from "../experiments/store/atomic.ts";
import { builtins } from "../registry/mod.ts";
import type { Context } from "./context.ts";
import { loadExtra } from "./kinds.ts";
import { dataOption, examples, pluginOption, positiveNumber, setOption } from "./options.ts";

/** Flags that both commands share. */
interface DatasetOptions {
  readonly set: readonly string[];
  readonly plugin: readonly string[];
  readonly data: string;
}

const READER = "name of a reader, or the path of a folder or zip of images";

/** Adds the commands. */
export function registerDataset(program: Command, context: Context): void {
  const dataset = program.command("dataset").description("Look at data as a reader gives it.");
  withReaderOptions(dataset.command("stats").argument("<reader>", READER))
    .description("Decode every image, count images, classes and pairs, and print shape, digest, licence and decoder.")
    .option("--json", "print JSON")
    .addHelpText(
      "after",
      examples(
        "dataset stats omniglot/images_background.zip",
        "dataset stats image-folder --set path=omniglot/images_background.zip --set size=[28,28] --set channels=1",
      ),
    )
    .action(async (reader: string, options: DatasetOptions & { json?: boolean }) => {
      const set = await open(reader, options), images = imagesOf(set);
      // Damage inside an image shows only when it is decoded.
      for (let i = 0; i < images.length; i++) await images.read(i);
      const stats = statsOf(set);
      if (options.json) return context.io.out(JSON.stringify(stats, null, 2) + "\n");
      const lines = Object.entries(stats).map(([key, value]) =>
        `${key}: ${
          Array.isArray(value)
            ? value.length > 0 && typeof value[0] === "object" ? value.length : value.join(" × ") || 0
            : value
        }`
      );
      context.io.out(lines.join("\n") + "\n");
    });
  withReaderOptions(dataset.command("sheet").argument("<reader>", READER))
    .description("Write a contact sheet: a row of images for each of some classes.")
    .requiredOption("--out <file.png>", "file to write")
    .option("--columns <n>", "images a row", positiveNumber, 10)
    .option("--rows <n>", "classes, evenly spread over the set", positiveNumber, 10)
    .addHelpText(
      "after",
      examples("dataset sheet orl/att_faces.zip --out sheet.png", "dataset sheet synthetic-faces --out faces.png"),
    )
    .action(async (reader: string, options: DatasetOptions & { out: string; columns: number; rows: number }) => {
      const set = await open(reader, options);
      const images = imagesOf(set);
      await writeAtomically(
        options.out.includes("/") ? options.out : `./${options.out}`,
        await contactSheet(images, options),
      );
      context.io.out(`${options.out}\n`);
    });
}

function withReaderOptions(command: Command): Command {
  return command
    .addOption(setOption('a parameter of the reader, such as "size=[28,28]"; the value is YAML; repeatable'))
    .addOption(pluginOption())
    .addOption(dataOption());
}

/** Opens a reader by its name, or the image folder at a path. */
async function open(reader: string, { set, plugin, data }: DatasetOptions): Promise<DataSet> {
  const registries = await loadExtra(builtins(), plugin);
  const isPath = registries.reader.find(reader) === undefined && /[/.]/.test(reader);
  const named = isPath ? { name: "image-folder", params: { path: reader } } : { name: reader };
  const section = resolveSection({ kind: "reader", ...named, overrides: set }, registries);
  return await openReader(section, registries, { files: diskFiles(data) });
}

function statsOf(set: DataSet) {
  const images = imagesOf(set);
  const perClass = new Int32Array(images.classes.length);
  for (const label of images.labels) perClass[label]!++;
  return {
    ...set.provenance,
    shape: images.shape,
    fewestImagesOfAClass: perClass.reduce((a, b) => Math.min(a, b)),
    mostImagesOfAClass: perClass.reduce((a, b) => Math.max(a, b)),
    ...set.gives === "pairs"
      ? { pairs: set.same.length, samePairs: set.same.reduce((sum, same) => sum + same, 0), folds: set.folds }
      : {},
  };
}
