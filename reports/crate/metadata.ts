/**
 * `ro-crate-metadata.json`: RO-Crate 1.1 with the profile Process Run Crate 0.5.
 *
 * @module
 */
import { METADATA } from "../../experiments/verify/crate.ts";
import { runAction } from "./actions.ts";
import { type CrateFile, type CrateSource, runsOf } from "./contents.ts";
import { type Entity, fileId, once, refer } from "./entity.ts";
import { fileSentence, mediaType } from "./media.ts";
import { licenceEntity, organizationEntity, personEntity, programEntities, workEntity } from "./things.ts";

const CRATE = "https://w3id.org/ro/crate/1.1";
const PROFILE = { id: "https://w3id.org/ro/wfrun/process/0.5", version: "0.5" } as const;

/**
 * Describes a package.
 *
 * @param files Every file of it but this one, with its digest.
 * @returns The text of the file.
 */
export function crateMetadata(source: CrateSource, files: readonly CrateFile[]): string {
  const { exhibit, about, tries, plugins } = source, { authors, affiliation, publisher, licence } = about;
  const people = authors.map((author) => personEntity(author, affiliation));
  const agent = { "@id": people[0]!["@id"] };
  const runs = runsOf(exhibit), paths = files.map(({ path }) => path);
  const common = { files, plugins, agent };
  const done = [
    ...runs.map(({ record, rows }) => {
      const made = paths.filter((path) => path.startsWith(`${record.id}/`) && !path.endsWith("/failed.json"));
      return runAction({ ...common, record, rows, made });
    }),
    ...tries.map(({ record, path }) => runAction({ ...common, record, rows: [record.row], made: [path] })),
  ];
  const works = [...new Set(exhibit.plan?.cite ?? [])].map(workEntity);
  const parts = files.map(fileEntity);
  const { programs, needs } = programEntities([...runs, ...tries].map(({ record }) => record));
  const organizations = [affiliation, publisher].flatMap((party) => party ? [organizationEntity(party)] : []);
  const root: Entity = {
    "@id": "./",
    "@type": "Dataset",
    name: about.title,
    description: describe(source),
    datePublished: about.date,
    license: { "@id": licence.url },
    author: refer(people),
    ...publisher ? { publisher: { "@id": organizationEntity(publisher)["@id"] } } : {},
    ...works.length > 0 ? { citation: refer(works) } : {},
    conformsTo: { "@id": PROFILE.id },
    mentions: refer(done.map(({ action }) => action)),
    hasPart: refer(parts),
  };
  const graph = once([
    {
      ...{ "@id": METADATA, "@type": "CreativeWork" },
      ...{ about: { "@id": "./" }, conformsTo: { "@id": CRATE } },
    },
    root,
    { "@id": PROFILE.id, "@type": "CreativeWork", name: "Process Run Crate", version: PROFILE.version },
    licenceEntity(licence),
    ...people,
    ...organizations,
    ...works,
    ...programs,
    ...needs,
    ...done.map(({ action }) => action),
    ...done.flatMap(({ others }) => others),
    ...parts,
  ]);
  const context = [
    `${CRATE}/context`,
    "https://w3id.org/ro/terms/workflow-run/context",
    { sha256: "http://schema.org/sha256" },
  ];
  return `${JSON.stringify({ "@context": context, "@graph": graph }, null, 1)}\n`;
}

/** What a package holds, in a sentence or two: the question, and how its runs ended. */
export function describe(source: Pick<CrateSource, "exhibit" | "tries">): string {
  const question = source.exhibit.plan?.description;
  return question ? `${question.replace(/[.\s]*$/, "")}. ${describeRuns(source)}` : describeRuns(source);
}

/** How the runs of a package ended, in a sentence or two. */
export function describeRuns({ exhibit, tries }: Pick<CrateSource, "exhibit" | "tries">): string {
  const runs = runsOf(exhibit), counts = new Map<string, number>();
  for (const { record: { status } } of runs) counts.set(status, (counts.get(status) ?? 0) + 1);
  const ended = [...counts].map(([status, count]) => `${count} ${status}`).join(", ");
  const before = tries.length === 0 ? "" : ` ${tries.length} earlier tries that failed are told too.`;
  return `${runs.length} runs of the experiment ${exhibit.experiment}: ${ended}.${before}`;
}

function fileEntity({ path, size, sha256 }: CrateFile): Entity {
  return {
    "@id": fileId(path),
    "@type": "File",
    name: path,
    description: fileSentence(path),
    encodingFormat: mediaType(path),
    contentSize: String(size),
    sha256,
  };
}
