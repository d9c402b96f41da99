/**
 * `dataset stats`: the numbers of a data set.
 *
 * @module
 */
import type { Command } from "commander";
import { imagesOf } from "../../experiments/data.ts";
import { eachImage } from "../../experiments/dataset/each_image.ts";
import { type Spread, statsOf } from "../../experiments/dataset/stats.ts";
import type { Context } from "../context.ts";
import { examples } from "../options.ts";
import { READER, type ReaderOptions, withReaderOptions, withReaders } from "./reader.ts";

/** Adds the command. */
export function registerStats(dataset: Command, context: Context): void {
  withReaderOptions(dataset.command("stats").argument("<reader>", READER))
    .description(
      "Decode every image, where the set gives more than names; count identities, images, images an identity, pairs and templates; print shape, digest, " +
        "licence and decoder.",
    )
    .option("--json", "print JSON")
    .addHelpText(
      "after",
      examples(
        "dataset stats omniglot/images_background.zip",
        'dataset stats image-folder --set path=omniglot/images_background.zip --set "size=[28,28]" --set channels=1',
        "dataset stats recordio --set path=ms1m --json",
      ),
    )
    .action((reader: string, options: ReaderOptions & { json?: boolean }) =>
      withReaders(options, context, async (open) => {
        const set = await open(reader), images = imagesOf(set);
        // Damage inside an image shows only when it is decoded; sets of names have no pixels.
        if (images.shape[0] > 0) {
          for await (const seen of eachImage(images)) if ("damage" in seen) throw seen.damage;
        }
        const stats = statsOf(set);
        context.io.out(options.json ? JSON.stringify(stats, null, 2) + "\n" : render(stats));
      })
    );
}

function render(stats: ReturnType<typeof statsOf>): string {
  return Object.entries(stats).map(([key, value]) => `${key}: ${describe(key, value)}\n`).join("");
}

function describe(key: string, value: unknown): unknown {
  if (key === "shape") return (value as readonly number[]).join(" × ");
  if (key === "searches") {
    return (value as readonly { name: string; gallery: number; probes: number }[])
      .map(({ name, gallery, probes }) => `${name} (${gallery} in the gallery, ${probes} probes)`).join(", ");
  }
  if (Array.isArray(value)) return value.length;
  if (typeof value !== "object" || value === null) return value;
  const { mean, min, max, median } = value as Spread;
  return `mean ${Number(mean.toFixed(2))}, min ${min}, max ${max}, median ${median}`;
}
