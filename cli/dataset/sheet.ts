/**
 * `dataset sheet`: a picture of a data set.
 *
 * @module
 */
import type { Command } from "commander";
import { contactSheet } from "../../datasets/mod.ts";
import { writeAtomically } from "../../experiments/store/atomic.ts";
import type { Context } from "../context.ts";
import { examples, positiveNumber } from "../options.ts";
import { READER, type ReaderOptions, withReaderOptions, withReaders } from "./reader.ts";

/** Adds the command. */
export function registerSheet(dataset: Command, context: Context): void {
  withReaderOptions(dataset.command("sheet").argument("<reader>", READER))
    .description(
      "Write a contact sheet: a row of images for each of some classes or templates; for pairs the two images side by " +
        "side, in a green frame where they are the same person and in a red one where not.",
    )
    .requiredOption("--out <file.png>", "file to write")
    .option("--columns <n>", "images a row; a pair takes two", positiveNumber, 10)
    .option("--rows <n>", "rows, evenly spread over the set", positiveNumber, 10)
    .addHelpText(
      "after",
      examples(
        "dataset sheet orl/att_faces.zip --out sheet.png",
        "dataset sheet synthetic-faces --out faces.png",
        "dataset sheet insightface-bin --set path=lfw.bin --out pairs.png",
      ),
    )
    .action((reader: string, options: ReaderOptions & { out: string; columns: number; rows: number }) =>
      withReaders(options, context, async (open) => {
        const sheet = await contactSheet(await open(reader), options);
        await writeAtomically(options.out.includes("/") ? options.out : `./${options.out}`, sheet);
        context.io.out(`${options.out}\n`);
      })
    );
}
