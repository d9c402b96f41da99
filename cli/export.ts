/**
 * `export RUN`: the embedding network of a completed run, for other programs.
 *
 * @module
 */
import { type Command, Option } from "commander";
import { exportFormats } from "../experiments/export.ts";
import { RunFolder } from "../experiments/store.ts";
import { builtins } from "../registry/mod.ts";
import type { Context } from "./context.ts";
import { UsageError } from "./exit.ts";
import { loadExtra } from "./kinds.ts";
import { examples, pluginOption } from "./options.ts";
import { writeFile } from "./write_file.ts";

/** Flags of `export`. */
interface ExportOptions {
  readonly format?: keyof typeof exportFormats;
  readonly plugin: readonly string[];
  readonly out?: string;
}

/** Adds the command. */
export function registerExport(program: Command, context: Context): void {
  program.command("export").argument("<run>", "folder of a completed run, or its record.json")
    .description(
      "Write the embedding network of a completed run: its weights in PyTorch's names and layouts, or an ONNX model " +
        "from images [N, c, h, w] to embeddings [N, d].",
    )
    .addOption(
      new Option("--format <format>", "form of the file; by default what --out ends in, or safetensors").choices(
        Object.keys(exportFormats),
      ),
    )
    .option("--out <file>", "file to write; by default the run's id in the current folder")
    .addOption(pluginOption())
    .addHelpText(
      "after",
      examples(
        "export results/my-margins/0123456789ab --format onnx",
        "export results/my-margins/0123456789ab/record.json --out my.safetensors",
      ),
    )
    .action(async (where: string, { format: given, plugin, out }: ExportOptions) => {
      const format = given ?? formatOf(out);
      const folder = new RunFolder(where.replace(/\/?(record\.json)?$/, "") || (where.startsWith("/") ? "/" : "."));
      const record = await folder.readRecord();
      if (!record) {
        throw new UsageError(`Cannot export "${where}": there is no record.json, the folder of a run is wanted`);
      }
      const registries = await loadExtra(builtins(), plugin);
      const bytes = exportFormats[format]({ record, weights: await folder.readWeights() }, registries);
      const file = out ?? `${record.id}.${format}`;
      await writeFile(file, bytes);
      context.io.out(`${file}\n`);
      const { name, embedding } = record.backbone!;
      context.io.err(
        `${name} of ${record.row}, seed ${record.seed}, ${embedding} dimensions; embeddings are not normalised, compare ` +
          "them by the cosine\n",
      );
    });
}

/** The format of a file's name. */
function formatOf(file: string | undefined): keyof typeof exportFormats {
  const ending = /\.([a-z]+)$/.exec(file ?? "")?.[1] ?? "safetensors";
  if (Object.hasOwn(exportFormats, ending)) return ending as keyof typeof exportFormats;
  throw new UsageError(
    `Cannot tell the format of "${file}": name it by --format, or end the file in .safetensors or .onnx`,
  );
}
