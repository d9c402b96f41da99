/**
 * What actions and the package refer to: people, licences, works, data sets, the program.
 *
 * @module
 */
import type { RecordedData, RunRecord } from "../../experiments/record.ts";
import { type Entity, refer } from "./entity.ts";
import type { Licence } from "./licence.ts";
import type { Party } from "./party.ts";
import { uuidOf } from "./uuid.ts";

/** A person; the ORCID is the identifier, where there is one. */
export function personEntity(person: Party, affiliation: Party | undefined): Entity {
  return {
    "@id": person.url ?? `#person-${uuidOf(person.name)}`,
    "@type": "Person",
    name: person.name,
    ...affiliation ? { affiliation: { "@id": organizationEntity(affiliation)["@id"] } } : {},
  };
}

/** An organization. */
export function organizationEntity({ name, url }: Party): Entity {
  return {
    "@id": url ?? `#organization-${uuidOf(name)}`,
    "@type": "Organization",
    name,
    ...url === undefined ? {} : { url },
  };
}

/** A licence. */
export function licenceEntity({ id, name, url }: Licence): Entity {
  return { "@id": url, "@type": "CreativeWork", name, description: `The licence ${id} of SPDX's list`, identifier: id };
}

/** A work that the manifest cites, as `arXiv:…`, `doi:…`, an address, or anything else. */
export function workEntity(cite: string): Entity {
  const [, kind, rest] = /^(arxiv|doi):\s*(\S+)$/i.exec(cite.trim()) ?? [];
  const id = kind && rest
    ? `https://${kind.toLowerCase() === "doi" ? "doi.org/" : "arxiv.org/abs/"}${encodeURI(rest)}`
    : /^https?:\/\//.test(cite) && URL.canParse(cite)
    ? new URL(cite).href
    : `#work-${uuidOf(cite)}`;
  return { "@id": id, "@type": "ScholarlyArticle", name: cite };
}

/** A data set that a run read: described, never contained. */
export function dataEntity({ reader, classes, images, digest, license, citation }: RecordedData): Entity {
  return {
    "@id": `#data-${uuidOf(`${reader} ${digest}`)}`,
    "@type": "Dataset",
    name: `${images} images of ${classes} classes, ${reader}`,
    description: "Data that runs read; it is not in this package, and its digest tells whether a copy is the same",
    identifier: `sha256:${digest}`,
    ...license === null ? {} : { license },
    ...citation === null ? {} : { citation },
  };
}

/** The program that made a record, with what it needs. */
export function programEntities(records: readonly RunRecord[]): { programs: Entity[]; needs: Entity[] } {
  const deno = new Set(records.map(({ environment }) => environment.deno));
  const tfjs = new Set(records.map(({ environment }) => environment.tfjs));
  const needs: Entity[] = [
    ...[...deno].sort().map((version) => ({
      "@id": `https://github.com/denoland/deno/releases/tag/v${encodeURIComponent(version)}`,
      ...software("Deno", version, "https://deno.com/"),
    })),
    ...[...tfjs].sort().map((version) => ({
      "@id": `https://www.npmjs.com/package/@tensorflow/tfjs/v/${encodeURIComponent(version)}`,
      ...software("TensorFlow.js", version, "https://www.tensorflow.org/js"),
    })),
  ];
  const versions = [...new Set(records.map(({ environment }) => environment.marginlab))].sort();
  const programs = versions.map((version) => ({
    "@id": programId(version),
    ...software("marginlab", version, "https://jsr.io/@marginlab/marginlab"),
    softwareRequirements: refer(needs),
  }));
  return { programs, needs };
}

/** The identifier of a version of this program. */
export function programId(version: string): string {
  return `https://jsr.io/@marginlab/marginlab@${encodeURIComponent(version)}`;
}

function software(name: string, softwareVersion: string, url: string): Omit<Entity, "@id"> & { "@type": string } {
  return { "@type": "SoftwareApplication", name, url, softwareVersion };
}

/** A named value. */
export function valueEntity(name: string, value: string | number): Entity {
  return { "@id": `#value-${uuidOf(`${name} ${value}`)}`, "@type": "PropertyValue", name, value };
}
