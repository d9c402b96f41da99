/**
 * `dataset pack` and `dataset unpack`: a data set in another form.
 *
 * @module
 */
import { type Command, Option } from "commander";
import { PACK_FORMATS, type PackFormat, packSet } from "../../experiments/dataset/pack.ts";
import type { Context } from "../context.ts";
import { examples, positiveNumber } from "../options.ts";
import { progressOf } from "./progress.ts";
import { READER, type ReaderOptions, withReaderOptions, withReaders } from "./reader.ts";

interface PackOptions extends ReaderOptions {
  readonly format: PackFormat;
  readonly out: string;
  readonly force?: boolean;
  readonly shard?: number;
}

/** Adds both commands. */
export function registerPack(dataset: Command, context: Context): void {
  const pack = (reader: string, options: PackOptions) =>
    withReaders(options, context, async (open) => {
      const { format, out, force = false, shard } = options, set = await open(reader);
      const tell = progressOf(context.io, "Image");
      const { images, encoded } = await packSet(set, { format, out, force, tell, ...shard ? { shard } : {} });
      if (encoded > 0) {
        context.io.err(
          `${encoded} of ${images} images are written as PNG: no stored file has the pixels that the reader gives\n`,
        );
      }
      if (format === "insightface-bin" && set.gives === "pairs" && set.folds !== 10) {
        context.io.err(`Read it with folds: ${set.folds}, insightface-bin takes 10 unless it is told\n`);
      }
      context.io.out(`${out}\n`);
    });
  withReaderOptions(dataset.command("pack").argument("<reader>", READER))
    .description(
      "Write a data set in another form. The bytes of image files are kept where the reader gives the images as they are; " +
        "aligned, resized, inverted or grey they are written as PNG.",
    )
    .addOption(new Option("--format <form>", "form to write").choices(PACK_FORMATS).makeOptionMandatory())
    .requiredOption("--out <path>", "folder to write; for insightface-bin, the file")
    .option("--force", "replace what is there, once the new is whole")
    .option("--shard <n>", "images of a shard of webdataset; by default 10,000", positiveNumber)
    .addHelpText(
      "after",
      examples(
        "dataset pack faces.zip --format recordio --out data/faces",
        'dataset pack sampled-pairs --set "from={reader: image-folder, path: faces.zip}" --format insightface-bin --out lfw.bin',
      ),
    )
    .action(pack);
  withReaderOptions(dataset.command("unpack").argument("<reader>", READER))
    .description(
      "Write the images of a data set as files, a folder a class, and pairs as a list; as pack --format folder.",
    )
    .requiredOption("--out <folder>", "folder to write")
    .option("--force", "replace what is there, once the new is whole")
    .addHelpText("after", examples("dataset unpack recordio --set path=ms1m --out data/ms1m"))
    .action((reader: string, options: Omit<PackOptions, "format">) => pack(reader, { ...options, format: "folder" }));
}
