/**
 * A package's description, made from committed records and from runs that ended badly.
 *
 * @module
 */
import type { RunRecord } from "../../../experiments/record.ts";
import { openStore } from "../../../experiments/store.ts";
import { builtins } from "../../../registry/mod.ts";
import { type CrateFile, type CrateSource, findLicence } from "../../../reports/crate/mod.ts";
import { type Exhibit, loadExhibit } from "../../../reports/mod.ts";

const results = new URL("../../../results", import.meta.url).pathname;

/** A committed experiment. */
export function committed(name = "toy-2d"): Promise<Exhibit> {
  return loadExhibit(openStore(results), name, { registries: builtins(), pairs: false });
}

/** A package of toy-2d in which one run failed, one diverged and one was stopped, and one failed before it completed. */
export async function exampleSource(
  change: (record: RunRecord) => RunRecord = (record) => record,
): Promise<CrateSource> {
  const exhibit = await committed(), ends = ["failed", "diverged", "stopped"] as const;
  const stop = { step: 10, rule: "r", metric: null, value: null, reason: "Stopped at step 10" };
  const records = exhibit.records.map((record, i) => {
    const status = ends[i];
    return change(
      status ? { ...record, status, error: `it ${status}`, ...status === "stopped" ? { stopped: stop } : {} } : record,
    );
  });
  const last: RunRecord = {
    ...records.at(-1)!,
    status: "failed",
    error: "a first try",
    startedAt: "2026-01-01T00:00:00Z",
  };
  return {
    exhibit: { ...exhibit, records },
    about: {
      title: "Two dimensions",
      licence: findLicence("cc-by-4.0"),
      authors: [{ name: "Ada Lovelace", url: "https://orcid.org/0000-0002-1825-0097" }, { name: "Bo" }],
      affiliation: { name: "Institute", url: "https://example.org/" },
      publisher: { name: "House", url: "https://example.com/" },
      date: "2026-01-31",
    },
    tries: [{ path: `${last.id}/failed.json`, record: last }],
    plugins: [],
  };
}

/** The files that such a package would hold. */
export function exampleFiles({ exhibit, tries }: CrateSource): CrateFile[] {
  const paths = ["plan.json", "manifest.yaml", "README.md", "CITATION.cff", "figures/roc.svg", "a b/ü#%.txt"];
  for (const { id } of exhibit.records) paths.push(`${id}/record.json`, `${id}/history.jsonl`);
  return [...paths, ...tries.map(({ path }) => path)].map((path) => ({ path, size: 3, sha256: "0".repeat(64) }));
}
