/**
 * `CITATION.cff` 1.2.0: how to cite a package.
 *
 * @module
 */
import { stringify } from "yaml";
import type { CrateSource } from "./contents.ts";
import { describe } from "./metadata.ts";
import { namesOf, type Party } from "./party.ts";

/** Writes the file. */
export function citationFile(source: CrateSource): string {
  const { about } = source;
  return stringify({
    "cff-version": "1.2.0",
    message: "If you use these results, please cite them as below.",
    type: "dataset",
    title: about.title,
    abstract: describe(source),
    authors: about.authors.map((author) => person(author, about.affiliation)),
    "date-released": about.date,
    license: about.licence.id,
  }, { lineWidth: 120 });
}

function person(author: Party, affiliation: Party | undefined): Record<string, string> {
  const { given, family } = namesOf(author);
  return {
    ...given === "" ? {} : { "given-names": given },
    ...family === "" ? {} : { "family-names": family },
    ...author.url === undefined ? {} : { orcid: author.url },
    ...affiliation ? { affiliation: affiliation.name } : {},
  };
}
