/**
 * What the files of a package are: media types and a sentence each.
 *
 * @module
 */

const MEDIA: Readonly<Record<string, string>> = {
  json: "application/json",
  jsonl: "application/jsonl",
  yaml: "application/yaml",
  md: "text/markdown",
  csv: "text/csv",
  tex: "application/x-tex",
  bib: "application/x-bibtex",
  svg: "image/svg+xml",
  png: "image/png",
  html: "text/html",
  txt: "text/plain",
  cff: "application/yaml",
  lock: "application/json",
  ts: "text/typescript",
  js: "text/javascript",
  mjs: "text/javascript",
  npz: "application/zip",
};

/** The media type of a path, by its ending. */
export function mediaType(path: string): string {
  if (path.endsWith("SHA256SUMS")) return "text/plain";
  return MEDIA[/\.([a-z]+)$/.exec(path)?.[1] ?? ""] ?? "application/octet-stream";
}

const SENTENCES: readonly (readonly [RegExp, string])[] = [
  [/^plan\.json$/, "The frozen plan: every row with every default, and the id of every run"],
  [/^manifest\.yaml$/, "The plan as a manifest, made from plan.json"],
  [/^figures\.json$/, "Every figure of the records a second time"],
  [/^SHA256SUMS$/, "Digests of what the figures rest on, for sha256sum --check"],
  [/^README\.md$/, "What this is, as a model card"],
  [/^CITATION\.cff$/, "How to cite this"],
  [/^references\.bib$/, "What the runs used, to be cited"],
  [/^report\.html$/, "The report: table, figures and provenance in one page"],
  [/^published\//, "Published figures that the table shows beside those of the runs"],
  [/^reproduce\/data\//, "Data that the page which trains runs again reads"],
  [/^reproduce\/.*\.html$/, "A page on which a reader trains runs again, in a browser"],
  [/^reproduce\//, "The program of the page that trains runs again"],
  [/^tables\//, "The table of the experiment"],
  [/^figures\/.*\.svg$/, "A figure, drawn from the records"],
  [/^figures\/.*\.json$/, "A figure as a Vega-Lite specification with its data inside"],
  [/^program\//, "What pins the packages of the program"],
  [/^pairs\//, "The pairs of an evaluation"],
  [/^rungs\//, "Rows that went on at a rung of the stopping rule"],
  [/\/record\.json$/, "The record of a run"],
  [/\/failed\.json$/, "The record of a try of a run that failed, before it was tried again"],
  [/\/history\.jsonl$/, "Loss and learning rate of a run by step"],
  [/\/log\.txt$/, "The end of what the process of a run printed before it died"],
  [/\/scores\//, "The score of each pair of an evaluation"],
  [/\/lists\//, "A list of an evaluation"],
  [/\/weights\.safetensors$/, "The trained weights of a run"],
];

/** A sentence that says what a file of a package is. */
export function fileSentence(path: string): string {
  return SENTENCES.find(([pattern]) => pattern.test(path))?.[1] ?? "A module with plugins of the experiment";
}
