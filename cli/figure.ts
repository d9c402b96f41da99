/**
 * `figure NAME DIR`: figures of an experiment, from its records alone.
 *
 * @module
 */
import { type Command, Option } from "commander";
import { diskFiles } from "../experiments/disk.ts";
import { writeAtomically } from "../experiments/store/atomic.ts";
import { builtins } from "../registry/mod.ts";
import { drawFigures, type ExhibitFigure, FIGURES, loadExhibit, type Theme } from "../reports/mod.ts";
import type { Context } from "./context.ts";
import { UsageError } from "./exit.ts";
import { readFonts } from "./fonts.ts";
import { examples, outOption } from "./options.ts";
import { findExperiment } from "./table.ts";

/** Flags of `figure`. */
interface FigureOptions {
  readonly format: "svg" | "json" | "png";
  readonly theme: "light" | "dark";
  readonly to?: string;
  readonly font?: string;
  readonly data?: string;
  readonly out: string;
}

/** Adds the command. */
export function registerFigure(program: Command, context: Context): void {
  program.command("figure").argument("<name>", `all, or one of ${FIGURES.map(({ name }) => name).join(", ")}`)
    .argument("<experiment>", "folder of an experiment, or its name in the results folder")
    .description("Draw figures of an experiment from its records alone, and print the files' names.")
    .addOption(
      new Option("--format <format>", "svg, png, or json for the Vega-Lite specification").choices([
        "svg",
        "json",
        "png",
      ])
        .default("svg"),
    )
    .addOption(new Option("--theme <theme>", "for which paper").choices(["light", "dark"]).default("light"))
    .option("--to <folder>", "folder to write to; by default figures in the experiment's folder")
    .option("--font <file>", "TrueType or OpenType font for PNG; by default one of the system")
    .option("--data <folder>", "data folder, for figures that show images of the test data; none is shown without it")
    .addOption(outOption())
    .addHelpText(
      "after",
      examples(
        "figure roc omniglot-table2",
        "figure all results/omniglot-table2 --to figures --theme dark",
        "figure loss omniglot-table2 --format json",
        "figure confused omniglot-table2 --data data --format png",
      ),
    )
    .action(async (name: string, where: string, options: FigureOptions) => {
      if (name !== "all" && !FIGURES.some((figure) => figure.name === name)) {
        const lines = FIGURES.map((figure) => `\n  ${figure.name}: ${figure.summary}`);
        throw new UsageError(`Cannot draw figure "${name}": wanted all, or one of${lines.join("")}`);
      }
      const { store, experiment } = await findExperiment(where, options.out), registries = builtins();
      const exhibit = await loadExhibit(store, experiment, { registries });
      // What a record names may be somebody else's wish: nothing outside of the folder is read.
      const images = options.data === undefined
        ? {}
        : { images: { files: diskFiles(options.data, { inside: true }), registries } };
      const { figures, absent } = await drawFigures({ exhibit, ...images }, name === "all" ? undefined : [name]);
      if (figures.length === 0) {
        throw new UsageError(
          `Cannot draw ${name} of "${experiment}": ${absent.map(({ reason }) => reason).join("; ")}`,
        );
      }
      const folder = options.to ?? `${store.root}/${experiment}/figures`, write = await writerOf(options);
      await Deno.mkdir(folder, { recursive: true });
      for (const figure of figures) {
        const file = `${folder}/${figure.name}.${options.format}`;
        await writeAtomically(file, await write(figure));
        context.io.out(`${file}\n`);
      }
      for (const { name, reason } of absent) context.io.err(`without ${name}: ${reason}\n`);
    });
}

/** How a figure becomes the bytes of a file; what draws is loaded only where it is needed. */
async function writerOf(
  { format, theme, font }: FigureOptions,
): Promise<(figure: ExhibitFigure) => Promise<Uint8Array>> {
  const text = new TextEncoder();
  if (format === "json") {
    return (figure) => Promise.resolve(text.encode(`${JSON.stringify(figure.spec, null, 1)}\n`));
  }
  const { renderSvg } = await import("../reports/figures/render.ts"), drawn: Theme = theme;
  if (format === "svg") return async (figure) => text.encode(await renderSvg(figure, drawn));
  const fonts = await readFonts(font), { renderPng } = await import("../reports/figures/png.ts");
  const wasm = await Deno.readFile(new URL(import.meta.resolve("@resvg/resvg-wasm/index_bg.wasm")));
  return async (figure) => await renderPng(await renderSvg(figure, drawn), { wasm, fonts });
}
