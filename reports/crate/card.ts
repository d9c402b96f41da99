/**
 * `README.md` of a package: a model card with its results, and how to check them.
 *
 * @module
 */
import { stringify } from "yaml";
import { escapeMarkdown, renderMarkdown } from "../markdown.ts";
import { type CrateSource, runsOf } from "./contents.ts";
import { describe, describeRuns } from "./metadata.ts";
import { modelIndex } from "./model_index.ts";

/** Licences that model hubs know under other names than SPDX in lower case are `other` there; these are known. */
const HUB_LICENCES = new Set([
  ...["mit", "apache-2.0", "bsd-2-clause", "bsd-3-clause", "cc0-1.0", "cc-by-4.0", "cc-by-sa-4.0", "cc-by-nc-4.0"],
  ...["cc-by-nc-sa-4.0", "cc-by-nc-nd-4.0", "cc-by-3.0", "cc-by-sa-3.0", "isc", "mpl-2.0", "unlicense", "wtfpl"],
  ...["zlib", "postgresql", "ncsa", "bsl-1.0", "artistic-2.0", "ecl-2.0", "afl-3.0", "ms-pl", "ofl-1.1"],
]);

/** A picture of the card. */
export interface CardFigure {
  /** Path in the package. */
  readonly path: string;
  /** What it shows, for those who cannot see it. */
  readonly alt: string;
  /** What a reader must know of it. */
  readonly caption: string;
}

/** Writes the card. */
export function modelCard(source: CrateSource, figures: readonly CardFigure[]): string {
  const { exhibit, about, plugins, reproducible } = source, { licence, title } = about;
  const models = modelIndex(exhibit), known = HUB_LICENCES.has(licence.id.toLowerCase());
  const front = {
    license: known ? licence.id.toLowerCase() : "other",
    ...known ? {} : { license_name: licence.id.toLowerCase(), license_link: licence.url },
    library_name: "marginlab",
    pipeline_tag: "image-feature-extraction",
    tags: ["metric-learning", "margin-loss", "ablation", "ro-crate"],
    metrics: [...new Set(models.flatMap(({ results }) => results.flatMap(metricTypes)))],
    "model-index": models,
  };
  const failed = runsOf(exhibit).filter(({ record: { status } }) => status !== "completed");
  const lines = [
    `# ${escapeMarkdown(title)}`,
    escapeMarkdown(source.exhibit.plan?.description.startsWith(title) ? describeRuns(source) : describe(source)),
    renderMarkdown(exhibit.table).trimEnd(),
    ...figures.map(({ path, alt, caption }) => `![${escapeMarkdown(alt)}](${path})\n\n${escapeMarkdown(caption)}`),
    "[report.html](report.html) shows all of this in one page, with what stands behind each cell.",
    ...failed.length === 0 ? [] : [
      "## Runs that did not complete",
      failed.map(({ record: { id, seed, status, error }, rows }) =>
        `- ${escapeMarkdown(`${rows.join(", ")}, seed ${seed} (${id}): ${status}; ${error}`)}`
      ).join("\n"),
    ],
    "## Data",
    `${
      reproducible?.data.length
        ? "What the page that trains runs again needs is in `reproduce/data`, under the licences below; nothing else."
        : "None of it is in this package."
    }\n\n${dataLines(source).join("\n")}`,
    "## Check it",
    "Clone marginlab, then:\n\n```sh\n" +
    "deno task verify /path/to/this/folder --hashes-only\n" +
    "deno task verify /path/to/this/folder --data /path/to/data\n```\n\n" +
    "The first holds every file to its SHA-256 in `ro-crate-metadata.json` and `SHA256SUMS`, and recomputes figures from " +
    "stored scores; the second trains a run again and says of each figure whether it is the same.",
    ...reproducible
      ? [
        `[${reproducible.href}](${reproducible.href}) trains runs again in a browser, from files on any server or disk.`,
      ]
      : [],
    ...plugins.length === 0 ? [] : [
      `These runs used plugins, which \`verify\` executes only with \`--allow-plugins\`: ${
        plugins.map(({ path, names, imports }) =>
          escapeMarkdown(
            `${names.join(", ")} in ${path}` +
              (imports.length > 0
                ? `, which imports ${imports.join(", ")} (not packed: name a copy with --plugin)`
                : ""),
          )
        ).join("; ")
      }.`,
    ],
    "## Cite",
    `[CITATION.cff](CITATION.cff) says how. Licence: [${escapeMarkdown(licence.name)}](${licence.url}).`,
  ];
  return `---\n${stringify(front, { lineWidth: 120, aliasDuplicateObjects: false })}---\n\n${lines.join("\n\n")}\n`;
}

function metricTypes({ metrics }: Readonly<Record<string, unknown>>): string[] {
  return (metrics as readonly { type: string }[]).map(({ type }) => type);
}

/** What the runs read, a line each. */
function dataLines({ exhibit }: CrateSource): string[] {
  const lines = runsOf(exhibit).flatMap(({ record }) =>
    record.data.map(({ role, reader, images, classes, digest, license, citation }) =>
      `${role}: ${reader}, ${images} images of ${classes} classes, SHA-256 ${digest}, licence ${
        license ?? "not told"
      }` +
      (citation === null ? "" : `, cite ${citation}`)
    )
  );
  return [...new Set(lines)].sort().map((line) => `- ${escapeMarkdown(line)}`);
}
