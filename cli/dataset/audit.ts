/**
 * `dataset audit`: what is wrong with a data set.
 *
 * @module
 */
import { type Command, Option } from "commander";
import { isDamage } from "../../datasets/mod.ts";
import { type Audit, auditSet, type Damage, type Shared } from "../../experiments/dataset/audit.ts";
import type { ChannelOrder } from "../../experiments/dataset/channel_order.ts";
import type { SizeBin } from "../../experiments/dataset/classes.ts";
import type { Context } from "../context.ts";
import { EXIT } from "../exit.ts";
import { examples } from "../options.ts";
import { progressOf } from "./progress.ts";
import { READER, type ReaderOptions, withReaderOptions, withReaders } from "./reader.ts";

interface AuditOptions extends ReaderOptions {
  readonly json?: boolean;
  readonly against?: string;
  readonly againstSet: readonly string[];
}

/** Findings of a kind that are printed one by one; `--json` has them all. */
const SHOWN = 20;

/** Adds the command. */
export function registerAudit(dataset: Command, context: Context): void {
  const collect = (text: string, before: readonly string[]) => [...before, text];
  withReaderOptions(dataset.command("audit").argument("<reader>", READER))
    .description(
      "Read every image and tell all that looks wrong: damage, duplicates, labels, the order of channels, and what the " +
        "set shares with another. Exits with 65 if something is damaged.",
    )
    .option("--against <reader>", "also tell identities and images that this set has as well")
    .addOption(
      new Option("--against-set <key=value>", "a parameter of that reader; by default those of --set; repeatable")
        .argParser(collect).default([], "none"),
    )
    .option("--json", "print JSON, every finding")
    .addHelpText(
      "after",
      examples("dataset audit faces.zip", 'dataset audit train --against test --set "size=[112,112]"'),
    )
    .action((reader: string, options: AuditOptions) =>
      withReaders(options, context, async (open) => {
        // Files that cannot be decoded are findings, where the reader can go on without them.
        const defaults = { skipDamaged: true };
        const set = await open(reader, { defaults }).catch((error) => {
          if (!isDamage(error)) throw error;
          return error;
        });
        if (set instanceof Error) return tellUnreadable(reader, set, options, context);
        const other = options.againstSet.length > 0 ? { defaults, set: options.againstSet } : { defaults };
        const against = options.against === undefined ? undefined : await open(options.against, other);
        const tell = progressOf(context.io, "Image");
        const audit = await auditSet(set, { tell, ...against ? { against } : {} });
        context.io.out(options.json ? JSON.stringify(audit, null, 2) + "\n" : render(audit));
        context.code = audit.damaged.length > 0 || audit.shared?.damaged.length ? EXIT.damaged : EXIT.done;
      })
    );
}

/** A set that cannot be opened: its damage is the one finding. */
function tellUnreadable(place: string, error: Error, { json }: AuditOptions, context: Context): void {
  const damaged: Damage[] = [{ place, reason: error.message }];
  context.io.out(json ? JSON.stringify({ damaged }, null, 2) + "\n" : list("damaged", damaged.map(damageLine)));
  context.code = EXIT.damaged;
}

function render({ images, classes, damaged, duplicates, labels, channels, shared }: Audit): string {
  const { empty, single, missingNumbers: { count, first }, sizes } = labels;
  const gap = count === 0 ? "none" : `${count} missing, such as ${first.join(", ")}`;
  return [
    `images: ${images}\nclasses: ${classes}\n`,
    list("damaged", damaged.map(damageLine)),
    list(
      "duplicates",
      duplicates.map(({ images, sameClass }) => `${images.join(" = ")}${sameClass ? "" : " (of different classes)"}`),
    ),
    list("classes without an image", empty),
    list("classes with one image", single),
    `gaps in the numbers of classes: ${gap}\n`,
    channels ? channelLine(channels) : "",
    shared ? sharedLines(shared) : "",
    `images of a class:\n${bars(sizes)}`,
  ].join("");
}

function damageLine({ place, reason }: Damage): string {
  return `${place}: ${reason}`;
}

/** A count, and the first of what was counted. */
function list(what: string, found: readonly string[]): string {
  const more = found.length > SHOWN ? `  … and ${found.length - SHOWN} more, see --json\n` : "";
  return `${what}: ${found.length}\n${found.slice(0, SHOWN).map((one) => `  ${one}\n`).join("")}${more}`;
}

function channelLine({ verdict, red, blue, bluer, images }: ChannelOrder): string {
  const means = `mean red ${red.toFixed(1)}, mean blue ${blue.toFixed(1)} in the middle of ${images} images`;
  const why = verdict === "looks swapped"
    ? `; skin gives back more red than blue, yet blue is larger in ${(100 * bluer).toFixed(0)} % of them: ` +
      "see whether who made the files stored blue first"
    : "";
  return `order of channels: ${verdict} (${means})${why}\n`;
}

function sharedLines({ identities, images, by, damaged }: Shared): string {
  return [
    identities === null
      ? "shared identities: not compared, the names of classes are numbers\n"
      : list("shared identities", identities),
    images === null
      ? "shared images: not compared, the sets have different shapes and are not made of files; set the same size for both\n"
      : list(`shared images, by ${by}`, images.map(({ here, there }) => `${here} = ${there}`)),
    damaged.length > 0 ? list("damaged there", damaged.map(damageLine)) : "",
  ].join("");
}

/** A bar for each size, 40 characters for the largest. */
function bars(sizes: readonly SizeBin[]): string {
  const most = Math.max(1, ...sizes.map(({ classes }) => classes));
  const rows = sizes.map(({ from, to, classes }) => [from === to ? `${from}` : `${from}–${to}`, classes] as const);
  const width = Math.max(0, ...rows.map(([range]) => range.length));
  return rows.map(([range, classes]) =>
    `  ${range.padStart(width)} ${"█".repeat(Math.max(1, Math.round(40 * classes / most)))} ${classes}\n`
  ).join("");
}
