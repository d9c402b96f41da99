/**
 * What the runs of an experiment used, as works to cite.
 *
 * @module
 */
import { namedPlugins } from "../../experiments/plan_plugins.ts";
import type { RunRecord } from "../../experiments/record.ts";
import { type Registries, tableOfKind } from "../../registry/registries.ts";
import type { Exhibit } from "../exhibit.ts";
import { citationKey, findWork, unknownWork } from "./bibliography.ts";
import { DENO, MARGINLAB, OPENBLAS, TENSORFLOW_JS } from "./programs.ts";
import type { Work } from "./work.ts";

/** A work, and why it is cited. */
export interface Citation {
  /** Its key, unique among the citations. */
  readonly key: string;
  /** What is known of it. */
  readonly work: Work;
  /** What of the runs it is about, such as `head arcface`, sorted. */
  readonly uses: readonly string[];
}

/** What is to be cited of an experiment. */
export interface Citations {
  /** By key. */
  readonly entries: readonly Citation[];
  /** What a reader has to complete. */
  readonly notes: readonly string[];
}

/** Collects works with their uses, and what is not known of them. */
class Collected {
  readonly works: Map<Work, Set<string>> = new Map();
  readonly notes: Set<string> = new Set();
  readonly #unknown = new Map<string, Work>();

  add(work: Work, use: string): void {
    this.works.set(work, (this.works.get(work) ?? new Set()).add(use));
  }

  reference(reference: string, use: string): void {
    const known = findWork(reference), work = known ?? this.#unknown.get(reference) ?? unknownWork(reference);
    if (!known) {
      this.#unknown.set(reference, work);
      this.notes.add(`${use} refers to ${JSON.stringify(reference)}: its authors and title are not known here`);
    }
    this.add(work, use);
  }
}

/**
 * What the runs of an experiment that have a record used, failed ones too: the papers of their plugins, the data, the
 * programs, and what the manifest cites. Manuals that say how a format is defined are left out, unless they are cited.
 *
 * @param registries Where plugins are found; those of users that are not in it are named in the notes.
 */
export function citations({ plan, records }: Pick<Exhibit, "plan" | "records">, registries: Registries): Citations {
  const collected = new Collected();
  for (const reference of plan?.cite ?? []) collected.reference(reference, "the manifest");
  for (const { data } of records) {
    for (const { citation, role } of data) if (citation !== null) collected.reference(citation, `data of ${role}`);
  }
  for (const { manifest } of records) {
    for (const { kind, name } of namedPlugins(manifest, registries)) {
      const plugin = tableOfKind(registries, kind).find(name), use = `${kind} ${name}`;
      if (!plugin) collected.notes.add(`${use} is no plugin of this program: cite what its module says`);
      else if (findWork(plugin.reference)?.kind !== "page") collected.reference(plugin.reference, use);
    }
  }
  collectPrograms(records, collected);
  return { entries: keyed(collected.works), notes: [...collected.notes].sort() };
}

function collectPrograms(records: readonly RunRecord[], collected: Collected): void {
  const versions = (of: (environment: RunRecord["environment"]) => string) =>
    [...new Set(records.map(({ environment }) => of(environment)))].sort().join(", ");
  const program = (work: Work, version: string) =>
    collected.add(version === "" ? work : { ...work, note: `version ${version}` }, "program");
  program(MARGINLAB, versions(({ marginlab }) => marginlab));
  if (records.length === 0) return;
  program(TENSORFLOW_JS, versions(({ tfjs }) => tfjs));
  program(DENO, versions(({ deno }) => deno));
  if (records.some(({ backend }) => backend?.blas?.startsWith("OpenBLAS"))) collected.add(OPENBLAS, "matrix products");
}

/** Works in the order of their keys; those that would share one get a letter. */
function keyed(works: ReadonlyMap<Work, ReadonlySet<string>>): Citation[] {
  const all = [...works].map(([work, uses]) => ({ key: citationKey(work), work, uses: [...uses].sort() }))
    .sort((a, b) => compare(a.key, b.key) || compare(a.work.title, b.work.title));
  return all.map((citation, i) => {
    const before = all.slice(0, i).filter(({ key }) => key === citation.key).length;
    const alone = before === 0 && all[i + 1]?.key !== citation.key;
    return alone ? citation : { ...citation, key: `${citation.key}${letter(before)}` };
  });
}

/** `a` to `z`, then `z1` and on. */
function letter(index: number): string {
  return index < 26 ? String.fromCharCode(97 + index) : `z${index - 25}`;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
