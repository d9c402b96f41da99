/**
 * How a reader checks a report's figures, and how they are cited.
 *
 * @module
 */
import { shellWord } from "../../experiments/launch/quote.ts";
import type { RunRecord } from "../../experiments/record.ts";
import type { Exhibit } from "../exhibit.ts";
import { type Inner, markup, preformatted } from "./markup.ts";
import { cited, digest } from "./parts.ts";
import type { ReportSource } from "./source.ts";

/** The commands that hold the folder to its hashes and train a run again. */
export function verifySection(
  { exhibit, folder = `results/${exhibit.experiment}`, reproducible }: ReportSource,
): Inner {
  const where = wordOf(folder) ?? "FOLDER", cheapest = cheapestRun(exhibit);
  const commits = new Map<string, boolean | null>();
  for (const { environment: { git } } of exhibit.records) if (git) commits.set(git.commit, git.dirty);
  const [[commit, dirty] = []] = commits, reads = exhibit.records.some(({ data }) => data.length > 0);
  const flags = reads ? " --data data" : "";
  const lines = [
    "# hold every file to its SHA-256 and every figure to the stored scores; trains nothing",
    `deno task verify ${where} --hashes-only`,
    ...cheapest
      ? [
        "# train the cheapest run again, and compare its figures",
        `deno task verify ${where} --cells ${wordOf(cheapest.row)} --seeds ${cheapest.seed}${flags}`,
      ]
      : [],
    "# train everything again",
    `deno task verify ${where} --all${flags}`,
  ];
  return markup`<p>With a checkout of marginlab${
    commits.size === 1 &&
    markup` at commit ${digest(commit)}${dirty === false ? "" : ", which had uncommitted changes"}`
  } and a copy of this experiment's folder${reads && markup`, and the data in the folder <code>data</code>`}:</p>
<pre>${preformatted(lines.join("\n"))}</pre>
<p>Each figure is then told to be identical, within the declared tolerance, statistically consistent with the seeds of this report, or drifted.</p>
${
    reproducible &&
    markup`<p>Or without any of it: <a href="${reproducible.href}">train a run again in this browser</a>.</p>`
  }`;
}

/** What to cite: the manifest's references, the data's, and BibTeX where it is known. */
export function citeSection({ exhibit: { plan, records }, bibtex }: ReportSource): Inner {
  const data = records.flatMap(({ data }) => data.flatMap(({ citation }) => citation ?? []));
  const references = [...new Set([...plan?.cite ?? [], ...data])];
  if (references.length === 0 && bibtex === undefined) {
    return markup`<p>The manifest names nothing to cite, and neither do the data.</p>`;
  }
  return markup`${
    references.length > 0 && markup`<ul>${references.map((text) => markup`<li>${cited(text)}</li>`)}</ul>`
  }
${bibtex !== undefined && markup`<pre>${preformatted(bibtex)}</pre>`}`;
}

/** The completed run that trained and took the least time; only one whose row a command line can name. */
function cheapestRun({ records }: Exhibit): RunRecord | undefined {
  return records
    .filter(({ status, cost, row }) => status === "completed" && (cost?.steps ?? 0) > 0 && wordOf(row) !== undefined)
    .sort((a, b) => a.cost!.seconds - b.cost!.seconds || (a.id < b.id ? -1 : 1))[0];
}

/** A word for a command that is shown; none for text with control characters, which nobody should copy. */
function wordOf(text: string): string | undefined {
  return /[\p{Cc}\p{Cf}\u2028\u2029]/u.test(text) ? undefined : shellWord(text);
}
